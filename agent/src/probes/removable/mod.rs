//! Media that can be taken out, while they are in (A8, E4).
//!
//! What can be taken out, its bus says, not what it says of itself. Phones and cameras that show their files without
//! being disks are not seen.

mod linux;
mod windows;

use std::path::PathBuf;
use std::time::Duration;

use caretaker_shared::model::{Facts, Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

/// Where removable media are mounted. What cannot be told now is left for the next time.
pub fn mounts(host: &dyn Host) -> Vec<PathBuf> {
    let outcome = Removable.ask(host, &ProbeSettings::default());
    let Some(Facts::Removable(media)) = outcome.facts() else { return Vec::new() };
    // A drive of Windows is named without the root that its files lie under.
    let root = |mount: &str| if mount.ends_with(':') { format!("{mount}\\") } else { mount.to_owned() };
    media.iter().map(|medium| PathBuf::from(root(&medium.mount))).collect()
}

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
        &[
            "for each USB disk, stick or memory card that is in: where it is mounted, maker, model, serial number, size",
            "whether it is encrypted; no name of a file on it, but programs on it are listed as executables",
        ]
    }

    fn ask(&self, host: &dyn Host, _settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host),
            System::MacOs | System::Other => {
                Outcome::Unsupported { reason: "this version knows removable media on Windows and Linux only".into() }
            }
        }
    }
}
