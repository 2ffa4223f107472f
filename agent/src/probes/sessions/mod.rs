//! Who is logged in, and whether their screen is locked (D2).

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

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
        &[]
    }

    fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        Outcome::Unsupported { reason: "this version does not ask".into() }
    }
}
