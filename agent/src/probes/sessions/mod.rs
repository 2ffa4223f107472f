//! Who is logged in, and whether their screen is locked (D2).
//!
//! Sessions of people only, those that were switched away or disconnected too: their owners are still logged in.
//! Whether a screen is locked is told only where the system keeps account of it.

mod linux;
mod logind;
mod macos;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Sessions;

impl Probe for Sessions {
    fn name(&self) -> ProbeName {
        ProbeName::Sessions
    }

    fn every(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "which accounts are logged in, at the device or from another computer, and since when",
            "whether their screen is locked, and since when nobody has touched the session, where the system tells",
            "read from the session list of Windows, the login service of Linux, the console of macOS",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => Outcome::Unsupported { reason: "this version does not know this system".into() },
        }
    }
}
