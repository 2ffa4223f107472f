//! How GNOME decides when the screen locks. Pure.

use caretaker_shared::model::{Idle, ScreenLock};

use super::gvdb::Value;
use super::layers::{Key, Layers, Winner};
use super::verdict;

/// Seconds without input until the screen is covered; 0 for never.
static IDLE_DELAY: Key =
    key("org.gnome.desktop.session", "org/gnome/desktop/session", "idle-delay", Value::Number(300));
/// Whether the password is demanded at all.
static LOCK_ENABLED: Key =
    key("org.gnome.desktop.screensaver", "org/gnome/desktop/screensaver", "lock-enabled", Value::Truth(true));
/// Seconds from covering to locking.
static LOCK_DELAY: Key =
    key("org.gnome.desktop.screensaver", "org/gnome/desktop/screensaver", "lock-delay", Value::Number(0));
/// Whether locking is forbidden.
static DISABLE_LOCK_SCREEN: Key =
    key("org.gnome.desktop.lockdown", "org/gnome/desktop/lockdown", "disable-lock-screen", Value::Truth(false));
/// Whether covering fades in, which takes ten seconds.
static ENABLE_ANIMATIONS: Key =
    key("org.gnome.desktop.interface", "org/gnome/desktop/interface", "enable-animations", Value::Truth(true));

/// The settings that matter, with what GNOME is built with (gsettings-desktop-schemas).
pub(super) static KEYS: [&Key; 5] = [&IDLE_DELAY, &LOCK_ENABLED, &LOCK_DELAY, &DISABLE_LOCK_SCREEN, &ENABLE_ANIMATIONS];

const DESKTOP: &str = "GNOME";
const FADE_SECONDS: u32 = 10;

const fn key(schema: &'static str, folder: &'static str, name: &'static str, built_in: Value) -> Key {
    Key { schema, folder, name, built_in }
}

/// The effective lock of a user. `cannot_lock`: what is wrong with the machine so that GNOME locks for nobody.
pub(super) fn decide(layers: &Layers, user: &str, cannot_lock: Option<(&str, &str)>) -> ScreenLock {
    match weigh(layers, user, cannot_lock) {
        Ok(lock) => lock,
        Err(reason) => crate::probes::screenlock::unknown(user, DESKTOP, &reason),
    }
}

