//! The probes, and the registry that lists them.

pub mod accounts;
pub mod antivirus;
pub mod encryption;
pub mod executables;
pub mod firewall;
pub mod hardware;
pub mod host;
pub mod network;
pub mod removable;
pub mod screenlock;
mod security_center;
pub mod sessions;
pub mod software;
pub mod updates;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use caretaker_shared::model::{Outcome, ProbeName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::host::Host;

/// What a probe must know of the policy in force.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSettings {
    /// Folders that are searched for executables; a leading `~` stands for the home of each account.
    pub executable_folders: Vec<String>,
    /// Whether names of media files are reported, not only how many lie in a folder.
    pub media_names: bool,
    /// Below this charge, in percent, nothing is searched on battery; 0 for never to pause.
    pub pause_below_battery_percent: u8,
    /// Where a probe may remember things from one question to the next; `None` for a question on the command line.
    pub memory: Option<PathBuf>,
    /// Whether somebody waits for the answer: then nothing is spread over time and no battery spared.
    pub hurry: bool,
    /// Folders of the search for executables that were watched; `None` where nobody watches.
    pub watched: Option<Vec<WatchedFolder>>,
    /// When the question is asked; `None` where nobody says. A probe has no clock of its own.
    pub asked_at: Option<Timestamp>,
}

/// A folder that was watched without a gap since before the last whole answer to the same question began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchedFolder {
    /// The folder, without links.
    pub folder: PathBuf,
    /// Where something happened since: at these paths and anywhere below them. Nowhere else, so that of the folders on the
    /// way to them only the names count.
    pub changed: BTreeSet<PathBuf>,
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

    /// Asks. Blocks; runs on a thread or in a child of its own.
    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome;

    /// Asks, and tells what is known so far when the answer takes long.
    fn ask_at_length(&self, host: &dyn Host, settings: &ProbeSettings, tell: &mut dyn FnMut(Outcome)) -> Outcome {
        let _ = tell;
        self.ask(host, settings)
    }

    /// Whether everything else on the machine comes first. Not for a short question: on a busy machine it would miss its
    /// deadline.
    fn gives_way(&self) -> bool {
        false
    }
}

/// Every probe of this version, one line each.
static ALL: [&dyn Probe; 13] = [
    &host::HostProbe,
    &hardware::Hardware,
    &software::Software,
    &executables::Executables,
    &antivirus::Antivirus,
    &screenlock::SCREEN_LOCK,
    &encryption::Encryption,
    &firewall::Firewall,
    &updates::Updates,
    &accounts::Accounts,
    &sessions::Sessions,
    &removable::Removable,
    &network::Network,
];

/// Every probe of this version.
#[must_use]
pub fn all() -> &'static [&'static dyn Probe] {
    &ALL
}
