//! The effective screen lock of each user: after how long nothing can be read, and after how long a password is needed.
//!
//! Settings are read from files; nobody's session is asked. A desktop whose settings this version cannot read is
//! unknown, and so is an account whose files cannot be read.

mod linux;
mod macos;
mod pmset;
mod weigh;
mod windows;

use std::sync::Mutex;
use std::time::Duration;

use caretaker_shared::model::{Idle, Outcome, ProbeName, ScreenLock as Lock};

pub(super) use self::linux::texts as dconf_texts;
use self::windows::logged_off::Remembered;
use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe, with what it remembers of Windows users who are not logged on.
#[derive(Debug, Default)]
pub struct ScreenLock {
    remembered: Mutex<Remembered>,
}

/// The one that the registry lists.
pub static SCREEN_LOCK: ScreenLock = ScreenLock::new();

impl ScreenLock {
    /// A probe that remembers nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { remembered: Mutex::new(Remembered::new()) }
    }
}

impl Probe for ScreenLock {
    fn name(&self) -> ProbeName {
        ProbeName::ScreenLock
    }

    fn every(&self) -> Duration {
        Duration::from_secs(900)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "after how many idle seconds the screen is covered and the password demanded, for each account: on Linux and \
             macOS those that are logged in, on Windows each profile",
            "which setting decides that and where it stands; whether the account may change it",
            "Windows: screen saver, inactivity limit, display timeout and lock policies, from the registry and from the \
             NTUSER.DAT of each profile; no other setting in it is kept",
            "Linux: the lock settings of the desktop in use, from the account's .config folder and /etc, and which screen \
             locker runs",
            "macOS: the screen saver's preferences, managed and own, and pmset",
        ]
    }

    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host, &self.remembered, settings.memory.as_deref()),
            System::MacOs => macos::ask(host),
            System::Other => {
                Outcome::Unsupported { reason: "this version does not read the screen locks of this system".into() }
            }
        }
    }
}

/// A lock that cannot be told, and why.
fn unknown(user: &str, desktop: &str, reason: &str) -> Lock {
    Lock {
        user: user.to_owned(),
        desktop: desktop.to_owned(),
        until_covered: Idle::Unknown(reason.to_owned()),
        until_password: Idle::Unknown(reason.to_owned()),
        setting: String::new(),
        place: String::new(),
        user_can_change: true,
        on_battery: None,
        weighed: Vec::new(),
    }
}
