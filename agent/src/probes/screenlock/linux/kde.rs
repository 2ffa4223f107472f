//! How KDE Plasma decides when the screen locks (kscreenlocker): minutes until it is covered, and seconds of grace.

use caretaker_shared::model::{Idle, ScreenLock};

use super::account::Who;
use super::keyfile::Keyfile;
use super::{BUILT_IN, Told};

const DESKTOP: &str = "KDE Plasma";
const SYSTEM: &str = "/etc/xdg/kscreenlockerrc";
const OWN: &str = ".config/kscreenlockerrc";
const POWER: &str = ".config/powerdevilrc";
const GROUP: &str = "Daemon";
const MINUTES: f64 = 5.0;
const GRACE_SECONDS: u32 = 5;
/// A week. KDE's own dialogue ends far below.
const MOST_SECONDS: f64 = 604_800.0;

/// One value, and where it stands.
struct Stated {
    text: Option<String>,
    place: String,
    user_can_change: bool,
}

struct Cascade {
    /// From the machine's file to the user's own.
    files: Vec<(String, Keyfile)>,
}

/// The effective lock of an account.
///
/// # Errors
/// Why a file could not be read, or what cannot be understood.
pub(super) fn decide(who: &Who<'_>) -> Result<ScreenLock, String> {
    let cascade = Cascade::read(who)?;
    let (timeout, seconds) = cascade.seconds()?;
    let grace = cascade.get("LockGrace");
    let grace_seconds = match &grace.text {
        Some(text) => text.parse().map_err(|_| cannot_read("LockGrace", &grace))?,
        None => GRACE_SECONDS,
    };
    let told = |covered, password, key: &str, value: &str, stated: &Stated| {
        let setting = format!("{key} = {value}");
        Told { covered, password, setting, place: stated.place.clone(), user_can_change: stated.user_can_change }
            .lock(who.name(), DESKTOP)
    };
    let autolock = cascade.get("Autolock");
    if !autolock.is_true("Autolock")? {
        return Ok(with_display(who, told(Idle::Never, Idle::Never, "Autolock", "false", &autolock)));
    }
    let minutes = timeout.text.clone().unwrap_or_else(|| MINUTES.to_string());
    let Some(seconds) = seconds else {
        return Ok(with_display(who, told(Idle::Never, Idle::Never, "Timeout", &minutes, &timeout)));
    };
    for key in ["Lock", "RequirePassword"] {
        let asks = cascade.get(key);
        if !asks.is_true(key)? {
            return Ok(told(Idle::Seconds(seconds), Idle::Never, key, "false", &asks));
        }
    }
    let (covered, password) = (Idle::Seconds(seconds), Idle::Seconds(seconds.saturating_add(grace_seconds)));
    let mut lock = told(covered, password, "Timeout", &format!("{minutes} minutes"), &timeout);
    lock.weighed.push(format!("LockGrace = {grace_seconds} in {}", grace.place));
    Ok(lock)
}

impl Cascade {
    fn read(who: &Who<'_>) -> Result<Self, String> {
        let mut files = Vec::new();
        let own = who.home(OWN).map(|path| path.display().to_string());
        for place in std::iter::once(SYSTEM.to_owned()).chain(own) {
            if let Some(text) = who.text(place.as_ref())? {
                files.push((place, Keyfile::read(&text)));
            }
        }
        Ok(Self { files })
    }

    /// The value that counts: the user's own, unless the machine's file says that it is not to be changed.
    fn get(&self, key: &str) -> Stated {
        let mut found = Stated { text: None, place: BUILT_IN.to_owned(), user_can_change: true };
        for (place, file) in &self.files {
            let Some(value) = file.value(GROUP, key) else { continue };
            let of_the_machine = place == SYSTEM;
            found = Stated {
                text: Some(value.text.clone()),
                place: place.clone(),
                user_can_change: !(value.fixed && of_the_machine),
            };
            if !found.user_can_change {
                break;
            }
        }
        found
    }

    /// Seconds until the screen is covered; `None` for never.
    fn seconds(&self) -> Result<(Stated, Option<u32>), String> {
        let timeout = self.get("Timeout");
        let minutes = match &timeout.text {
            Some(text) => text.parse().ok().filter(|minutes: &f64| minutes.is_finite()),
            None => Some(MINUTES),
        };
        let minutes = minutes.ok_or_else(|| cannot_read("Timeout", &timeout))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and a week")]
        let seconds = (minutes * 60.0).clamp(0.0, MOST_SECONDS).round() as u32;
        Ok((timeout, (minutes > 0.0).then_some(seconds.max(1))))
    }
}

