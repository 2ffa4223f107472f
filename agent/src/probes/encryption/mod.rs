//! Whether volumes are encrypted (B4).
//!
//! "Suspended" is an answer of its own: the content is encrypted, and the key lies beside it in the clear. What a locked
//! or foreign volume holds is unknown, never off.

mod linux;
mod macos;
mod windows;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

pub(super) use linux::protection as linux_protection;
pub(super) use windows::by_letter as windows_by_letter;

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// The probe.
#[derive(Debug)]
pub struct Encryption;

impl Probe for Encryption {
    fn name(&self) -> ProbeName {
        ProbeName::Encryption
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "for each disk volume whether it is encrypted and how; no key and no recovery password is read",
            "on Linux from /proc/self/mountinfo, /proc/swaps and /sys/class/block; on Windows from BitLocker; on macOS \
             from fdesetup",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs => macos::ask(host),
            System::Other => Outcome::Unsupported { reason: "this system has no volumes that we can ask".into() },
        }
    }
}
