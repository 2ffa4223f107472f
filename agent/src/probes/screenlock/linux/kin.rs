//! How MATE and Cinnamon decide when the screen locks. Pure. Both grew out of GNOME and kept the names of its keys, but
//! MATE counts minutes where Cinnamon counts seconds.

use caretaker_shared::model::{Idle, ScreenLock};

use super::gvdb::Value;
use super::layers::{Key, Layers, Winner};
use super::verdict;

/// One of the two.
pub(super) struct Kin {
    desktop: &'static str,
    unit_seconds: i64,
    keys: [&'static Key; 5],
}

static MATE_IDLE: Key = key("org.mate.session", "org/mate/desktop/session", "idle-delay", Value::Signed(5));
static MATE_STARTS: Key = key("org.mate.screensaver", "org/mate/screensaver", "idle-activation-enabled", TRUE);
static MATE_LOCKS: Key = key("org.mate.screensaver", "org/mate/screensaver", "lock-enabled", TRUE);
static MATE_DELAY: Key = key("org.mate.screensaver", "org/mate/screensaver", "lock-delay", Value::Signed(0));
static MATE_FORBIDDEN: Key = key("org.mate.lockdown", "org/mate/desktop/lockdown", "disable-lock-screen", FALSE);

static CINNAMON_IDLE: Key =
    key("org.cinnamon.desktop.session", "org/cinnamon/desktop/session", "idle-delay", Value::Number(900));
static CINNAMON_STARTS: Key =
    key("org.cinnamon.desktop.screensaver", "org/cinnamon/desktop/screensaver", "idle-activation-enabled", TRUE);
static CINNAMON_LOCKS: Key =
    key("org.cinnamon.desktop.screensaver", "org/cinnamon/desktop/screensaver", "lock-enabled", TRUE);
static CINNAMON_DELAY: Key =
    key("org.cinnamon.desktop.screensaver", "org/cinnamon/desktop/screensaver", "lock-delay", Value::Number(0));
static CINNAMON_FORBIDDEN: Key =
    key("org.cinnamon.desktop.lockdown", "org/cinnamon/desktop/lockdown", "disable-lock-screen", FALSE);

const TRUE: Value = Value::Truth(true);
const FALSE: Value = Value::Truth(false);

/// MATE (mate-screensaver, mate-session-manager 1.26).
pub(super) static MATE: Kin = Kin {
    desktop: "MATE",
    unit_seconds: 60,
    keys: [&MATE_IDLE, &MATE_STARTS, &MATE_LOCKS, &MATE_DELAY, &MATE_FORBIDDEN],
};

/// Cinnamon (cinnamon-desktop 5.6).
pub(super) static CINNAMON: Kin = Kin {
    desktop: "Cinnamon",
    unit_seconds: 1,
    keys: [&CINNAMON_IDLE, &CINNAMON_STARTS, &CINNAMON_LOCKS, &CINNAMON_DELAY, &CINNAMON_FORBIDDEN],
};

const fn key(schema: &'static str, folder: &'static str, name: &'static str, built_in: Value) -> Key {
    Key { schema, folder, name, built_in }
}

impl Kin {
    /// The settings that matter.
    pub(super) fn keys(&self) -> &[&'static Key] {
        &self.keys
    }

    /// The effective lock of a user.
    ///
    /// # Errors
    /// When a default depends on what is not known here.
    pub(super) fn decide(&self, layers: &Layers, user: &str) -> Result<ScreenLock, String> {
        let [idle, starts, locks, delay, forbidden] = self.keys.map(|key| layers.winner(key));
        let (idle, starts, locks, delay, forbidden) = (idle?, starts?, locks?, delay?, forbidden?);
        let told = |covered, password, winner: &Winner| verdict(user, self.desktop, covered, password, winner);
        let after = self.seconds(&idle);
        if after == 0 {
            return Ok(told(Idle::Never, Idle::Never, &idle));
        }
        if !starts.is_true() {
            return Ok(told(Idle::Never, Idle::Never, &starts));
        }
        let covered = Idle::Seconds(after);
        if forbidden.is_true() {
            return Ok(told(covered, Idle::Never, &forbidden));
        }
        if !locks.is_true() {
            return Ok(told(covered, Idle::Never, &locks));
        }
        let wait = self.seconds(&delay);
        let (winner, other) = if wait > after { (&delay, &idle) } else { (&idle, &delay) };
        let mut lock = told(covered, Idle::Seconds(after.saturating_add(wait)), winner);
        lock.weighed.push(format!("{} in {}", other.setting, other.place));
        if self.unit_seconds != 1 {
            lock.weighed.push(format!("{} counts in minutes", self.desktop));
        }
        Ok(lock)
    }

    fn seconds(&self, winner: &Winner) -> u32 {
        let seconds = winner.number().unwrap_or_default().saturating_mul(self.unit_seconds);
        u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
    }
}
