//! Which updates of the operating system were applied, and when the last one was that mends a fault of security (B2).

mod apt;
mod linux;
mod macos;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{InstalledUpdate, Outcome, ProbeName};
use caretaker_shared::order;
use caretaker_shared::wire::limits;
use jiff::Timestamp;

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Updates;

impl Probe for Updates {
    fn name(&self) -> ProbeName {
        ProbeName::Updates
    }

    fn every(&self) -> Duration {
        Duration::from_secs(6 * 3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "which updates of the system were applied and when, and whether one waits for a restart",
            "on Linux from /var/log/apt or the list of rpm, on Windows from its list of packages and of hot fixes, on macOS \
             from SystemVersion.plist, com.apple.SoftwareUpdate.plist and InstallHistory.plist",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => {
                Outcome::Unsupported { reason: "this version does not read the updates of this system".into() }
            }
        }
    }
}

/// Newest first, each once, at most as many as a reading holds.
fn ordered(mut history: Vec<InstalledUpdate>) -> Vec<InstalledUpdate> {
    order::sort_by(&mut history, |one, other| {
        other.installed_at.cmp(&one.installed_at).then_with(|| one.name.cmp(&other.name))
    });
    history.dedup();
    history.truncate(limits::UPDATES);
    history
}

/// When the last update was applied that is known to mend a fault of security.
fn last_security(history: &[InstalledUpdate]) -> Option<Timestamp> {
    let counts = |update: &&InstalledUpdate| update.succeeded && update.security == Some(true);
    history.iter().filter(counts).filter_map(|update| update.installed_at).max()
}
