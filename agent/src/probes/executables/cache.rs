//! What earlier scans found out, so that an unchanged file is not opened again.
//!
//! A file is known by where it lies on disk, its size and both its times; of that only a keyed 64-bit hash is kept. Two
//! files meet in it about once in 10^9 machines with 100,000 files each.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::ExecutableFormat;

use crate::host::FileStatus;

/// What a file's bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It does not run by itself.
    NoProgram,
    /// It does; its digest where it was needed.
    Program(ExecutableFormat, Option<Sha256>),
}

/// Verdicts by file.
#[derive(Debug, Default)]
pub(super) struct Cache {
    inner: Option<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    key: RandomState,
    no_program: HashSet<u64>,
    programs: HashMap<u64, (ExecutableFormat, Option<Sha256>)>,
}

impl Cache {
    /// Knows nothing.
    pub(super) const fn new() -> Self {
        Self { inner: None }
    }

    /// The verdict on a file that has not changed since.
    pub(super) fn known(&self, file: &FileStatus) -> Option<Verdict> {
        let inner = self.inner.as_ref()?;
        let print = inner.print(file);
        if inner.no_program.contains(&print) {
            return Some(Verdict::NoProgram);
        }
        inner.programs.get(&print).map(|(format, digest)| Verdict::Program(*format, *digest))
    }

    /// Keeps a verdict.
    pub(super) fn keep(&mut self, file: &FileStatus, verdict: Verdict) {
        let inner = self.inner.get_or_insert_default();
        let print = inner.print(file);
        match verdict {
            Verdict::NoProgram => {
                inner.no_program.insert(print);
            }
            Verdict::Program(format, digest) => {
                inner.programs.insert(print, (format, digest));
            }
        }
    }

    /// An empty cache that hashes as this one does, so that what a scan does not meet again is forgotten.
    pub(super) fn successor(&self) -> Self {
        let key = self.inner.as_ref().map(|inner| inner.key.clone()).unwrap_or_default();
        Self { inner: Some(Inner { key, ..Inner::default() }) }
    }
}

impl Inner {
    fn print(&self, file: &FileStatus) -> u64 {
        let mut hasher = self.key.build_hasher();
        (file.device, file.inode, file.size_bytes, file.modified_at, file.changed_ns).hash(&mut hasher);
        hasher.finish()
    }
}
