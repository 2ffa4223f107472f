//! How GNOME decides when the screen locks. Pure.
//!
//! Settings lie in layers, the user's on top. A lock in a layer means that nothing above it counts for that key. A
//! value of the wrong type counts as none, and GNOME then takes its default, not the layer below.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_shared::model::{Idle, ScreenLock};

use super::gvdb::Value;

/// The settings that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Seconds without input until the screen is covered; 0 for never.
    IdleDelay,
    /// Whether the password is demanded at all.
    LockEnabled,
    /// Seconds from covering to locking.
    LockDelay,
    /// Whether locking is forbidden.
    DisableLockScreen,
    /// Whether covering fades in, which takes ten seconds.
    EnableAnimations,
}

impl Key {
    pub(super) const ALL: [Self; 5] =
        [Self::IdleDelay, Self::LockEnabled, Self::LockDelay, Self::DisableLockScreen, Self::EnableAnimations];

    /// The schema, and the key in it. dconf's path is the schema with slashes.
    pub(super) fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::IdleDelay => ("org.gnome.desktop.session", "idle-delay"),
            Self::LockEnabled => ("org.gnome.desktop.screensaver", "lock-enabled"),
            Self::LockDelay => ("org.gnome.desktop.screensaver", "lock-delay"),
            Self::DisableLockScreen => ("org.gnome.desktop.lockdown", "disable-lock-screen"),
            Self::EnableAnimations => ("org.gnome.desktop.interface", "enable-animations"),
        }
    }

    pub(super) fn path(self) -> String {
        let (schema, key) = self.name();
        format!("/{}/{key}", schema.replace('.', "/"))
    }

    /// What GNOME is built with (gsettings-desktop-schemas).
    fn built_in(self) -> Value {
        match self {
            Self::IdleDelay => Value::Number(300),
            Self::LockDelay => Value::Number(0),
            Self::LockEnabled | Self::EnableAnimations => Value::Truth(true),
            Self::DisableLockScreen => Value::Truth(false),
        }
    }

    fn fits(self, value: Value) -> bool {
        std::mem::discriminant(&self.built_in()) == std::mem::discriminant(&value)
    }
}

/// One database of settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) place: String,
    pub(super) values: BTreeMap<Key, Value>,
    pub(super) locks: BTreeSet<Key>,
}

/// All that decides for one user.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// From the top.
    pub(super) layers: Vec<Layer>,
    /// Whether the top layer is the user's own.
    pub(super) user_writes_top: bool,
    /// Defaults of this machine; where a key is missing, GNOME's own hold.
    pub(super) defaults: Layer,
}

const BUILT_IN: &str = "GNOME's built-in default";
const FADE_SECONDS: u32 = 10;

struct Winner {
    value: Value,
    place: String,
    user_can_change: bool,
}

impl Layers {
    fn winner(&self, key: Key) -> Winner {
        let lowest_lock = self.layers.iter().rposition(|layer| layer.locks.contains(&key));
        let user_can_change = self.user_writes_top && lowest_lock.is_none_or(|layer| layer == 0);
        let counted = self.layers.iter().skip(lowest_lock.unwrap_or(0));
        let set = counted.filter_map(|layer| layer.values.get(&key).map(|value| (*value, &layer.place))).next();
        let default = self.defaults.values.get(&key).map(|value| (*value, &self.defaults.place));
        let (value, place) = match (set.filter(|(value, _)| key.fits(*value)), default) {
            (Some((value, place)), _) | (None, Some((value, place))) => (value, place.clone()),
            (None, None) => (key.built_in(), BUILT_IN.to_owned()),
        };
        Winner { value, place, user_can_change }
    }

