//! Files that run and that no package owns.
//!
//! What a file is, its first bytes say, never its name. A file that has not changed since the last scan is not opened
//! again. Links are not followed and file systems not left; what could not be looked at makes the answer partial.

mod cache;
mod folders;
mod linux;
mod ownership;
mod parse;

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use caretaker_shared::model::{Executable, ExecutableFacts, Outcome, ProbeName, VersionInfo};

use self::cache::Cache;
use super::{Probe, ProbeSettings};
use crate::host::{Host, System};

/// The probe, with what it remembers from scan to scan.
#[derive(Debug, Default)]
pub struct Executables {
    cache: Mutex<Cache>,
}

/// The one that the registry lists.
pub static EXECUTABLES: Executables = Executables::new();

impl Executables {
    /// A probe that remembers nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { cache: Mutex::new(Cache::new()) }
    }
}

impl Probe for Executables {
    fn name(&self) -> ProbeName {
        ProbeName::Executables
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(15 * 60)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "path, size, date, owner and SHA-256 of programs and runnable scripts that no package installed",
            "only in the folders that the policy names; other files there are looked at by their first bytes only",
            "which files packages own, from /var/lib/dpkg/info",
        ]
    }

    fn gives_way(&self) -> bool {
        true
    }

    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome {
        match host.system() {
            System::Linux => linux::ask(host, &settings.executable_folders, &self.cache),
            System::Windows | System::MacOs | System::Other => {
                Outcome::Unsupported { reason: "this version looks for executables on Linux only".into() }
            }
        }
    }
}

/// What is true of an executable's bytes wherever they lie. `None` when the file is gone or no longer the one that was
/// found: its next reading tells. Parses hostile bytes: the service asks a child for it ([`crate::runner::describe`]).
#[must_use]
pub fn describe(host: &dyn Host, executable: &Executable) -> Option<ExecutableFacts> {
    let path = Path::new(&executable.path);
    let mut file = host.open(path).ok()?;
    // A reading that has crossed a wire knows the time by milliseconds.
    let (now, then) = (file.status.modified_at.as_millisecond(), executable.modified_at.as_millisecond());
    if file.status.size_bytes != executable.size_bytes || now != then {
        return None;
    }
    let program = parse::program(&mut file.content).ok()??;
    (program.format == executable.format).then_some(ExecutableFacts {
        sha256: executable.sha256,
        size_bytes: executable.size_bytes,
        format: program.format,
        runs_on: program.runs_on,
        file_name: path.file_name()?.to_string_lossy().into_owned(),
        version: VersionInfo::default(),
        signer: None,
        class: None,
    })
}
