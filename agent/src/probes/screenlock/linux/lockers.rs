//! Desktops that leave the lock to a program of its own: which of them is there and runs decides.

use caretaker_shared::model::{Idle, ScreenLock};

use super::account::Who;
use super::{Told, dconf, light_locker, xfce, xscreensaver};

const XFCE: &str = "xfce4-screensaver";
const LIGHT_LOCKER: &str = "light-locker";
const XSCREENSAVER: &str = "xscreensaver";
const ALL: [&str; 3] = [XFCE, LIGHT_LOCKER, XSCREENSAVER];

/// The effective lock of an account under such a desktop.
///
/// # Errors
/// Why it cannot be told.
pub(super) fn decide(who: &Who<'_>, desktop: &str) -> Result<ScreenLock, String> {
    let installed: Vec<&str> = ALL.into_iter().filter(|name| who.has(&format!("/usr/bin/{name}"))).collect();
    let never = |setting: String, place: &str| {
        let (covered, password, place) = (Idle::Never, Idle::Never, place.to_owned());
        Ok(Told { covered, password, setting, place, user_can_change: false }.lock(who.name(), desktop))
    };
    if installed.is_empty() {
        return never(format!("none of {} is installed", ALL.join(", ")), "/usr/bin");
    }
    let mut running = Vec::new();
    for name in &installed {
        if who.runs(name)? {
            running.push(*name);
        }
    }
    match running[..] {
        [] => never(format!("{} does not run for this account", installed.join(" or ")), "/proc"),
        [XFCE] => xfce::decide(who, desktop),
        [XSCREENSAVER] => xscreensaver::decide(who, desktop),
        [LIGHT_LOCKER] => {
            light_locker::decide(&dconf::layers(who.host, who.account, &light_locker::KEYS)?, who.name(), desktop)
        }
        _ => Err(format!("{} may all lock the screen, and which of them does is not known", running.join(" and "))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::account::tests::with_programs;
    use super::*;

    fn lock(installed: &[&str], running: &[&str]) -> Result<ScreenLock, String> {
        let paths: Vec<String> = installed.iter().map(|name| format!("/usr/bin/{name}")).collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        with_programs(&files, running, |who| decide(who, "Xfce"))
    }

    #[test]
    fn what_runs_decides() {
        let password = |installed: &[&str], running: &[&str]| lock(installed, running).map(|lock| lock.until_password);
        assert_eq!(password(&[XFCE, XSCREENSAVER], &["xfce4-screensav"]), Ok(Idle::Seconds(300)));
        assert_eq!(password(&[XFCE, XSCREENSAVER], &[XSCREENSAVER]), Ok(Idle::Never), "a fresh one never locks");
        assert!(matches!(password(&[LIGHT_LOCKER], &[LIGHT_LOCKER]), Ok(Idle::Unknown(_))));
        assert!(password(&[LIGHT_LOCKER, XSCREENSAVER], &[LIGHT_LOCKER, XSCREENSAVER]).is_err());
    }

    #[test]
    fn without_a_locker_nothing_locks() {
        let none = lock(&[], &[]).expect("it can be told");
        assert_eq!((none.until_password, none.place.as_str()), (Idle::Never, "/usr/bin"));
        let stopped = lock(&[XFCE], &[]).expect("it can be told");
        assert_eq!(stopped.until_password, Idle::Never);
        assert_eq!(stopped.setting, "xfce4-screensaver does not run for this account");
    }
}
