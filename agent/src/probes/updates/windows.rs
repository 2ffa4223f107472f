//! Windows: the packages of its servicing store, and the hot fixes that WMI lists.
//!
//! Neither is a whole history: the store forgets what was replaced. The patch level is build and update revision.

use std::io;

use caretaker_shared::model::{Facts, InstalledUpdate, Outcome, Updates};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{last_security, ordered};
use crate::host::Host;
use crate::host::hive::filetime;
use crate::host::windows::{Key, Registry, Values, Windows, WmiObject, WmiValue};

const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const STORE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";
const AUTOMATIC: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update";
const FIXES: &str = "SELECT HotFixID, Description, InstalledOn FROM Win32_QuickFixEngineering";
/// Of a package of the store: installed.
const INSTALLED: u64 = 0x70;
/// Packages of the store that are looked at; it holds thousands, of which a few hundred are updates.
const MOST_PACKAGES: usize = 5_000;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let windows = match host.windows() {
        Ok(windows) => windows,
        Err(error) => return Outcome::Failed { reason: error.to_string() },
    };
    let registry = windows.registry();
    let (mut history, mut flaws) = (Vec::new(), Vec::new());
    match packages(registry) {
        Ok(found) => history.extend(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => flaws.push(format!("{STORE}: {error}")),
    }
    match fixes(windows) {
        Ok(found) => merge(&mut history, found),
        Err(error) => flaws.push(format!("Win32_QuickFixEngineering: {error}")),
    }
    let history = ordered(history);
    let updates = Updates {
        build: build(registry),
        last_security_at: last_security(&history),
        last_checked_at: None,
        restart_pending: restart_pending(registry),
        history,
    };
    match flaws.is_empty() {
        true => Outcome::Complete(Facts::Updates(updates)),
        false => Outcome::Partial { facts: Facts::Updates(updates), reason: flaws.join("; ") },
    }
}

/// "22631.4460".
fn build(registry: &dyn Registry) -> String {
    let Ok(values) = registry.values(&Key::machine(VERSION)) else { return String::new() };
    let build = values.text("CurrentBuildNumber");
    values.number("UBR").map_or_else(|| build.clone(), |revision| format!("{build}.{revision}"))
}

