//! How xscreensaver decides when the screen locks. A fresh one never does.

use std::path::PathBuf;

use caretaker_shared::model::{Idle, ScreenLock};

use super::account::Who;
use super::{BUILT_IN, Told};

const SYSTEM: [&str; 3] = [
    "/etc/X11/app-defaults/XScreenSaver",
    "/usr/share/X11/app-defaults/XScreenSaver",
    "/usr/lib/X11/app-defaults/XScreenSaver",
];
const OWN: &str = ".xscreensaver";

/// A value, and where it stands.
struct Stated<T> {
    value: T,
    setting: String,
    place: String,
}

/// The effective lock of an account.
///
/// # Errors
/// Why a file could not be read, or what cannot be understood.
pub(super) fn decide(who: &Who<'_>, desktop: &str) -> Result<ScreenLock, String> {
    let files: Vec<(String, String)> =
        [who.first(who.home(OWN))?, who.first(SYSTEM.map(PathBuf::from))?].into_iter().flatten().collect();
    let mode = get(&files, "mode", "random", |text| Some(text.to_owned()))?;
    let lock = get(&files, "lock", "False", truth)?;
    let timeout = get(&files, "timeout", "0:10:00", |text| seconds(text).filter(|seconds| *seconds > 0))?;
    let wait = get(&files, "lockTimeout", "0:00:00", seconds)?;
    let told = |covered, password, setting: String, place: String| {
        Told { covered, password, setting, place, user_can_change: true }.lock(who.name(), desktop)
    };
    if mode.value == "off" {
        return Ok(told(Idle::Never, Idle::Never, mode.setting, mode.place));
    }
    let covered = Idle::Seconds(timeout.value);
    if !lock.value {
        return Ok(told(covered, Idle::Never, lock.setting, lock.place));
    }
    let password = Idle::Seconds(timeout.value.saturating_add(wait.value));
    let other = format!("{} in {}", wait.setting, wait.place);
    let lock = told(covered, password, timeout.setting, timeout.place);
    Ok(ScreenLock { weighed: vec![other], ..lock })
}

/// The first file that says something about a key; names carry a `*` or the program's name before them in the machine's.
fn get<T>(
    files: &[(String, String)],
    key: &str,
    built_in: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Stated<T>, String> {
    let found = files.iter().find_map(|(place, text)| Some((place.as_str(), value(text, key)?)));
    let (place, text) = found.unwrap_or((BUILT_IN, built_in));
    let characters = text.chars().count();
    let value = read(text).ok_or_else(|| {
        format!("{key} in {place} is a text of {characters} characters that this version cannot read")
    })?;
    Ok(Stated { value, setting: format!("{key} = {text}"), place: place.to_owned() })
}

fn value<'text>(text: &'text str, key: &str) -> Option<&'text str> {
    let lines = text.lines().filter(|line| !line.starts_with(['!', '#'])).filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(name, _)| {
        name.trim().trim_start_matches("XScreenSaver").trim_start_matches("xscreensaver").trim_start_matches(['*', '.'])
            == key
    });
    values.next_back().map(|(_, value)| value.trim())
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// "0:10:00" is ten minutes, "10:00" too, and so is "10".
fn seconds(text: &str) -> Option<u32> {
    let parts: Vec<u32> = text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [minutes] => (0, minutes, 0),
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
}

#[cfg(test)]
mod tests {
    use super::super::account::tests::asked;
    use super::*;

    const REAL: &str = include_str!("../testdata/debian-12-xscreensaver-6.06-app-defaults");
    const HOME: &str = "/home/pupil.one/.xscreensaver";

    fn lock(own: &str) -> Result<ScreenLock, String> {
        asked(&[(SYSTEM[0], REAL), (HOME, own)], |who| decide(who, "Xfce"))
    }

    fn times(own: &str) -> (Idle, Idle) {
        let lock = lock(own).expect("it can be read");
        (lock.until_covered, lock.until_password)
    }

    #[test]
    fn case_18_without_lock_it_never_locks() {
        let fresh = lock("").expect("it can be read");
        assert_eq!((fresh.until_covered, fresh.until_password), (Idle::Seconds(600), Idle::Never));
        assert_eq!((fresh.setting.as_str(), fresh.place.as_str()), ("lock = False", SYSTEM[0]));
        assert_eq!(times("timeout:\t0:05:00\n"), (Idle::Seconds(300), Idle::Never));
    }

    #[test]
    fn the_lock_may_come_later_than_the_cover() {
        assert_eq!(times("timeout:\t0:05:00\nlock:\tTrue\n"), (Idle::Seconds(300), Idle::Seconds(300)));
        let lock = lock("timeout:\t3\nlock:\tTrue\nlockTimeout:\t1:30\n").expect("it can be read");
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(180), Idle::Seconds(270)));
        assert_eq!((lock.setting.as_str(), lock.place.as_str()), ("timeout = 3", HOME));
        assert_eq!(times("mode: off\nlock: True\n"), (Idle::Never, Idle::Never));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for own in ["timeout: soon\n", "timeout: 0:00:00\n", "lock: perhaps\n", "timeout: 1:2:3:4\n"] {
            assert!(lock(own).is_err(), "{own}");
        }
    }
}
