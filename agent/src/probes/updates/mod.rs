//! Updates of the operating system (B2).

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

/// The probe.
#[derive(Debug)]
pub struct Updates;

impl Probe for Updates {
    fn name(&self) -> ProbeName {
        ProbeName::Updates
    }

    fn every(&self) -> Duration {
        Duration::from_secs(21600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[]
    }

    fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        Outcome::Unsupported { reason: "this version does not ask".into() }
    }
}