fn weigh(layers: &Layers, user: &str, cannot_lock: Option<(&str, &str)>) -> Result<ScreenLock, String> {
    let [idle, enabled, delay, forbidden, animated] = KEYS.map(|key| layers.winner(key));
    let (idle, enabled, delay, forbidden, animated) = (idle?, enabled?, delay?, forbidden?, animated?);
    let seconds = |winner: &Winner| winner.number().and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    let after = seconds(&idle);
    let covered = if after == 0 { Idle::Never } else { Idle::Seconds(after) };
    let told = |covered: Idle, password: Idle, winner: &Winner| verdict(user, DESKTOP, covered, password, winner);
    if let Some((setting, place)) = cannot_lock {
        let told = told(covered, Idle::Never, &idle);
        return Ok(ScreenLock { setting: setting.into(), place: place.into(), user_can_change: false, ..told });
    }
    if forbidden.is_true() {
        return Ok(told(covered, Idle::Never, &forbidden));
    }
    if !enabled.is_true() {
        return Ok(told(covered, Idle::Never, &enabled));
    }
    if after == 0 {
        return Ok(told(Idle::Never, Idle::Never, &idle));
    }
    let fade = if animated.is_true() { FADE_SECONDS } else { 0 };
    let wait = seconds(&delay);
    let (winner, other) = if wait > after { (&delay, &idle) } else { (&idle, &delay) };
    let mut lock = told(covered, Idle::Seconds(after.saturating_add(wait.max(fade))), winner);
    lock.weighed.push(format!("{} in {}", other.setting, other.place));
    if fade > wait {
        lock.weighed
            .push(format!("the password follows after a fade of {fade} s: {} in {}", animated.setting, animated.place));
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::super::layers::{BUILT_IN, Layer};
    use super::*;

    fn layer(place: &str, values: &[(&'static Key, Value)], locks: &[&'static Key]) -> Layer {
        Layer { place: place.into(), values: values.iter().copied().collect(), locks: locks.iter().copied().collect() }
    }

    fn idle(seconds: u32) -> (&'static Key, Value) {
        (&IDLE_DELAY, Value::Number(seconds))
    }

    fn decided(user: &[(&'static Key, Value)], site: &[(&'static Key, Value)], locks: &[&'static Key]) -> ScreenLock {
        let layers = vec![layer("user", user, &[]), layer("site", site, locks)];
        decide(&Layers { layers, user_writes_top: true, defaults: Layer::default() }, "pupil.one", None)
    }

    #[test]
    fn locks_when_the_settings_say_so() {
        let off = (&LOCK_ENABLED, Value::Truth(false));
        let forbidden = (&DISABLE_LOCK_SCREEN, Value::Truth(true));
        let late = (&LOCK_DELAY, Value::Number(3600));
        let still = (&ENABLE_ANIMATIONS, Value::Truth(false));
        let (never, seconds) = (Idle::Never, Idle::Seconds);
        // User's values, site's values, site's locks; covered, password, place, whether the user can change it.
        type Case<'a> =
            (&'a [(&'static Key, Value)], &'a [(&'static Key, Value)], &'a [&'static Key], Idle, Idle, &'a str, bool);
        let table: [Case<'_>; 12] = [
            (&[], &[], &[], seconds(300), seconds(310), BUILT_IN, true),
            (&[idle(123)], &[idle(600)], &[], seconds(123), seconds(133), "user", true),
            (&[idle(123)], &[idle(600)], &[&IDLE_DELAY], seconds(600), seconds(610), "site", false),
            (&[idle(123)], &[], &[&IDLE_DELAY], seconds(300), seconds(310), BUILT_IN, false),
            (&[], &[idle(600)], &[], seconds(600), seconds(610), "site", true),
            (&[idle(0)], &[], &[], never.clone(), never.clone(), "user", true),
            (&[off], &[idle(60)], &[], seconds(60), never.clone(), "user", true),
            (&[], &[forbidden], &[], seconds(300), never.clone(), "site", true),
            (&[late], &[], &[], seconds(300), seconds(3900), "user", true),
            (&[still], &[], &[], seconds(300), seconds(300), BUILT_IN, true),
            (&[idle(u32::MAX)], &[], &[], seconds(u32::MAX), seconds(u32::MAX), "user", true),
            (&[(&IDLE_DELAY, Value::Foreign)], &[idle(60)], &[], seconds(300), seconds(310), BUILT_IN, true),
        ];
        for (number, (user, site, locks, covered, password, place, can_change)) in table.into_iter().enumerate() {
            let lock = decided(user, site, locks);
            let got = (lock.until_covered, lock.until_password, lock.place.as_str(), lock.user_can_change);
            assert_eq!(got, (covered, password, place, can_change), "case {number}: {}", lock.setting);
        }
    }

    #[test]
    fn names_the_setting_that_decides() {
        assert_eq!(decided(&[idle(0)], &[], &[]).setting, "org.gnome.desktop.session idle-delay = 0");
        let off = decided(&[(&LOCK_ENABLED, Value::Truth(false))], &[], &[]);
        assert_eq!(off.setting, "org.gnome.desktop.screensaver lock-enabled = false");
    }

    #[test]
    fn a_default_of_this_machine_comes_before_the_built_in_one() {
        let defaults = layer("schemas", &[idle(900)], &[]);
        let lock = decide(&Layers { defaults, ..Layers::default() }, "", None);
        assert_eq!((lock.until_covered, lock.place.as_str()), (Idle::Seconds(900), "schemas"));
        assert!(!lock.user_can_change, "without a database of the user's own");
    }

    #[test]
    fn a_default_by_desktop_is_unknown() {
        let defaults = layer("schemas", &[(&IDLE_DELAY, Value::ByDesktop)], &[]);
        let lock = decide(&Layers { defaults, ..Layers::default() }, "", None);
        assert!(matches!(lock.until_password, Idle::Unknown(_)));
    }

    #[test]
    fn a_machine_that_cannot_lock_never_asks_for_the_password() {
        let lock = decide(&Layers::default(), "", Some(("display manager = lightdm", "/etc/dm")));
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(300), Idle::Never));
        assert_eq!((lock.setting.as_str(), lock.user_can_change), ("display manager = lightdm", false));
    }
}
