//! What earlier scans found out, so that an unchanged file is not opened again.
//!
//! A file is known by where it lies on disk, its size and both its times. Of what is no program, and of programs for which
//! a reading had no room, only a print of that is kept.

use std::collections::HashMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{ExecutableFormat, SoftwareClass};

use super::prints::{Key, Prints};
use crate::host::FileStatus;

/// What is known of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) format: ExecutableFormat,
    pub(super) class: Option<SoftwareClass>,
    pub(super) signer: Option<String>,
    /// `None` for one that is too large to be hashed.
    pub(super) digest: Option<Sha256>,
}

/// What a file's bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It does not run by itself.
    Plain,
    /// It does; a reading had no room for it, so that nothing more was found out.
    Unlisted,
    /// It does.
    Program(Kept),
}

/// Verdicts by file.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) key: Key,
    pub(super) plain: Prints,
    pub(super) unlisted: Prints,
    pub(super) programs: HashMap<u64, Kept>,
    met: HashMap<u64, Kept>,
    changed: bool,
}

impl Cache {
    /// Knows nothing.
    pub(super) fn new() -> Self {
        Self::of(Key::new(), Prints::default(), Prints::default(), HashMap::new())
    }

    /// Knows this.
    pub(super) fn of(key: Key, plain: Prints, unlisted: Prints, programs: HashMap<u64, Kept>) -> Self {
        Self { key, plain, unlisted, programs, met: HashMap::new(), changed: false }
    }

    /// What stands for a file as it is now.
    pub(super) fn print(&self, file: &FileStatus) -> u64 {
        let modified = file.modified_at.as_nanosecond();
        self.key.print(&(file.device, file.inode, file.size_bytes, modified, file.changed_ns))
    }

    /// The verdict on a file that has not changed since.
    pub(super) fn known(&mut self, print: u64) -> Option<Verdict> {
        if self.plain.meet(print) {
            return Some(Verdict::Plain);
        }
        if self.unlisted.meet(print) {
            return Some(Verdict::Unlisted);
        }
        if let Some(kept) = self.programs.remove(&print) {
            self.met.insert(print, kept);
        }
        self.met.get(&print).cloned().map(Verdict::Program)
    }

    /// Keeps a verdict.
    pub(super) fn keep(&mut self, print: u64, verdict: Verdict) {
        match verdict {
            Verdict::Plain => self.plain.add(print),
            Verdict::Unlisted => self.unlisted.add(print),
            Verdict::Program(kept) => {
                self.changed |= self.met.insert(print, kept).is_none();
            }
        }
    }

    /// Ends a scan; after one that met every file there is, what it did not meet is forgotten. Whether anything changed.
    pub(super) fn settle(&mut self, forget: bool) -> bool {
        let (plain, unlisted) = (self.plain.settle(forget), self.unlisted.settle(forget));
        let gone = forget && !self.programs.is_empty();
        if forget {
            self.programs.clear();
        }
        self.programs.extend(self.met.drain());
        std::mem::take(&mut self.changed) || plain || unlisted || gone
    }
}
