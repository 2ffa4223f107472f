//! How things to remember lie in a file: a mark, numbers and texts, and a SHA-256 over all of it at the end.
//!
//! Written and read piece by piece: there may be megabytes of it, and never two copies in memory. What is read counts only
//! when the digest at the end is right, so that until then every count is doubted.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use caretaker_shared::digest::{Hasher, Sha256};
use caretaker_shared::private_file;

const MOST_BYTES: u64 = 64 * 1024 * 1024;
const DIGEST_BYTES: u64 = 32;
const PIECE_BYTES: usize = 64 * 1024;

/// Writes a file that only the agent may read, in a folder that only it may enter.
///
/// # Errors
/// Those of the file system; what was there before still stands.
pub(super) fn store(file: &Path, mark: &[u8; 8], fill: impl FnOnce(&mut Out<'_>) -> io::Result<()>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        private_file::create_folder(folder)?;
    }
    private_file::write_by(file, |file| {
        let mut out = Out { file: BufWriter::with_capacity(PIECE_BYTES, file), hasher: Hasher::new() };
        out.bytes(mark)?;
        fill(&mut out)?;
        let Out { mut file, hasher } = out;
        file.write_all(hasher.finish().as_bytes())?;
        file.flush()
    })
}

/// Reads a file; `None` when it is not there, damaged or of another kind.
pub(super) fn load<T>(file: &Path, mark: &[u8; 8], read: impl FnOnce(&mut In) -> Option<T>) -> Option<T> {
    let file = File::open(file).ok()?;
    let left = file.metadata().ok()?.len().checked_sub(DIGEST_BYTES).filter(|length| *length <= MOST_BYTES)?;
    let mut source = In { file: BufReader::with_capacity(PIECE_BYTES, file), left, hasher: Hasher::new() };
    (&source.array::<8>()? == mark).then_some(())?;
    let found = read(&mut source)?;
    let mut digest = [0; DIGEST_BYTES as usize];
    source.file.read_exact(&mut digest).ok()?;
    (source.left == 0 && Sha256::from_slice(&digest)? == source.hasher.finish()).then_some(found)
}

/// A file that is written.
pub(super) struct Out<'a> {
    file: BufWriter<&'a mut File>,
    hasher: Hasher,
}

impl Out<'_> {
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    pub(super) fn number(&mut self, number: u64) -> io::Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    pub(super) fn count(&mut self, count: usize) -> io::Result<()> {
        self.number(count as u64)
    }

    pub(super) fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.count(text.len())?;
        self.bytes(text)
    }

    pub(super) fn prints(&mut self, prints: &[u64]) -> io::Result<()> {
        self.count(prints.len())?;
        prints.iter().try_for_each(|print| self.number(*print))
    }
}

/// A file that is read.
pub(super) struct In {
    file: BufReader<File>,
    /// Bytes before the digest.
    left: u64,
    hasher: Hasher,
}

impl In {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.left = self.left.checked_sub(N as u64)?;
        let mut array = [0; N];
        self.file.read_exact(&mut array).ok()?;
        self.hasher.update(&array);
        Some(array)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Option<Vec<u8>> {
        let count = self.number()?;
        self.left = self.left.checked_sub(count)?;
        let mut text = vec![0; usize::try_from(count).ok()?];
        self.file.read_exact(&mut text).ok()?;
        self.hasher.update(&text);
        Some(text)
    }

    /// Sorted ones.
    pub(super) fn prints(&mut self) -> Option<Vec<u64>> {
        let count = self.number()?;
        if count.checked_mul(8)? > self.left {
            return None;
        }
        let mut prints = Vec::with_capacity(usize::try_from(count).ok()?);
        for _ in 0..count {
            prints.push(self.number()?);
        }
        prints.is_sorted().then_some(prints)
    }
}