fn restart_pending(registry: &dyn Registry) -> Option<bool> {
    let exists = |key: &str| match registry.values(&Key::machine(key)) {
        Ok(_) => Some(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(false),
        Err(_) => None,
    };
    let (store, automatic) =
        (exists(&format!(r"{STORE}\RebootPending")), exists(&format!(r"{AUTOMATIC}\RebootRequired")));
    match (store, automatic) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn packages(registry: &dyn Registry) -> io::Result<Vec<InstalledUpdate>> {
    let store = Key::machine(STORE).below("Packages");
    let names = registry.keys(&store)?;
    let updates = names.iter().filter(|name| name.contains("RollupFix") || name.contains("_for_KB"));
    Ok(updates
        .take(MOST_PACKAGES)
        .filter_map(|name| package(name, &registry.values(&store.below(name)).ok()?))
        .collect())
}

/// A cumulative update does not name its number; the folder that it came from does.
fn package(name: &str, values: &Values) -> Option<InstalledUpdate> {
    if values.number("CurrentState") != Some(INSTALLED) {
        return None;
    }
    let cumulative = name.contains("RollupFix");
    let number = knowledge_base(name).or_else(|| knowledge_base(&values.text("InstallLocation")))?;
    let ticks = values.number("InstallTimeHigh")? << 32 | values.number("InstallTimeLow")?;
    Some(InstalledUpdate {
        installed_at: from_ticks(ticks),
        name: number,
        title: if cumulative { "Cumulative update".into() } else { String::new() },
        succeeded: true,
        security: cumulative.then_some(true),
    })
}

fn from_ticks(ticks: u64) -> Option<Timestamp> {
    filetime(ticks).filter(|at| *at > Timestamp::UNIX_EPOCH)
}

/// "KB5046617".
fn knowledge_base(text: &str) -> Option<String> {
    text.match_indices("KB").find_map(|(at, _)| {
        let digits: String = text[at + 2..].chars().take_while(char::is_ascii_digit).collect();
        (digits.len() >= 6).then(|| format!("KB{digits}"))
    })
}

fn fixes(windows: &dyn Windows) -> io::Result<Vec<InstalledUpdate>> {
    let objects = windows.wmi(r"root\cimv2", FIXES)?;
    Ok(objects.iter().filter_map(fix).collect())
}

fn fix(object: &WmiObject) -> Option<InstalledUpdate> {
    let text = |name: &str| object.get(name).and_then(WmiValue::text).unwrap_or_default();
    let number = knowledge_base(text("HotFixID"))?;
    Some(InstalledUpdate {
        installed_at: installed_on(text("InstalledOn")),
        name: number,
        title: text("Description").to_owned(),
        succeeded: true,
        security: (text("Description") == "Security Update").then_some(true),
    })
}

/// `11/21/2026`, or `22/2/2022` where the language of the system puts the day first, or a file time in hexadecimal. A
/// date that can be read both ways is read with the month first, as Windows writes it by itself.
fn installed_on(text: &str) -> Option<Timestamp> {
    let numbers: Option<Vec<i16>> = text.split('/').map(|part| part.trim().parse().ok()).collect();
    let Some([one, two, year]) = numbers.as_deref().and_then(|numbers| <[i16; 3]>::try_from(numbers).ok()) else {
        return u64::from_str_radix(text, 16).ok().and_then(from_ticks);
    };
    let (month, day) = if one > 12 { (two, one) } else { (one, two) };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// The same update from the other list: each says what the other does not.
fn merge(history: &mut Vec<InstalledUpdate>, found: Vec<InstalledUpdate>) {
    for update in found {
        match history.iter_mut().find(|held| held.name == update.name) {
            Some(held) => {
                held.security = held.security.or(update.security);
                held.installed_at = held.installed_at.or(update.installed_at);
                if held.title.is_empty() {
                    held.title = update.title;
                }
            }
            None => history.push(update),
        }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, Updates};

    use super::{FIXES, WmiObject, WmiValue, ask, installed_on};
    use crate::host::System;
    use crate::host::sample::Sample;

    const REGISTRY: &str = include_str!("testdata/windows-11-updates.reg");

    fn fix(number: &str, description: &str, date: &str) -> WmiObject {
        let text = |value: &str| WmiValue::Text(value.to_owned());
        WmiObject::from([
            ("HotFixID".into(), text(number)),
            ("Description".into(), text(description)),
            ("InstalledOn".into(), text(date)),
        ])
    }

    fn updates(outcome: Outcome) -> Updates {
        let Outcome::Complete(Facts::Updates(updates)) = outcome else { panic!("complete, not {outcome:?}") };
        updates
    }

    #[test]
    fn reads_the_store_and_the_list_of_fixes_as_one_history() {
        let fixes = vec![fix("KB5046617", "Security Update", "11/13/2026"), fix("KB5042352", "Update", "")];
        let machine = Sample::of(System::Windows).registry(REGISTRY).wmi(r"root\cimv2", FIXES, fixes);
        let found = updates(ask(&machine));
        assert_eq!(found.build, "22631.4460");
        assert_eq!(found.restart_pending, Some(true));
        let names: Vec<_> = found.history.iter().map(|update| (update.name.as_str(), update.security)).collect();
        assert_eq!(names, [("KB5046617", Some(true)), ("KB5027397", None), ("KB5042352", None)]);
        assert_eq!(found.last_security_at.map(|at| at.to_string()), Some("2026-11-13T08:52:00Z".into()));
    }

    #[test]
    fn case_35_dates_are_read_in_either_order_or_not_at_all() {
        let read = |text: &str| installed_on(text).map(|at| at.strftime("%F").to_string());
        assert_eq!(read("22/2/2022"), Some("2022-02-22".into()));
        assert_eq!(read("11/21/2026"), Some("2026-11-21".into()));
        assert_eq!(read(""), None);
        assert_eq!(read("soon"), None);
        assert_eq!(read("01dc594d18bef000"), Some("2025-11-19".into()));
        for hostile in ["-7fffffffffffffff", "7fffffffffffffff", "ffffffffffffffff", "0"] {
            assert_eq!(read(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn a_machine_that_answers_nothing_is_partial_with_the_reason() {
        let outcome = ask(&Sample::of(System::Windows));
        assert!(matches!(outcome, Outcome::Partial { reason, .. } if reason.contains("Win32_QuickFixEngineering")));
    }
}
