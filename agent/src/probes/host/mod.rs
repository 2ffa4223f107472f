//! The machine and its operating system. No serial number, no network address, no user.

use std::time::Duration;

use caretaker_shared::model::{Facts, Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

/// The probe.
#[derive(Debug)]
pub struct HostProbe;

impl Probe for HostProbe {
    fn name(&self) -> ProbeName {
        ProbeName::Host
    }

    fn every(&self) -> Duration {
        Duration::from_secs(6 * 3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "the computer's name, its operating system and kernel, as the system tells them",
            "processor type, number of processors, memory, and when the computer was started",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match host.facts() {
            Ok(facts) => Outcome::Complete(Facts::Host(facts)),
            Err(error) => Outcome::Failed { reason: error.to_string() },
        }
    }
}
