//! A verdict on one account.

use caretaker_shared::model::{Idle, ScreenLock};

use super::layers::Winner;

/// Times, and the setting that decides.
pub(super) struct Told {
    pub(super) covered: Idle,
    pub(super) password: Idle,
    pub(super) setting: String,
    pub(super) place: String,
    pub(super) user_can_change: bool,
}

impl Told {
    /// As the lock of a user under a desktop.
    pub(super) fn lock(self, user: &str, desktop: &str) -> ScreenLock {
        ScreenLock {
            user: user.to_owned(),
            desktop: desktop.to_owned(),
            until_covered: self.covered,
            until_password: self.password,
            setting: self.setting,
            place: self.place,
            user_can_change: self.user_can_change,
            on_battery: None,
            weighed: Vec::new(),
        }
    }
}

/// The lock that one of a desktop's settings decides.
pub(super) fn verdict(user: &str, desktop: &str, covered: Idle, password: Idle, winner: &Winner) -> ScreenLock {
    let (setting, place) = (winner.setting.clone(), winner.place.clone());
    Told { covered, password, setting, place, user_can_change: winner.user_can_change }.lock(user, desktop)
}
