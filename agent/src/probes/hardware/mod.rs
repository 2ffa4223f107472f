//! Maker, model and serial number, for the register of equipment (B3).

mod linux;
mod macos;
mod parse;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Hardware;

impl Probe for Hardware {
    fn name(&self) -> ProbeName {
        ProbeName::Hardware
    }

    fn every(&self) -> Duration {
        Duration::from_secs(24 * 3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &["maker, model, serial number, asset tag, kind of case, firmware and processor, as the maker wrote them"]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => Outcome::Unsupported { reason: "this system has no inventory that we can ask".into() },
        }
    }
}
