//! Which questions to ask on macOS: the screen saver's time, managed before the user's own, and the display's.
//!
//! After how long the password is asked for is known only inside a user's session: to the agent it is unknown, never
//! "off". What users set of it in their own preferences has had no effect since macOS 10.13; only what is managed counts.

use std::path::{Path, PathBuf};

use caretaker_shared::model::{Facts, Idle, LockTimes, Outcome, ScreenLock};
use caretaker_shared::wire::limits;
use plist::{Dictionary, Value};

use super::pmset::{DisplaySleep, display_sleep};
use super::weigh::{Candidate, Weighing};
use crate::host::program::Program;
use crate::host::property_list::property_list;
use crate::host::{Account, Host, if_there, why};

const DESKTOP: &str = "macOS";
const MANAGED: &str = "/Library/Managed Preferences";
const BY_HOST: &str = "Library/Preferences/ByHost";
const DOMAIN: &str = "com.apple.screensaver";
const LIST_BYTES: u64 = 256 * 1024;
/// What a new account has (CIS benchmark).
const BUILT_IN_SECONDS: u32 = 1200;
const UNSEEN: &str = "after how long the password is asked for can only be read in the user's session";

/// Preferences of one file.
struct Preferences {
    place: String,
    values: Dictionary,
}

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let accounts = match host.accounts() {
        Ok(accounts) => accounts,
        Err(error) => return Outcome::Failed { reason: format!("the list of accounts: {error}") },
    };
    let display = host.run(&Program::PMSET).map(|written| display_sleep(&written.out));
    let display = display.map_err(|error| format!("pmset: {error}"));
    let logged_in = accounts.iter().filter(|account| account.logged_in).take(limits::LOCKS);
    let mut locks: Vec<ScreenLock> = logged_in.map(|account| lock(host, Some(account), &display)).collect();
    if locks.is_empty() {
        locks.push(lock(host, None, &display));
    }
    Outcome::Complete(Facts::ScreenLock(locks))
}

fn lock(host: &dyn Host, account: Option<&Account>, display: &Result<DisplaySleep, String>) -> ScreenLock {
    let user = account.map(|account| account.name.as_str()).unwrap_or_default();
    let read = managed(host, user).and_then(|managed| Ok((own(host, account)?, managed)));
    match read {
        Ok((own, managed)) => decide(user, &managed, own.as_ref(), display),
        Err(reason) => super::unknown(user, DESKTOP, &reason),
    }
}

/// Managed preferences of the user, then of the machine.
fn managed(host: &dyn Host, user: &str) -> Result<Vec<Preferences>, String> {
    let of_user = (!user.is_empty()).then(|| format!("{MANAGED}/{user}/{DOMAIN}.plist"));
    let files = of_user.into_iter().chain([format!("{MANAGED}/{DOMAIN}.plist")]);
    files.filter_map(|file| preferences(host, Path::new(&file)).transpose()).collect()
}

/// The user's own for this Mac. Older machines leave theirs behind in a home that moved; the newest counts.
fn own(host: &dyn Host, account: Option<&Account>) -> Result<Option<Preferences>, String> {
    let Some(account) = account else { return Ok(None) };
    let folder = account.home.join(BY_HOST);
    let names = if_there(host.list(&folder)).map_err(|error| why(&folder, &error))?.unwrap_or_default();
    let files = names.iter().filter(|name| {
        let id = name.strip_prefix(DOMAIN).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".plist"));
        id.is_some_and(|id| !id.contains('.'))
    });
    let newest = files
        .map(|name| folder.join(name))
        .max_by_key(|file: &PathBuf| host.status(file).map(|status| status.modified_at).unwrap_or_default());
    newest.map_or(Ok(None), |file| preferences(host, &file))
}

fn preferences(host: &dyn Host, file: &Path) -> Result<Option<Preferences>, String> {
    let bytes = if_there(host.read(file, LIST_BYTES)).map_err(|error| why(file, &error))?;
    let Some(bytes) = bytes else { return Ok(None) };
    let place = file.display().to_string();
    let values = property_list(&bytes).ok().and_then(Value::into_dictionary);
    let values = values.ok_or_else(|| format!("{place}: not a property list, or a damaged one"))?;
    Ok(Some(Preferences { place, values }))
}

