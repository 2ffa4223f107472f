//! What is remembered from one scan to the next, in files of the agent's state folder.
//!
//! One that is damaged, or of another format, is forgotten: the next scan looks at everything again. It names no more than
//! the readings that were sent do.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{ExecutableFormat, Executables, Facts, Outcome, ProbeName, Reading, SoftwareClass};
use jiff::Timestamp;
use prost::Message as _;

use super::cache::{Cache, Kept};
use super::prints::{Key, Prints};
use super::stored::{self, In, Out};

const MARK: &[u8; 8] = b"CTKSCAN2";

/// What one scan leaves to the next.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) cache: Cache,
    /// Homes of people who were not logged in, as they were when everything in them was looked at.
    pub(super) homes: HashMap<u64, u64>,
    /// When everything was last looked at, in seconds of the day's clock; 0 for never.
    pub(super) full_at: i64,
    /// Print of the settings of the last scan that found nothing left to do; 0 for none.
    pub(super) settled: u64,
    /// Print of what else that scan's answer rests on: packages, accounts, mounts.
    pub(super) circumstances: u64,
    /// What that scan found, as a message of the contract.
    found: Vec<u8>,
}

impl Memory {
    /// Nothing.
    pub(super) fn new() -> Self {
        Self { cache: Cache::new(), homes: HashMap::new(), full_at: 0, settled: 0, circumstances: 0, found: Vec::new() }
    }

    /// What a folder holds of it; nothing when it cannot be read.
    pub(super) fn load(folder: Option<&Path>) -> Self {
        folder.and_then(|folder| stored::load(&file(folder), MARK, Self::read)).unwrap_or_else(Self::new)
    }

    /// Whether no scan has come to an end yet.
    pub(super) fn is_new(&self) -> bool {
        self.found.is_empty()
    }

    /// What the last scan found.
    pub(super) fn found(&self) -> Option<Executables> {
        let reading: Reading = proto::Reading::decode(self.found.as_slice()).ok()?.try_into().ok()?;
        let Outcome::Complete(Facts::Executables(found)) = reading.outcome else { return None };
        Some(found)
    }

    /// Remembers what a scan found.
    pub(super) fn keep_found(&mut self, found: &Executables) -> bool {
        let outcome = Outcome::Complete(Facts::Executables(found.clone()));
        let reading = Reading { probe: ProbeName::Executables, taken_at: Timestamp::UNIX_EPOCH, outcome };
        let bytes = proto::Reading::from(&reading).encode_to_vec();
        let changed = bytes != self.found;
        self.found = bytes;
        changed
    }

    /// Writes it into a folder that only the agent may enter.
    ///
    /// # Errors
    /// Those of the file system; what was there before still stands.
    pub(super) fn store(&self, folder: &Path) -> io::Result<()> {
        stored::store(&file(folder), MARK, |out| self.write(out))
    }

    fn write(&self, out: &mut Out<'_>) -> io::Result<()> {
        out.bytes(&self.cache.key.0)?;
        for number in [self.cache.key.check(), self.full_at.cast_unsigned(), self.settled, self.circumstances] {
            out.number(number)?;
        }
        out.prints(self.cache.plain.sorted())?;
        out.prints(self.cache.unlisted.sorted())?;
        out.count(self.cache.programs.len())?;
        for (print, kept) in &self.cache.programs {
            out.number(*print)?;
            write_program(out, kept)?;
        }
        out.count(self.homes.len())?;
        for (home, state) in &self.homes {
            out.number(*home)?;
            out.number(*state)?;
        }
        out.text(&self.found)
    }

