//! Antivirus products: which are installed, whether they run, and how old their signatures are.
//!
//! An engine that waits to be asked is not real-time protection. What could not be read is unknown, never off.

mod decide;
mod linux;
mod parse;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System};

/// The probe.
#[derive(Debug)]
pub struct Antivirus;

impl Probe for Antivirus {
    fn name(&self) -> ProbeName {
        ProbeName::Antivirus
    }

    fn every(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "whether ClamAV is installed, its engine and its on-access scanner run, from /usr and the running programs",
            "whether it blocks infected files, from /etc/clamav/clamd.conf",
            "version and date of its signatures, from the head of the signature file",
            "which other antivirus products have a folder in /opt; no virus finding is read",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match host.system() {
            System::Linux => linux::ask(host),
            System::Windows | System::MacOs | System::Other => {
                Outcome::Unsupported { reason: "this version looks for antivirus on Linux only".into() }
            }
        }
    }
}