/// The effective lock. Pure.
fn decide(
    user: &str,
    managed: &[Preferences],
    own: Option<&Preferences>,
    display: &Result<DisplaySleep, String>,
) -> ScreenLock {
    let cover = |display: Result<Option<u32>, &String>, source: &str| {
        let mut covered = Weighing::default();
        match idle_time(managed, own) {
            Ok(saver) if saver.after > 0 => covered.add(saver),
            Ok(_) => {}
            Err(reason) => covered.doubt(reason),
        }
        match display {
            Ok(Some(minutes)) if minutes > 0 => covered.add(Candidate {
                after: minutes.saturating_mul(60),
                setting: format!("displaysleep on {source} = {minutes} minutes"),
                place: "pmset".to_owned(),
                user_can_change: true,
            }),
            Ok(Some(_)) => {}
            Ok(None) => covered.doubt(format!("pmset does not say when the display sleeps on {source}")),
            Err(reason) => covered.doubt(reason.clone()),
        }
        covered
    };
    let mains = cover(display.as_ref().map(|display| display.mains), "mains");
    let grace = Grace::managed(managed);
    let times = |covered: &Weighing| LockTimes {
        until_covered: covered.idle(),
        until_password: grace.password(&covered.idle()),
    };
    let LockTimes { until_covered, until_password } = times(&mains);
    let battery = display.as_ref().ok().and_then(|display| display.battery);
    let battery = battery.map(|minutes| times(&cover(Ok(Some(minutes)), "battery")));
    let saver = idle_time(managed, own).ok();
    let winner = mains.winner().cloned().or(saver);
    let mut weighed = mains.others();
    weighed.extend(grace.line());
    ScreenLock {
        user: user.to_owned(),
        desktop: DESKTOP.to_owned(),
        on_battery: battery
            .filter(|battery| battery.until_covered != until_covered || battery.until_password != until_password),
        until_covered,
        until_password,
        setting: winner.as_ref().map(|winner| winner.setting.clone()).unwrap_or_default(),
        place: winner.as_ref().map(|winner| winner.place.clone()).unwrap_or_default(),
        user_can_change: winner.is_none_or(|winner| winner.user_can_change),
        weighed,
    }
}

/// After how many seconds the screen saver starts; 0 for never.
fn idle_time(managed: &[Preferences], own: Option<&Preferences>) -> Result<Candidate, String> {
    let found = managed.iter().map(|file| (file, false)).chain(own.map(|file| (file, true)));
    let mut found = found.filter_map(|(file, own)| Some((file, own, file.values.get("idleTime")?)));
    let Some((file, user_can_change, value)) = found.next() else {
        let setting = format!("idleTime is not set; a new account has {BUILT_IN_SECONDS}");
        let place = "macOS's built-in default".to_owned();
        return Ok(Candidate { after: BUILT_IN_SECONDS, setting, place, user_can_change: true });
    };
    let seconds = whole(value).and_then(|seconds| u32::try_from(seconds).ok());
    let after = seconds.ok_or_else(|| format!("idleTime in {} is no number of seconds", file.place))?;
    Ok(Candidate { after, setting: format!("idleTime = {after}"), place: file.place.clone(), user_can_change })
}

fn whole(value: &Value) -> Option<i64> {
    // Profiles made by hand often hold a real number.
    #[expect(clippy::cast_possible_truncation, reason = "a time of that length is never either way")]
    value.as_signed_integer().or_else(|| value.as_real().filter(|real| real.is_finite()).map(|real| real as i64))
}

/// From the cover to the password.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Grace {
    /// So many seconds, as it is managed, and where that stands.
    Managed(i64, String),
    /// The password is not asked for, as it is managed, and where that stands.
    Off(String),
    /// It stands where only the user's session can read it.
    Unseen,
}

impl Grace {
    fn managed(managed: &[Preferences]) -> Self {
        let find = |key: &str| managed.iter().find_map(|file| Some((file.values.get(key)?, file.place.clone())));
        let asks = find("askForPassword").and_then(|(asks, place)| Some((truth(asks)?, place)));
        match (asks, find("askForPasswordDelay")) {
            (Some((false, place)), _) => Self::Off(place),
            // A delay alone does not say that the password is asked for, and a password alone not when.
            (Some((true, _)), Some((delay, place))) => {
                whole(delay).filter(|delay| *delay >= 0).map_or(Self::Unseen, |delay| Self::Managed(delay, place))
            }
            (None, _) | (Some((true, _)), None) => Self::Unseen,
        }
    }

    fn password(&self, covered: &Idle) -> Idle {
        match (covered, self) {
            (Idle::Never, _) | (_, Self::Off(_)) => Idle::Never,
            // The largest number means that the lock is switched off.
            (_, Self::Managed(grace, _)) if *grace >= i64::from(i32::MAX) => Idle::Never,
            (Idle::Seconds(covered), Self::Managed(grace, _)) => {
                Idle::Seconds(covered.saturating_add(u32::try_from(*grace).unwrap_or(u32::MAX)))
            }
            (Idle::Unknown(reason), Self::Managed(..)) => Idle::Unknown(reason.clone()),
            (Idle::Seconds(_) | Idle::Unknown(_), Self::Unseen) => Idle::Unknown(UNSEEN.to_owned()),
        }
    }

    fn line(&self) -> Option<String> {
        match self {
            Self::Managed(seconds, place) => Some(format!("askForPasswordDelay = {seconds} in {place}")),
            Self::Off(place) => Some(format!("askForPassword = false in {place}")),
            Self::Unseen => None,
        }
    }
}

