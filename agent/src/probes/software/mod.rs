//! Installed software titles, as the system's own lists state them.
//!
//! A title stands once for each list, user, architecture and version; what the lists disagree on is not settled here.
//! Out of scope: pacman and other lists of packages, nix, and the packages of programming languages (pip, npm).

mod appimage;
mod desktop_entry;
mod dpkg;
mod dpkg_status;
mod flatpak;
mod linux;
mod listing;
mod macos;
mod manifest;
mod merge;
mod msi;
mod msix;
mod property_list;
mod python;
mod remembered;
mod rpm;
mod snap;
mod uninstall;
mod used;
mod windows;
#[cfg(test)]
mod windows_tests;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

pub(super) use dpkg::installed_version;
pub(super) use rpm::installed as installed_by_rpm;

use super::{Probe, ProbeSettings};
use crate::host::{Host, System, system_of};

const COLLECTS: &[&str] = &[
    "name, version, publisher, size and date of every installed title, and who it is installed for",
    "where a title came from, what it is filed under, and when it was last started, where the system knows",
    "Windows: the lists of installed apps of the machine and of every user, from the registry and, for users who are \
     not logged on, from their NTUSER.DAT; Store packages and their AppxManifest.xml; last starts from \
     Services\\bam; python.exe of Python from the Store",
    "Linux: /var/lib/dpkg, the rpm database, flatpak and snap folders; AppImages in /opt and in Applications, \
     Downloads, .local/bin and Desktop of every person",
    "macOS: Info.plist of the applications in /Applications, /System/Applications and in Applications, Desktop and \
     Downloads of every person; InstallHistory.plist; the folders of Homebrew",
];

/// The probe.
#[derive(Debug)]
pub struct Software;

impl Probe for Software {
    fn name(&self) -> ProbeName {
        ProbeName::Software
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn collects(&self) -> &'static [&'static str] {
        COLLECTS
    }

    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome {
        match system_of(host) {
            System::Linux => linux::ask(host),
            System::Windows => windows::ask(host, settings),
            System::MacOs => macos::ask(host),
            System::Other => Outcome::Unsupported {
                reason: "this version does not know where this system lists its software".into(),
            },
        }
    }
}
