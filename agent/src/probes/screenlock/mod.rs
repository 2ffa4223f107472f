//! The effective screen lock of each user: after how long nothing can be read, and after how long a password is needed.
//!
//! Settings are read from files; nobody's session is asked. A desktop whose settings this version cannot read is
//! unknown, and so is an account whose files cannot be read.

mod desktop;
mod gnome;
mod gvdb;
mod linux;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System};

/// The probe.
#[derive(Debug)]
pub struct ScreenLock;

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
            "after how many idle seconds the screen is covered and the password demanded, for each logged-in account",
            "five settings of GNOME, from the account's .config/dconf folder, /etc/dconf and GNOME's defaults",
            "whether the account may change them; no other setting is read",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match host.system() {
            System::Linux => linux::ask(host),
            System::Windows | System::MacOs | System::Other => {
                Outcome::Unsupported { reason: "this version reads screen locks on Linux only".into() }
            }
        }
    }
}