fn truth(value: &Value) -> Option<bool> {
    value.as_boolean().or_else(|| value.as_signed_integer().map(|number| number != 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::probes::screenlock::ScreenLock as ScreenLockProbe;
    use crate::probes::{Probe, ProbeSettings};

    const LAPTOP: &str = include_str!("testdata/macos-pmset-laptop");
    const OWN: &[u8] = include_bytes!("testdata/macos-byhost-screensaver.plist");
    const PROFILE: &[u8] = include_bytes!("testdata/macos-managed-screensaver.plist");
    const HOME: &str =
        "/Users/pupil.one/Library/Preferences/ByHost/com.apple.screensaver.00000000-0000-1000-8000-001122334455.plist";
    const MANAGED_FILE: &str = "/Library/Managed Preferences/com.apple.screensaver.plist";

    fn mac() -> Sample {
        let mut host = Sample::of(System::MacOs);
        let (name, home) = ("pupil.one".to_owned(), "/Users/pupil.one".into());
        host.accounts = vec![Account { name, uid: 501, sid: String::new(), home, logged_in: true }];
        host
    }

    fn only(host: &Sample) -> ScreenLock {
        let outcome = ScreenLockProbe::new().ask(host, &ProbeSettings::default());
        match outcome.facts() {
            Some(Facts::ScreenLock(locks)) if locks.len() == 1 => locks[0].clone(),
            other => panic!("one lock was expected, not {other:?}"),
        }
    }

    fn managed_with(values: &[(&str, Value)]) -> Vec<Preferences> {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        vec![Preferences { place: MANAGED_FILE.to_owned(), values }]
    }

    #[test]
    fn case_20_to_the_administrator_the_password_is_unknown_and_not_off() {
        let lock = only(&mac().file(HOME, OWN).program(&Program::PMSET, LAPTOP));
        assert_eq!(lock.until_covered, Idle::Seconds(600), "the display sleeps before the saver starts");
        assert_eq!(lock.until_password, Idle::Unknown(UNSEEN.to_owned()));
        assert_eq!((lock.setting.as_str(), lock.place.as_str()), ("displaysleep on mains = 10 minutes", "pmset"));
        assert_eq!(lock.weighed, [format!("idleTime = 1200 in {HOME}")]);
        assert_eq!(lock.on_battery.map(|times| times.until_covered), Some(Idle::Seconds(120)));
    }

    #[test]
    fn what_is_managed_wins_and_tells_the_grace() {
        let host = mac().file(HOME, OWN).file(MANAGED_FILE, PROFILE);
        let lock = only(&host.program(&Program::PMSET, "AC Power:\n displaysleep 0\n"));
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(300), Idle::Seconds(305)));
        assert_eq!((lock.place.as_str(), lock.user_can_change), (MANAGED_FILE, false));
        assert_eq!(lock.on_battery, None);
    }

    #[test]
    fn case_19_the_largest_grace_is_never() {
        let asks = ("askForPassword", Value::Boolean(true));
        let password = |values: &[(&str, Value)]| {
            let display = Ok(DisplaySleep { mains: Some(5), battery: None });
            decide("pupil.one", &managed_with(values), None, &display).until_password
        };
        assert_eq!(password(&[asks.clone(), ("askForPasswordDelay", Value::Integer(i32::MAX.into()))]), Idle::Never);
        assert_eq!(password(&[asks.clone(), ("askForPasswordDelay", Value::Integer(0.into()))]), Idle::Seconds(300));
        assert!(matches!(password(&[asks]), Idle::Unknown(_)), "an absent delay is no delay of 0");
        assert_eq!(password(&[("askForPassword", Value::Boolean(false))]), Idle::Never);
        assert!(matches!(password(&[("askForPasswordDelay", Value::Integer(0.into()))]), Idle::Unknown(_)));
    }

    #[test]
    fn zero_everywhere_is_never() {
        let display = Ok(DisplaySleep { mains: Some(0), battery: None });
        let lock = decide("pupil.one", &managed_with(&[("idleTime", Value::Integer(0.into()))]), None, &display);
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Never, Idle::Never));
        assert_eq!(lock.setting, "idleTime = 0");
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let damaged = only(&mac().file(HOME, "no list").program(&Program::PMSET, LAPTOP));
        assert!(matches!(damaged.until_covered, Idle::Unknown(reason) if reason.contains("damaged")));
        let without_pmset = only(&mac().file(HOME, OWN));
        assert_eq!(without_pmset.until_covered, Idle::Seconds(1200), "the display could only be earlier");
        assert!(without_pmset.weighed.iter().any(|line| line.starts_with("may be earlier: pmset")));
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_it_fail(at in 0..OWN.len(), byte: u8) {
            let mut file = OWN.to_vec();
            file[at] = byte;
            let _ = only(&mac().file(HOME, file));
        }
    }
}