    /// The effective lock of a user. `cannot_lock`: what is wrong with the machine so that GNOME locks for nobody.
    pub(super) fn decide(&self, user: &str, cannot_lock: Option<(&str, &str)>) -> ScreenLock {
        let verdict = |covered: Idle, password: Idle, key: Key| {
            let (winner, (schema, name)) = (self.winner(key), key.name());
            let value = match winner.value {
                Value::Number(number) => number.to_string(),
                Value::Truth(truth) => truth.to_string(),
                Value::Foreign | Value::ByDesktop => "unknown".to_owned(),
            };
            ScreenLock {
                user: user.to_owned(),
                desktop: "GNOME".into(),
                until_covered: covered,
                until_password: password,
                setting: format!("{schema} {name} = {value}"),
                place: winner.place,
                user_can_change: winner.user_can_change,
                on_battery: None,
                weighed: Vec::new(),
            }
        };
        let truth = |key: Key| matches!(self.winner(key).value, Value::Truth(true));
        let number = |key: Key| match self.winner(key).value {
            Value::Number(number) => Some(number),
            Value::Truth(_) | Value::Foreign | Value::ByDesktop => None,
        };
        if let Some(key) = Key::ALL.into_iter().find(|key| !key.fits(self.winner(*key).value)) {
            let unknown = Idle::Unknown(format!("the default of {} depends on the desktop's name", key.name().1));
            return verdict(unknown.clone(), unknown, key);
        }
        let idle = number(Key::IdleDelay).unwrap_or_default();
        let covered = if idle == 0 { Idle::Never } else { Idle::Seconds(idle) };
        if let Some((setting, place)) = cannot_lock {
            let verdict = verdict(covered, Idle::Never, Key::IdleDelay);
            return ScreenLock { setting: setting.into(), place: place.into(), user_can_change: false, ..verdict };
        }
        if truth(Key::DisableLockScreen) {
            return verdict(covered, Idle::Never, Key::DisableLockScreen);
        }
        if !truth(Key::LockEnabled) {
            return verdict(covered, Idle::Never, Key::LockEnabled);
        }
        if idle == 0 {
            return verdict(Idle::Never, Idle::Never, Key::IdleDelay);
        }
        let fade = if truth(Key::EnableAnimations) { FADE_SECONDS } else { 0 };
        let delay = number(Key::LockDelay).unwrap_or_default();
        let key = if delay > idle { Key::LockDelay } else { Key::IdleDelay };
        verdict(covered, Idle::Seconds(idle.saturating_add(delay.max(fade))), key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(place: &str, values: &[(Key, Value)], locks: &[Key]) -> Layer {
        Layer { place: place.into(), values: values.iter().copied().collect(), locks: locks.iter().copied().collect() }
    }

    fn idle(seconds: u32) -> (Key, Value) {
        (Key::IdleDelay, Value::Number(seconds))
    }

    fn decided(user: &[(Key, Value)], site: &[(Key, Value)], locks: &[Key]) -> ScreenLock {
        let layers = vec![layer("user", user, &[]), layer("site", site, locks)];
        Layers { layers, user_writes_top: true, defaults: Layer::default() }.decide("pupil.one", None)
    }

    #[test]
    fn locks_when_the_settings_say_so() {
        let off = (Key::LockEnabled, Value::Truth(false));
        let forbidden = (Key::DisableLockScreen, Value::Truth(true));
        let late = (Key::LockDelay, Value::Number(3600));
        let still = (Key::EnableAnimations, Value::Truth(false));
        let (never, seconds) = (Idle::Never, Idle::Seconds);
        // User's values, site's values, site's locks; covered, password, place, whether the user can change it.
        type Case<'a> = (&'a [(Key, Value)], &'a [(Key, Value)], &'a [Key], Idle, Idle, &'a str, bool);
        let table: [Case<'_>; 12] = [
            (&[], &[], &[], seconds(300), seconds(310), BUILT_IN, true),
            (&[idle(123)], &[idle(600)], &[], seconds(123), seconds(133), "user", true),
            (&[idle(123)], &[idle(600)], &[Key::IdleDelay], seconds(600), seconds(610), "site", false),
            (&[idle(123)], &[], &[Key::IdleDelay], seconds(300), seconds(310), BUILT_IN, false),
            (&[], &[idle(600)], &[], seconds(600), seconds(610), "site", true),
            (&[idle(0)], &[], &[], never.clone(), never.clone(), "user", true),
            (&[off], &[idle(60)], &[], seconds(60), never.clone(), "user", true),
            (&[], &[forbidden], &[], seconds(300), never.clone(), "site", true),
            (&[late], &[], &[], seconds(300), seconds(3900), "user", true),
            (&[still], &[], &[], seconds(300), seconds(300), BUILT_IN, true),
            (&[idle(u32::MAX)], &[], &[], seconds(u32::MAX), seconds(u32::MAX), "user", true),
            (&[(Key::IdleDelay, Value::Foreign)], &[idle(60)], &[], seconds(300), seconds(310), BUILT_IN, true),
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
        let off = decided(&[(Key::LockEnabled, Value::Truth(false))], &[], &[]);
        assert_eq!(off.setting, "org.gnome.desktop.screensaver lock-enabled = false");
    }

    #[test]
    fn a_default_of_this_machine_comes_before_the_built_in_one() {
        let defaults = layer("schemas", &[idle(900)], &[]);
        let lock = Layers { defaults, ..Layers::default() }.decide("", None);
        assert_eq!((lock.until_covered, lock.place.as_str()), (Idle::Seconds(900), "schemas"));
        assert!(!lock.user_can_change, "without a database of the user's own");
    }

    #[test]
    fn a_default_by_desktop_is_unknown() {
        let defaults = layer("schemas", &[(Key::IdleDelay, Value::ByDesktop)], &[]);
        let lock = Layers { defaults, ..Layers::default() }.decide("", None);
        assert!(matches!(lock.until_password, Idle::Unknown(_)));
    }

    #[test]
    fn a_machine_that_cannot_lock_never_asks_for_the_password() {
        let lock = Layers::default().decide("", Some(("display manager = lightdm", "/etc/dm")));
        assert_eq!((lock.until_covered, lock.until_password), (Idle::Seconds(300), Idle::Never));
        assert_eq!((lock.setting.as_str(), lock.user_can_change), ("display manager = lightdm", false));
    }
}
