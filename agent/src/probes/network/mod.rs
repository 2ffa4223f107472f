//! Proxies, private networks, hosts file (E7).

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

/// The probe.
#[derive(Debug)]
pub struct Network;

impl Probe for Network {
    fn name(&self) -> ProbeName {
        ProbeName::Network
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[]
    }

    fn ask(&self, _host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        Outcome::Unsupported { reason: "this version does not ask".into() }
    }
}