impl Stated {
    /// KDE takes "true", "on", "yes" and 1 for true; every switch here is on unless it is set.
    fn is_true(&self, key: &str) -> Result<bool, String> {
        let Some(text) = &self.text else { return Ok(true) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(true),
            "false" | "off" | "no" | "0" => Ok(false),
            _ => Err(cannot_read(key, self)),
        }
    }
}

fn cannot_read(key: &str, stated: &Stated) -> String {
    let characters = stated.text.as_deref().unwrap_or_default().chars().count();
    format!("{key} in {} is a text of {characters} characters that this version cannot read", stated.place)
}

/// A lock that never comes by idling may still come with the display, when the account asked for that.
fn with_display(who: &Who<'_>, lock: ScreenLock) -> ScreenLock {
    let Some(path) = who.home(POWER) else { return lock };
    let Ok(Some(text)) = who.text(&path) else { return lock };
    let file = Keyfile::read(&text);
    let locks = file.value("AC][Display", "LockBeforeTurnOffDisplay").is_some_and(|value| value.text == "true");
    if !locks {
        return lock;
    }
    let reason =
        format!("LockBeforeTurnOffDisplay is set in {}; when the display turns off is not read", path.display());
    ScreenLock { until_covered: Idle::Unknown(reason.clone()), until_password: Idle::Unknown(reason), ..lock }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = include_str!("../testdata/debian-12-kwriteconfig-5.103-kscreenlockerrc");

    fn lock(system: &str, own: &str) -> Result<ScreenLock, String> {
        let home = "/home/pupil.one/.config/kscreenlockerrc";
        super::super::account::tests::asked(&[(SYSTEM, system), (home, own)], decide)
    }

    fn times(system: &str, own: &str) -> (Idle, Idle) {
        let lock = lock(system, own).expect("it can be read");
        (lock.until_covered, lock.until_password)
    }

    #[test]
    fn a_fresh_plasma_covers_at_300_and_asks_at_305() {
        assert_eq!(times("", ""), (Idle::Seconds(300), Idle::Seconds(305)));
        assert_eq!(times("", REAL), (Idle::Seconds(420), Idle::Seconds(430)));
    }

    #[test]
    fn case_16_half_a_minute_is_thirty_seconds_and_the_grace() {
        assert_eq!(times("", "[Daemon]\nTimeout=0.5\n"), (Idle::Seconds(30), Idle::Seconds(35)));
    }

    #[test]
    fn case_17_a_cover_without_a_lock_never_asks() {
        for own in ["[Daemon]\nLock=false\n", "[Daemon]\nRequirePassword=false\n"] {
            assert_eq!(times("", own), (Idle::Seconds(300), Idle::Never), "{own}");
        }
    }

    #[test]
    fn never_is_said_in_two_ways() {
        for own in ["[Daemon]\nAutolock=false\n", "[Daemon]\nTimeout=0\n", "[Daemon]\nTimeout=-1\n"] {
            assert_eq!(times("", own), (Idle::Never, Idle::Never), "{own}");
        }
    }

    #[test]
    fn what_the_machine_fixes_the_user_cannot_change() {
        let own = "[Daemon]\nTimeout=60\n";
        assert_eq!(times("[Daemon]\nTimeout=10\n", own).0, Idle::Seconds(3600));
        let fixed = lock("[Daemon][$i]\nTimeout=10\n", own).expect("it can be read");
        assert_eq!((fixed.until_covered, fixed.user_can_change), (Idle::Seconds(600), false));
        assert_eq!((fixed.setting.as_str(), fixed.place.as_str()), ("Timeout = 10 minutes", SYSTEM));
    }

    #[test]
    fn what_is_no_number_is_unknown() {
        let reason = lock("", "[Daemon]\nTimeout=soon\n").expect_err("it is no number");
        assert!(reason.starts_with("Timeout in /home/pupil.one/.config/kscreenlockerrc is a text of 4 characters"));
        assert!(lock("", "[Daemon]\nTimeout=nan\n").is_err());
        assert!(lock("", "[Daemon]\nLock=maybe\n").is_err());
    }

    #[test]
    fn a_lock_with_the_display_makes_never_unknown() {
        let files = [
            ("/home/pupil.one/.config/kscreenlockerrc", "[Daemon]\nAutolock=false\n"),
            ("/home/pupil.one/.config/powerdevilrc", "[AC][Display]\nLockBeforeTurnOffDisplay=true\n"),
        ];
        let lock = super::super::account::tests::asked(&files, decide).expect("it can be read");
        assert!(matches!(lock.until_password, Idle::Unknown(_)));
    }
}
