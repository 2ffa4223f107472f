//! Media that can be taken out (A8, E4).

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

/// The probe.
#[derive(Debug)]
pub struct Removable;

impl Probe for Removable {
    fn name(&self) -> ProbeName {
        ProbeName::Removable
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[]
    }

    fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        Outcome::Unsupported { reason: "this version does not ask".into() }
    }
}
