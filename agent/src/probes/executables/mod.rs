//! Files that run and that no package owns, and music and videos by folder.
//!
//! What a file is, its first bytes say, never its name; its rights and its name say only how soon it is looked into. A
//! file that has not changed is not opened again, over restarts too. Links are not followed, file systems not left, and
//! nothing is fetched from another computer; what could not be looked at makes the answer partial.

mod cache;
mod candidate;
mod facts;
mod folders;
mod format;
mod homes;
mod listing;
mod media;
mod memory;
mod ownership;
mod pace;
mod parse;
mod prints;
mod scan;
mod stored;
mod unreadable;

use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::model::{Executable, ExecutableFacts, Outcome, ProbeName};

use super::{Probe, ProbeSettings};
use crate::host::Host;

/// The probe.
#[derive(Debug)]
pub struct Executables;

impl Probe for Executables {
    fn name(&self) -> ProbeName {
        ProbeName::Executables
    }

    fn every(&self) -> Duration {
        Duration::from_secs(3600)
    }

    /// A first search of a large disk takes hours at its pace, and ends by itself before this.
    fn deadline(&self) -> Duration {
        Duration::from_secs(6 * 3600)
    }

    fn collects(&self) -> &'static [&'static str] {
        &[
            "path, size, date, owner and SHA-256 of programs and runnable scripts that no package installed",
            "what such a program says of itself: product, maker, version, original file name, signer",
            "how many music and video files lie in which folder (the 500 largest), and their names if the policy says so",
            "only in the folders that the policy names and on media that are plugged in; other files there are looked at by \
             their first bytes only",
            "which files packages own: from /var/lib/dpkg/info, on Windows from the list of installed titles",
            "what was found is remembered in the agent's state folder, so that no unchanged file is opened again",
        ]
    }

    fn gives_way(&self) -> bool {
        true
    }

    fn ask(&self, host: &dyn Host, settings: &ProbeSettings) -> Outcome {
        scan::ask(host, settings, &mut |_| {})
    }

    fn ask_at_length(&self, host: &dyn Host, settings: &ProbeSettings, tell: &mut dyn FnMut(Outcome)) -> Outcome {
        scan::ask(host, settings, tell)
    }
}

/// So often a search looks at everything, whatever was watched.
pub const EVERYTHING_EVERY: Duration = Duration::from_secs(homes::EVERYTHING_EVERY_SECONDS.unsigned_abs());

/// The folders of a search, as it names them, that are worth watching for it. Not those on a medium: it is to be taken
/// out. Nor those in a home of somebody who is not logged in: looking at the home itself is enough.
#[must_use]
pub fn watchable(host: &dyn Host, wanted: &[String]) -> Vec<PathBuf> {
    let accounts = host.accounts().unwrap_or_default();
    let (places, _) = folders::plan(host, wanted, &accounts);
    let worth = places.into_iter().filter(|place| !place.removable && place.left_home.is_none());
    worth.map(|place| place.folder).collect()
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
    let name = path.file_name()?.to_string_lossy();
    let program = parse::named_program(&mut file.content, &name).ok()??;
    (program.format == executable.format).then(|| facts::facts_of(program, executable, &name))
}
