//! Which questions to ask on macOS: the property list of its firewall, or from macOS 15 on the program that sets it.

use std::path::Path;

use caretaker_shared::model::{Facts, FirewallProfile, FirewallState, Outcome};

use crate::host::program::Program;
use crate::host::property_list::property_list;
use crate::host::{Host, if_there, why};

const VERSION: &str = "/System/Library/CoreServices/SystemVersion.plist";
const SETTINGS: &str = "/Library/Preferences/com.apple.alf.plist";
const PLIST_BYTES: u64 = 256 * 1024;
/// From this version on the property list is gone; one that an upgrade left behind says nothing.
const WITHOUT_SETTINGS: u32 = 15;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let (state, place) = match state(host) {
        Ok((0, place)) => (FirewallState::Off, place),
        // 1 lets permitted programs be called, 2 lets nobody in: the stricter one is on too.
        Ok((1 | 2, place)) => (FirewallState::On, place),
        Ok((_, place)) => (FirewallState::Unknown("its state is none that is known".into()), place),
        Err(reason) => (FirewallState::Unknown(reason), Program::MACOS_FIREWALL.path().to_owned()),
    };
    let reason = if let FirewallState::Unknown(reason) = &state { Some(reason.clone()) } else { None };
    let blocks_inbound = reason.is_none().then_some(state == FirewallState::On);
    let profile =
        FirewallProfile { name: "all".into(), product: "macOS firewall".into(), state, blocks_inbound, place };
    let facts = Facts::Firewall(vec![profile]);
    match reason {
        None => Outcome::Complete(facts),
        Some(reason) => Outcome::Partial { facts, reason },
    }
}

/// The number of the firewall's state, and where it stands.
fn state(host: &dyn Host) -> Result<(u64, String), String> {
    let version = dictionary(host, VERSION)?.and_then(|version| major(version.get("ProductVersion")?.as_string()?));
    if version.is_none_or(|version| version < WITHOUT_SETTINGS)
        && let Some(settings) = dictionary(host, SETTINGS)?
    {
        let state = settings.get("globalstate").and_then(plist::Value::as_unsigned_integer);
        let state = state.ok_or_else(|| format!("{SETTINGS}: globalstate is no number"))?;
        return Ok((state, format!("{SETTINGS} globalstate = {state}")));
    }
    let program = &Program::MACOS_FIREWALL;
    let written = host.run(program).map_err(|error| why(Path::new(program.path()), &error))?;
    let state = said(&written.out).ok_or_else(|| format!("{}: its answer names no state", program.path()))?;
    Ok((state, format!("{} --getglobalstate, state {state}", program.path())))
}

fn dictionary(host: &dyn Host, file: &str) -> Result<Option<plist::Dictionary>, String> {
    let read = if_there(host.read(Path::new(file), PLIST_BYTES)).map_err(|error| why(Path::new(file), &error))?;
    let Some(bytes) = read else { return Ok(None) };
    let value = property_list(&bytes);
    let dictionary = value.ok().and_then(plist::Value::into_dictionary);
    dictionary.map(Some).ok_or_else(|| format!("{file}: no property list"))
}

/// The first part of a version, as a number: 9 is less than 15.
fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// "Firewall is enabled. (State = 1)": the words may be translated, the number is not.
fn said(text: &str) -> Option<u64> {
    let (_, after) = text.split_once("State")?;
    let digits: String = after.chars().skip_while(|letter| !letter.is_ascii_digit()).collect();
    digits.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    const ALF: &str = include_str!("testdata/macos-14-com.apple.alf.plist");
    const SYSTEM: &str = include_str!("testdata/macos-14-SystemVersion.plist");

    fn asked(version: &str, host: Sample) -> (FirewallState, String) {
        let host = host.file(VERSION, SYSTEM.replace("14.7.1", version));
        let outcome = ask(&host);
        let Some(Facts::Firewall(profiles)) = outcome.facts() else { panic!("a profile, not {outcome:?}") };
        (profiles[0].state.clone(), profiles[0].place.clone())
    }

    fn mac() -> Sample {
        Sample::of(System::MacOs)
    }

    #[test]
    fn case_33_the_strictest_state_is_on() {
        for (number, expected) in [("0", FirewallState::Off), ("1", FirewallState::On), ("2", FirewallState::On)] {
            let alf = ALF.replace("<integer>2</integer>", &format!("<integer>{number}</integer>"));
            assert_eq!(asked("14.7.1", mac().file(SETTINGS, alf)).0, expected, "{number}");
        }
    }

    #[test]
    fn case_34_macos_15_is_asked_by_program_also_when_an_old_list_was_left_behind() {
        for (out, expected) in [
            ("Firewall is enabled. (State = 1)\n", FirewallState::On),
            ("Firewall is blocking all non-essential incoming connections. (State = 2) \n", FirewallState::On),
            ("Firewall is disabled. (State = 0)\n", FirewallState::Off),
        ] {
            let host = mac().file(SETTINGS, ALF).program(&Program::MACOS_FIREWALL, out);
            let (state, place) = asked("15.1", host);
            assert_eq!(state, expected);
            assert!(place.starts_with(Program::MACOS_FIREWALL.path()), "{place}");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(major("9.2"), Some(9));
        assert!(asked("9.2", mac().file(SETTINGS, ALF)).1.starts_with(SETTINGS));
        assert!(matches!(asked("100.0", mac().file(SETTINGS, ALF)).0, FirewallState::Unknown(_)));
    }

    #[test]
    fn an_answer_without_a_number_is_unknown() {
        for out in ["", "State", "State = on"] {
            let host = mac().program(&Program::MACOS_FIREWALL, out);
            assert!(matches!(asked("26.0", host).0, FirewallState::Unknown(_)), "{out}");
        }
    }
}
