//! Which files belong to a package: nobody has to be told of those, and they are not even opened.
//!
//! On Linux a package manager lists its files; of each path only a print is kept, until the lists change. On Windows there
//! is no such list: what lies in the system's folders and in those of a title that the administrator installed counts as
//! owned. Titles of a user do not count: a pupil could write such an entry for any folder.

mod dpkg;
mod windows;

use std::path::{Path, PathBuf};

use super::memory::Stamped;
use super::prints::Key;
use crate::host::{FileStatus, Host, System, system_of};

/// Mounted by snap and kept by flatpak: whole folders that packages own.
const KEPT: [&str; 4] = ["/snap/", "/var/lib/snapd/", "/var/lib/flatpak/app/", "/var/lib/flatpak/runtime/"];

/// What packages own.
#[derive(Debug)]
pub(super) struct Owned {
    key: Key,
    prints: Vec<u64>,
    folders: Folders,
}

#[derive(Debug)]
enum Folders {
    Fixed,
    Titles(Vec<String>),
}

/// Why it cannot be told who owns a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// There is nothing here that this version can ask.
    Unsupported(String),
    /// There is, and it did not answer.
    Failed(String),
}

impl Owned {
    /// What packages own on this machine, and why some of it may be missing. `memory` is the folder of what is remembered.
    pub(super) fn of(host: &dyn Host, key: Key, memory: Option<&Path>) -> Result<(Self, Option<String>), Unknown> {
        match system_of(host) {
            System::Linux => {
                let (prints, flaw) = packaged(host, key, memory)?;
                Ok((Self { key, prints, folders: Folders::Fixed }, flaw))
            }
            System::Windows => {
                let titles = windows::folders(host).map_err(Unknown::Failed)?;
                Ok((Self { key, prints: Vec::new(), folders: Folders::Titles(titles) }, None))
            }
            System::MacOs | System::Other => {
                Err(Unknown::Unsupported("this version looks for executables on Linux and Windows only".into()))
            }
        }
    }

    /// Print of all of it: while it is the same, so is the owner of every path.
    pub(super) fn state(&self) -> u64 {
        match &self.folders {
            Folders::Fixed => self.key.print(&self.prints),
            Folders::Titles(titles) => self.key.print(titles),
        }
    }

    /// Whether a package owns this file.
    pub(super) fn owns(&self, path: &Path) -> bool {
        let kept = match &self.folders {
            Folders::Fixed => {
                let text = path.as_os_str().as_encoded_bytes();
                KEPT.iter().any(|folder| text.starts_with(folder.as_bytes()))
            }
            Folders::Titles(titles) => windows::lies_in(&path.to_string_lossy(), titles),
        };
        kept || (!self.prints.is_empty() && self.prints.binary_search(&print(self.key, path)).is_ok())
    }
}

/// By its bytes: a path as such hashes name by name, which is slower.
fn print(key: Key, path: &Path) -> u64 {
    key.print(&path.as_os_str().as_encoded_bytes())
}

fn packaged(host: &dyn Host, key: Key, memory: Option<&Path>) -> Result<(Vec<u64>, Option<String>), Unknown> {
    let state = dpkg::state(host).map_err(Unknown::Failed)?;
    let Some((info, diversions)) = state else {
        let reason = "/var/lib/dpkg/info is not there: which files belong to packages cannot be told";
        return Err(Unknown::Unsupported(reason.into()));
    };
    let seen = |status: &FileStatus| (status.inode, status.modified_at.as_nanosecond(), status.changed_ns);
    let stamp = key.print(&(seen(&info), diversions.as_ref().map(seen)));
    let file: Option<PathBuf> = memory.map(|folder| folder.join("packages"));
    if let Some(known) = file.as_deref().and_then(|file| Stamped::load(file, stamp)) {
        return Ok((known.prints, None));
    }
    let mut prints = Vec::new();
    let flaw = dpkg::each(host, &mut |path| prints.push(print(key, path))).map_err(Unknown::Failed)?;
    prints.sort_unstable();
    prints.dedup();
    prints.shrink_to_fit();
    let list = Stamped { stamp, prints };
    if let (Some(file), None) = (file, &flaw) {
        // What is not remembered is found out again.
        let _ = list.store(&file);
    }
    Ok((list.prints, flaw))
}