    fn read(source: &mut In) -> Option<Self> {
        let key = Key(source.array()?);
        (source.number()? == key.check()).then_some(())?;
        let (full_at, settled, circumstances) = (source.number()?.cast_signed(), source.number()?, source.number()?);
        let (plain, unlisted) = (Prints::of(source.prints()?), Prints::of(source.prints()?));
        let mut programs = HashMap::new();
        for _ in 0..source.number()? {
            programs.insert(source.number()?, read_program(source)?);
        }
        let mut homes = HashMap::new();
        for _ in 0..source.number()? {
            homes.insert(source.number()?, source.number()?);
        }
        let found = source.text()?;
        Some(Self { cache: Cache::of(key, plain, unlisted, programs), homes, full_at, settled, circumstances, found })
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("executables")
}

fn write_program(out: &mut Out<'_>, kept: &Kept) -> io::Result<()> {
    out.text(kept.format.word().as_bytes())?;
    out.text(kept.class.map_or("", SoftwareClass::word).as_bytes())?;
    out.number(u64::from(kept.signer.is_some()))?;
    out.text(kept.signer.as_deref().unwrap_or_default().as_bytes())?;
    out.text(kept.digest.as_ref().map_or(&[], |digest| digest.as_bytes()))
}

fn read_program(source: &mut In) -> Option<Kept> {
    let mut word = || String::from_utf8(source.text()?).ok();
    let (format, class) = (ExecutableFormat::parse(&word()?)?, SoftwareClass::parse(&word()?));
    let signed = source.number()? != 0;
    let signer = String::from_utf8(source.text()?).ok()?;
    let digest = source.text()?;
    let digest = if digest.is_empty() { None } else { Some(Sha256::from_slice(&digest)?) };
    Some(Kept { format, class, signer: signed.then_some(signer), digest })
}

/// A list of prints that belongs to a state of something else, for what can be found out again.
#[derive(Debug)]
pub(super) struct Stamped {
    /// Of what it was made.
    pub(super) stamp: u64,
    /// Sorted.
    pub(super) prints: Vec<u64>,
}

impl Stamped {
    const MARK: &[u8; 8] = b"CTKPRNT1";

    /// The list in a file, if it was made of that state.
    pub(super) fn load(file: &Path, stamp: u64) -> Option<Self> {
        stored::load(file, Self::MARK, |source| {
            let (stamp, prints) = (source.number()?, source.prints()?);
            Some(Self { stamp, prints })
        })
        .filter(|list| list.stamp == stamp)
    }

    /// Writes the list.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn store(&self, file: &Path) -> io::Result<()> {
        stored::store(file, Self::MARK, |out| {
            out.number(self.stamp)?;
            out.prints(&self.prints)
        })
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::private_file;

    use super::*;
    use crate::probes::executables::cache::Verdict;

    fn memory() -> Memory {
        let mut memory = Memory::new();
        let kept = Kept {
            format: ExecutableFormat::Pe,
            class: Some(SoftwareClass::Game),
            signer: Some("Example Software Ltd".into()),
            digest: Some(Sha256::of(b"game")),
        };
        memory.cache.keep(7, Verdict::Program(kept.clone()));
        memory.cache.keep(8, Verdict::Program(Kept { class: None, signer: None, digest: None, ..kept }));
        memory.cache.keep(3, Verdict::Plain);
        memory.cache.keep(4, Verdict::Unlisted);
        memory.cache.settle(true);
        memory.homes.insert(1, 2);
        memory.full_at = -5;
        memory.keep_found(&Executables::default());
        memory
    }

    #[test]
    fn comes_back_as_it_was_stored() {
        let home = tempfile::tempdir().expect("a folder");
        memory().store(&home.path().join("memory")).expect("writes");
        let mut loaded = Memory::load(Some(&home.path().join("memory")));
        assert_eq!((loaded.full_at, loaded.homes.get(&1), loaded.is_new()), (-5, Some(&2), false));
        assert_eq!(loaded.cache.known(3), Some(Verdict::Plain));
        assert_eq!(loaded.cache.known(4), Some(Verdict::Unlisted));
        assert!(matches!(loaded.cache.known(7), Some(Verdict::Program(kept)) if kept.digest.is_some()));
        assert!(matches!(loaded.cache.known(8), Some(Verdict::Program(kept)) if kept.signer.is_none()));
        assert_eq!(loaded.cache.known(9), None);
    }

    #[test]
    fn a_damaged_file_is_forgotten() {
        let home = tempfile::tempdir().expect("a folder");
        memory().store(home.path()).expect("writes");
        let whole = std::fs::read(file(home.path())).expect("it is there");
        let is_forgotten = |bytes: &[u8]| {
            private_file::write(&file(home.path()), bytes).expect("writes");
            Memory::load(Some(home.path())).is_new()
        };
        assert!(!is_forgotten(&whole));
        for at in [0, 9, 56, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x81;
            assert!(is_forgotten(&damaged), "byte {at}");
        }
        for length in [0, 8, 40, whole.len() - 1] {
            assert!(is_forgotten(&whole[..length]), "{length} bytes");
        }
    }
}
