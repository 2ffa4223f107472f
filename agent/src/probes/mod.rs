//! The probes, and the registry that lists them.

pub mod antivirus;
pub mod executables;
pub mod host;
//pub mod screenlock;
pub mod software;

use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};

use crate::host::Host;

/// What a probe must know of the policy in force.
#[derive(Debug, Clone, Default)]
pub struct ProbeSettings {
    /// Folders that are searched for executables; a leading `~` stands for the home of each account.
    pub executable_folders: Vec<String>,
}

/// Asks the operating system one subject's questions.
pub trait Probe: Send + Sync + 'static {
    /// The subject.
    fn name(&self) -> ProbeName;

    /// How often it asks unless the policy says otherwise.
    fn every(&self) -> Duration;

    /// How long one answer may take.
    fn deadline(&self) -> Duration;

    /// For `explain`: what is collected and where it is read, in plain words, one line each.
    fn collects(&self) -> &'static [&'static str];

    /// Asks. Blocks; runs on a thread of its own.
    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome;
}

/// Every probe of this version, one line each.
static ALL: [&dyn Probe; 4] = [
    &host::HostProbe,
    &software::Software,
    &executables::EXECUTABLES,
    &antivirus::Antivirus,
    //&screenlock::ScreenLock,
];

/// Every probe of this version.
#[must_use]
pub fn all() -> &'static [&'static dyn Probe] {
    &ALL
}
