//! How light-locker decides when the screen locks: so many seconds after the X server's own screen saver. When that
//! one starts, the X server keeps to itself.

use caretaker_shared::model::{Idle, ScreenLock};

use super::gvdb::Value;
use super::layers::{Key, Layers};
use super::verdict;

static AFTER: Key = Key {
    schema: "apps.light-locker",
    folder: "apps/light-locker",
    name: "lock-after-screensaver",
    built_in: Value::Number(5),
};
static LATE: Key = Key {
    schema: "apps.light-locker",
    folder: "apps/light-locker",
    name: "late-locking",
    built_in: Value::Truth(false),
};

/// The settings that matter.
pub(super) static KEYS: [&Key; 2] = [&AFTER, &LATE];

const UNSEEN: &str = "light-locker follows the X server's own screen saver, whose time stands in no file";

/// The effective lock of a user.
///
/// # Errors
/// When a default depends on what is not known here.
pub(super) fn decide(layers: &Layers, user: &str, desktop: &str) -> Result<ScreenLock, String> {
    let (after, late) = (layers.winner(&AFTER)?, layers.winner(&LATE)?);
    let unseen = || Idle::Unknown(UNSEEN.to_owned());
    if after.number() == Some(0) {
        return Ok(verdict(user, desktop, unseen(), Idle::Never, &after));
    }
    let mut lock = verdict(user, desktop, unseen(), unseen(), &after);
    if late.is_true() {
        lock.weighed.push(format!("{} in {}: it locks when the user comes back", late.setting, late.place));
    }
    Ok(lock)
}
