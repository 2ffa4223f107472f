//! Local accounts, their passwords, and who is an administrator (E3, C2).
//!
//! No password is tried and none is read: what is told is whether there is one, how old it is and when it must change.

mod directory_node;
mod linux;
mod macos;
mod shadow;
mod sudoers;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Accounts;

impl Probe for Accounts {
    fn name(&self) -> ProbeName {
        ProbeName::Accounts
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "names of the device's own accounts, which of them are administrators, and when each last logged in",
            "whether each has a password, when it was set and when it must change; never the password or its hash",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => {
                Outcome::Unsupported { reason: "this version does not read the accounts of this system".into() }
            }
        }
    }
}
