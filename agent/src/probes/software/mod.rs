//! Installed software titles, as the system's package list states them.

mod linux;
mod parse;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

pub(super) use linux::installed_version;

use super::{Probe, ProbeSettings};
use crate::host::{Host, System};

/// The probe.
#[derive(Debug)]
pub struct Software;

impl Probe for Software {
    fn name(&self) -> ProbeName {
        ProbeName::Software
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "name, version, architecture, packager and size of every installed package, from /var/lib/dpkg/status",
            "when each was installed or last updated, from the file dates in /var/lib/dpkg/info",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match host.system() {
            System::Linux => linux::ask(host),
            System::Windows | System::MacOs | System::Other => {
                Outcome::Unsupported { reason: "this version reads the software list on Linux only".into() }
            }
        }
    }
}
