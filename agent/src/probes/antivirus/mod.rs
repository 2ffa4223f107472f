//! Antivirus products: which are installed, whether they run, how old their signatures are, and what they found lately.
//!
//! An engine that waits to be asked is not real-time protection. What could not be read is unknown, never off.

mod clamav;
mod gathered;
mod linux;
mod macos;
mod products;
mod running;
mod tail;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

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
            "Windows: antivirus products, from the Security Center, Microsoft Defender, their services and the registry",
            "Linux: ClamAV, from its files, its settings and the running programs",
            "Linux: other makers' products in /opt, from what their own programs say of themselves",
            "macOS: XProtect, Gatekeeper, Microsoft Defender, and which security extensions are active",
            "version and date of signatures, protection against being turned off, how many places are excluded from scans",
            "viruses that a product met in the last 30 days: name, file, time and what was done, from clamd's log and Defender",
        ]
    }

    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome {
        let gathered = match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => {
                return Outcome::Unsupported { reason: "this system's antivirus products are not known".into() };
            }
        };
        gathered.outcome(settings.asked_at)
    }
}
