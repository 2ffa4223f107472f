//! What is remembered from one scan to the next, in files of the agent's state folder.
//!
//! A file holds a mark, the agent's own format and a SHA-256 over all of it. One that is damaged, or of another format, is
//! forgotten: the next scan looks at everything again. It names no more than the readings that were sent do.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{ExecutableFormat, Executables, Facts, Outcome, ProbeName, Reading, SoftwareClass};
use caretaker_shared::private_file;
use jiff::Timestamp;
use prost::Message as _;

use super::cache::{Cache, Kept};
use super::prints::{Key, Prints};

const MARK: &[u8; 8] = b"CTKSCAN1";
const MOST_BYTES: u64 = 64 * 1024 * 1024;
const DIGEST_BYTES: usize = 32;

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
    /// What that scan found, as a message of the contract.
    found: Vec<u8>,
}

impl Memory {
    /// Nothing.
    pub(super) fn new() -> Self {
        Self { cache: Cache::new(), homes: HashMap::new(), full_at: 0, settled: 0, found: Vec::new() }
    }

    /// What a folder holds of it; nothing when it cannot be read.
    pub(super) fn load(folder: Option<&Path>) -> Self {
        let read = folder.and_then(|folder| read(&file(folder)));
        read.and_then(|bytes| Self::decode(&bytes)).unwrap_or_else(Self::new)
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
        private_file::create_folder(folder)?;
        private_file::write(&file(folder), &self.encode())
    }

    fn encode(&self) -> Vec<u8> {
        let prints = self.cache.plain.sorted().len() + self.cache.unlisted.sorted().len();
        let mut out = Vec::with_capacity(prints * 8 + self.cache.programs.len() * 64 + self.found.len() + 4096);
        out.extend(MARK);
        out.extend(self.cache.key.0);
        for number in [self.cache.key.check(), self.full_at.cast_unsigned(), self.settled] {
            out.extend(number.to_le_bytes());
        }
        for prints in [&self.cache.plain, &self.cache.unlisted] {
            count(&mut out, prints.sorted().len());
            out.extend(prints.sorted().iter().flat_map(|print| print.to_le_bytes()));
        }
        count(&mut out, self.cache.programs.len());
        for (print, kept) in &self.cache.programs {
            out.extend(print.to_le_bytes());
            encode_program(&mut out, kept);
        }
        count(&mut out, self.homes.len());
        for (home, state) in &self.homes {
            out.extend(home.to_le_bytes());
            out.extend(state.to_le_bytes());
        }
        text(&mut out, &self.found);
        let digest = Sha256::of(&out);
        out.extend(digest.as_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(sound(bytes, MARK)?);
        let key = Key(rest.array()?);
        if rest.number()? != key.check() {
            return None;
        }
        let (full_at, settled) = (rest.number()?.cast_signed(), rest.number()?);
        let (plain, unlisted) = (Prints::of(rest.prints()?), Prints::of(rest.prints()?));
        let mut programs = HashMap::new();
        for _ in 0..rest.number()? {
            programs.insert(rest.number()?, decode_program(&mut rest)?);
        }
        let mut homes = HashMap::new();
        for _ in 0..rest.number()? {
            homes.insert(rest.number()?, rest.number()?);
        }
        let found = rest.text()?.to_vec();
        Some(Self { cache: Cache::of(key, plain, unlisted, programs), homes, full_at, settled, found })
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("executables")
}

fn encode_program(out: &mut Vec<u8>, kept: &Kept) {
    text(out, kept.format.word().as_bytes());
    text(out, kept.class.map_or("", SoftwareClass::word).as_bytes());
    out.push(u8::from(kept.signer.is_some()));
    text(out, kept.signer.as_deref().unwrap_or_default().as_bytes());
    text(out, kept.digest.as_ref().map_or(&[], |digest| digest.as_bytes()));
}

fn decode_program(rest: &mut Rest<'_>) -> Option<Kept> {
    let format = ExecutableFormat::parse(std::str::from_utf8(rest.text()?).ok()?)?;
    let class = SoftwareClass::parse(std::str::from_utf8(rest.text()?).ok()?);
    let signed = rest.array::<1>()? != [0];
    let signer = String::from_utf8(rest.text()?.to_vec()).ok()?;
    let digest = rest.text()?;
    let digest = if digest.is_empty() { None } else { Some(Sha256::from_slice(digest)?) };
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
        let bytes = read(file)?;
        let mut rest = Rest(sound(&bytes, Self::MARK)?);
        (rest.number()? == stamp).then_some(())?;
        Some(Self { stamp, prints: rest.prints()? })
    }

    /// Writes the list.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn store(&self, file: &Path) -> io::Result<()> {
        let mut out = Vec::with_capacity(self.prints.len() * 8 + 64);
        out.extend(Self::MARK);
        out.extend(self.stamp.to_le_bytes());
        count(&mut out, self.prints.len());
        out.extend(self.prints.iter().flat_map(|print| print.to_le_bytes()));
        let digest = Sha256::of(&out);
        out.extend(digest.as_bytes());
        if let Some(folder) = file.parent() {
            private_file::create_folder(folder)?;
        }
        private_file::write(file, &out)
    }
}

fn read(file: &Path) -> Option<Vec<u8>> {
    let file = File::open(file).ok()?;
    let size = file.metadata().ok()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(MOST_BYTES)).ok()?);
    file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// What stands between the mark and the digest, when both are right.
fn sound<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
    (Sha256::of(content).as_bytes() == digest).then_some(())?;
    content.strip_prefix(mark)
}

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend((count as u64).to_le_bytes());
}

fn text(out: &mut Vec<u8>, text: &[u8]) {
    count(out, text.len());
    out.extend(text);
}

/// What has not been read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number()?).ok()?;
        self.bytes(count)
    }

    fn prints(&mut self) -> Option<Vec<u64>> {
        let count = usize::try_from(self.number()?).ok()?;
        let (numbers, _) = self.bytes(count.checked_mul(8)?)?.as_chunks();
        let prints: Vec<u64> = numbers.iter().map(|number| u64::from_le_bytes(*number)).collect();
        prints.is_sorted().then_some(prints)
    }
}

#[cfg(test)]
mod tests {
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
        let stored = memory();
        stored.store(&home.path().join("memory")).expect("writes");
        let mut loaded = Memory::load(Some(&home.path().join("memory")));
        assert_eq!(loaded.encode().len(), stored.encode().len());
        assert_eq!((loaded.full_at, loaded.homes.get(&1), loaded.is_new()), (-5, Some(&2), false));
        assert_eq!(loaded.cache.known(3), Some(Verdict::Plain));
        assert_eq!(loaded.cache.known(4), Some(Verdict::Unlisted));
        assert!(matches!(loaded.cache.known(7), Some(Verdict::Program(kept)) if kept.digest.is_some()));
        assert!(matches!(loaded.cache.known(8), Some(Verdict::Program(kept)) if kept.signer.is_none()));
        assert_eq!(loaded.cache.known(9), None);
    }

    #[test]
    fn a_damaged_file_is_forgotten() {
        let whole = memory().encode();
        assert!(Memory::decode(&whole).is_some());
        for at in [0, 9, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert!(Memory::decode(&damaged).is_none(), "byte {at}");
        }
        for length in [0, 8, 40, whole.len() - 1] {
            assert!(Memory::decode(&whole[..length]).is_none(), "{length} bytes");
        }
    }
}
