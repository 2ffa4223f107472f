//! What stands in one user's part of the registry.

use super::machine::Machine;
use super::saver::{OWN, POLICY, Saver};
use super::value::{Place, Stated};
use crate::host::Host;
use crate::host::windows::{Key, LocalUser, Registry};

const USER_SYSTEM_POLICY: &str = r"Software\Microsoft\Windows\CurrentVersion\Policies\System";
/// Seconds without end.
const NEVER: u32 = u32::MAX;
/// `UF_PASSWD_NOTREQD`
const NO_PASSWORD_NEEDED: u32 = 0x20;

/// A key below a user's root, and the values in it that a lock depends on.
pub(super) struct Wanted {
    pub(super) path: &'static str,
    pub(super) values: &'static [&'static str],
}

const SAVER: &[&str] =
    &["ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut", "SCRNSAVE.EXE", "DelayLockInterval"];

/// All that is read of a user's part of the registry.
pub(super) const KEYS: [Wanted; 3] = [
    Wanted { path: POLICY, values: SAVER },
    Wanted { path: OWN, values: SAVER },
    Wanted { path: USER_SYSTEM_POLICY, values: &["DisableLockWorkstation"] },
];

/// One user's settings.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) saver: Saver,
    /// What else bears on the lock, a line each.
    pub(super) notes: Vec<String>,
}

impl Settings {
    /// Reads what stands below `HKU\SID` of `registry`; the machine's own registry says where Windows lies.
    pub(super) fn read(
        host: &dyn Host,
        own: &dyn Registry,
        registry: &dyn Registry,
        sid: &str,
        machine: &Machine,
    ) -> Self {
        let saver = Saver::read(host, own, registry, sid);
        let policy = Place { key: Key::user(sid, USER_SYSTEM_POLICY), owner: "user policy", users_own: false };
        let desktop = Place { key: Key::user(sid, OWN), owner: "user's own", users_own: true };
        let barred = policy.number(registry, "DisableLockWorkstation", 0..=1);
        let barred = barred.ok().flatten().filter(|stated| stated.value == 1);
        let barred =
            barred.map(|stated| format!("the user cannot lock by hand: {} in {}", stated.setting, stated.place));
        let delay = desktop.number(registry, "DelayLockInterval", 0..=u32::MAX).ok().flatten();
        Self { saver, notes: barred.into_iter().chain(delay.and_then(|delay| on_standby(machine, &delay))).collect() }
    }
}

/// On devices with Modern Standby the lock follows the display by this delay. Nothing in the registry says for sure
/// whether a device is one, so the delay is shown and not counted.
fn on_standby(machine: &Machine, delay: &Stated<u32>) -> Option<String> {
    let asks = matches!(&machine.asks_on_wake, Ok(Some(asks)) if asks.value == 1);
    let after = if delay.value == NEVER { "never".to_owned() } else { format!("{} s after the display", delay.value) };
    asks.then(|| {
        format!("not counted: a device with Modern Standby would lock {after} ({} in {})", delay.setting, delay.place)
    })
}

/// Whether a local account has a password to ask for.
pub(super) fn password(users: &[LocalUser], sid: &str) -> Password {
    let Some(user) = users.iter().find(|user| user.sid == sid) else { return Password::Needed };
    match (user.flags & NO_PASSWORD_NEEDED != 0, user.password_age) {
        (true, None) => Password::None,
        (true, Some(_)) => Password::MayBeEmpty,
        (false, _) => Password::Needed,
    }
}

/// Whether a password stands between a locked screen and the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Password {
    /// It does, as far as the system tells.
    Needed,
    /// The account may have an empty one.
    MayBeEmpty,
    /// None was ever set and none is needed.
    None,
}
