//! OLE compound files: streams in chains of sectors, as a small FAT disk.

use std::io::{self, Read, Seek};

use super::bytes::{MOST_BYTES, exactly, le16, le32, malformed};

/// As many as a file of 2 GiB needs.
const MOST_TABLES: usize = 32_768;
/// The number of a sector that there is; larger ones are marks.
const LAST_SECTOR: u32 = 0xffff_fffa;

/// An opened compound file.
pub(super) struct Compound<'a, C> {
    content: &'a mut C,
    sector_bytes: usize,
    /// Which sectors hold the table of chains.
    tables: Vec<u32>,
    small_below: u64,
    small_table: u32,
    entries: Vec<Entry>,
}

/// A line of the directory.
#[derive(Clone)]
struct Entry {
    name: String,
    class: [u8; 16],
    first: u32,
    bytes: u64,
}

impl<'a, C: Read + Seek> Compound<'a, C> {
    /// Reads header and directory.
    pub(super) fn open(content: &'a mut C) -> io::Result<Self> {
        let head = exactly(content, 0, 512)?;
        let sector_bytes = match le16(&head, 30)? {
            9 => 512,
            12 => 4096,
            _ => return Err(malformed()),
        };
        let mut file = Self {
            content,
            sector_bytes,
            tables: Vec::new(),
            small_below: u64::from(le32(&head, 56)?),
            small_table: le32(&head, 60)?,
            entries: Vec::new(),
        };
        file.tables = file.tables(&head)?;
        let directory = file.chain(le32(&head, 48)?, u64::MAX)?;
        file.entries = directory.chunks_exact(128).map(Entry::parse).collect::<io::Result<_>>()?;
        Ok(file)
    }

    /// The class of the whole file, as its bytes stand there.
    pub(super) fn class(&self) -> Option<[u8; 16]> {
        self.entries.first().map(|root| root.class)
    }

    /// A stream of at most `most` bytes, by its name.
    pub(super) fn stream(&mut self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name == name).cloned().ok_or_else(malformed)?;
        if entry.bytes > most {
            return Err(malformed());
        }
        let mut bytes = if entry.bytes < self.small_below {
            self.small_chain(&entry)?
        } else {
            self.chain(entry.first, entry.bytes)?
        };
        bytes.truncate(usize::try_from(entry.bytes).unwrap_or_default());
        Ok(bytes)
    }

    /// The sectors of the table: 109 stand in the header, the others in a chain of their own.
    fn tables(&mut self, head: &[u8]) -> io::Result<Vec<u32>> {
        let mut tables: Vec<u32> = numbers(&head[76..512]);
        let mut next = le32(head, 68)?;
        while next < LAST_SECTOR && tables.len() < MOST_TABLES {
            let mut more = numbers(&self.sector(next)?);
            next = more.pop().ok_or_else(malformed)?;
            tables.extend(more);
        }
        Ok(tables)
    }

    fn sector(&mut self, number: u32) -> io::Result<Vec<u8>> {
        let bytes = u64::try_from(self.sector_bytes).unwrap_or_default();
        exactly(self.content, (u64::from(number) + 1) * bytes, self.sector_bytes)
    }

    /// What follows a sector in its chain.
    fn after(&mut self, number: u32) -> io::Result<u32> {
        let (row, per_table) = (usize::try_from(number).unwrap_or(usize::MAX), self.sector_bytes / 4);
        let table = *self.tables.get(row / per_table).ok_or_else(malformed)?;
        let at = (u64::from(table) + 1) * u64::try_from(self.sector_bytes).unwrap_or_default();
        le32(&exactly(self.content, at + u64::try_from(row % per_table * 4).unwrap_or_default(), 4)?, 0)
    }

    /// The sectors from `first`, to the end of the chain or until there are `wanted` bytes.
    fn chain(&mut self, first: u32, wanted: u64) -> io::Result<Vec<u8>> {
        let (mut bytes, mut next) = (Vec::new(), first);
        loop {
            if next >= LAST_SECTOR || u64::try_from(bytes.len()).is_ok_and(|found| found >= wanted) {
                return Ok(bytes);
            }
            if bytes.len() >= MOST_BYTES {
                return Err(malformed());
            }
            bytes.extend(self.sector(next)?);
            next = self.after(next)?;
        }
    }

    /// A stream that is too small for sectors: pieces of 64 bytes in the stream of the root.
    fn small_chain(&mut self, entry: &Entry) -> io::Result<Vec<u8>> {
        const PIECE_BYTES: usize = 64;
        let root = self.entries.first().cloned().ok_or_else(malformed)?;
        let table = numbers(&self.chain(self.small_table, u64::MAX)?);
        let pieces = self.chain(root.first, root.bytes)?;
        let (mut bytes, mut next) = (Vec::new(), entry.first);
        while u64::try_from(bytes.len()).is_ok_and(|found| found < entry.bytes) {
            let index = usize::try_from(next).map_err(|_| malformed())?;
            bytes.extend(pieces.chunks(PIECE_BYTES).nth(index).ok_or_else(malformed)?);
            next = *table.get(index).ok_or_else(malformed)?;
        }
        Ok(bytes)
    }
}

impl Entry {
    fn parse(row: &[u8]) -> io::Result<Self> {
        // With the final NUL.
        let name_bytes = usize::from(le16(row, 64)?).clamp(2, 64) - 2;
        let units = row[..name_bytes].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        Ok(Self {
            name: char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            class: row[80..].first_chunk().copied().ok_or_else(malformed)?,
            first: le32(row, 116)?,
            bytes: u64::from(le32(row, 120)?),
        })
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|row| u32::from_le_bytes([row[0], row[1], row[2], row[3]])).collect()
}
