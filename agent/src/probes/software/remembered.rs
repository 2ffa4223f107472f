//! What the probe need not read again: titles of users who are not logged on, and how packages describe themselves.
//!
//! Kept in a file, since every question is asked in a process of its own. A file that cannot be read or written costs
//! time, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use caretaker_shared::private_file;
use serde::{Deserialize, Serialize};

use super::uninstall::Entry;
use crate::host::FileStatus;

const FILE: &str = "software.json";
/// Raised whenever the meaning of what is kept changes.
const VERSION: u32 = 1;

/// What is kept, by security identifier and by full name of a package.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    version: u32,
    users: BTreeMap<String, User>,
    packages: BTreeMap<String, Described>,
    #[serde(skip)]
    seen: BTreeSet<String>,
}

/// The titles of one user who was not logged on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct User {
    /// The file that they were read from.
    pub(super) hive: Stamp,
    pub(super) account: String,
    pub(super) entries: Vec<Entry>,
    /// Whether Windows had not finished writing the file.
    pub(super) stale: bool,
}

/// Tells a file from what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Stamp {
    size_bytes: u64,
    modified_ns: i128,
    changed_ns: i128,
}

/// How a package describes itself; the same for ever, since its version is part of its name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) publisher: String,
    /// Its own version, where that of the package is none.
    pub(super) version: Option<String>,
    pub(super) store: bool,
    pub(super) framework: bool,
}

impl From<FileStatus> for Stamp {
    fn from(status: FileStatus) -> Self {
        Self {
            size_bytes: status.size_bytes,
            modified_ns: status.modified_at.as_nanosecond(),
            changed_ns: status.changed_ns,
        }
    }
}

/// Lends out what is kept in a folder, and keeps what comes back; nothing is kept without a folder.
pub(super) fn during<T>(folder: Option<&Path>, work: impl FnOnce(&mut Kept) -> T) -> T {
    let before = folder.and_then(load).unwrap_or_default();
    let mut kept = before.clone();
    let answer = work(&mut kept);
    kept.forget_unseen();
    if let Some(folder) = folder
        && kept != before
        && let Err(error) = save(folder, &Kept { version: VERSION, ..kept })
    {
        tracing::debug!(error = %error, "what the software probe remembers could not be kept");
    }
    answer
}

impl Kept {
    /// The user's titles, when they were read from this very file.
    pub(super) fn user(&mut self, sid: &str, hive: Stamp) -> Option<&User> {
        self.seen.insert(sid.to_owned());
        self.users.get(sid).filter(|user| user.hive == hive)
    }

    pub(super) fn keep_user(&mut self, sid: &str, user: User) {
        self.users.insert(sid.to_owned(), user);
    }

    pub(super) fn package(&mut self, full_name: &str) -> Option<&Described> {
        self.seen.insert(full_name.to_owned());
        self.packages.get(full_name)
    }

    pub(super) fn keep_package(&mut self, full_name: &str, described: Described) {
        self.packages.insert(full_name.to_owned(), described);
    }

    /// Users and packages that nobody asked for are gone, or logged on.
    fn forget_unseen(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        self.users.retain(|sid, _| seen.contains(sid));
        self.packages.retain(|name, _| seen.contains(name));
    }
}

fn load(folder: &Path) -> Option<Kept> {
    let kept: Kept = serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()?;
    (kept.version == VERSION).then_some(kept)
}

fn save(folder: &Path, kept: &Kept) -> io::Result<()> {
    private_file::create_folder(folder)?;
    private_file::write(&folder.join(FILE), &serde_json::to_vec(kept)?)
}
