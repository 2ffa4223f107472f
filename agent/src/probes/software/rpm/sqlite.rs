//! rpm's SQLite database (`rpmdb.sqlite`): the second column of its table `Packages`, and nothing else of it.
//!
//! The library itself would want a lock, a place for its shared memory, or the whole file in memory, and a desktop's
//! list has 200 MB. What is not yet moved from the write-ahead log into the database is read from the log.

use std::collections::BTreeMap;
use std::io::{self, Read, SeekFrom};
use std::path::{Path, PathBuf};

use super::{HEADER_BYTES, PACKAGES, damaged};
use crate::host::{Content, Host, OpenFile, if_there};

const INNER_PAGE: u8 = 0x05;
const LEAF_PAGE: u8 = 0x0d;
/// The first page begins with the header of the file.
const FILE_HEADER: usize = 100;
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The table that names all others begins here.
const FIRST_PAGE: u32 = 1;

/// Hands every package's header to the visitor.
///
/// # Errors
/// When the file cannot be read or is damaged; packages up to there were visited.
pub(super) fn headers(host: &dyn Host, path: &Path, file: OpenFile, visit: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let mut pages = Pages::of(file, if_there(host.open(&PathBuf::from(log)))?)?;
    let mut root = None;
    pages.rows(FIRST_PAGE, &mut |row| {
        if column(row, 0) == Some(b"table") && column(row, 1) == Some(b"Packages") {
            root = column(row, 3).map(|number| number.iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)));
        }
    })?;
    let root = root.ok_or_else(|| damaged("it has no table of packages"))?;
    pages.rows(root, &mut |row| visit(column(row, 1).unwrap_or_default()))
}

/// The pages of a database: the newest of each.
struct Pages {
    main: Box<dyn Content>,
    log: Option<Box<dyn Content>>,
    /// Where in the log the newest copy of a page lies.
    logged: BTreeMap<u32, u64>,
    size: usize,
    /// What each page has for content.
    usable: usize,
    /// Pages that may still be read: a damaged file may lead in circles.
    left: u64,
}

impl Pages {
    fn of(mut file: OpenFile, log: Option<OpenFile>) -> io::Result<Self> {
        let mut start = [0; FILE_HEADER];
        file.content.read_exact(&mut start)?;
        // One stands for 65536, which does not fit.
        let size = match number_at(&start, 16, 2) {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => size,
            _ => 0,
        };
        let usable = size.saturating_sub(start[20].into());
        if !start.starts_with(b"SQLite format 3\0") || usable < 480 {
            return Err(damaged("it is no SQLite database"));
        }
        let bytes = file.status.size_bytes + log.as_ref().map_or(0, |log| log.status.size_bytes);
        let left = 2 * bytes / u64::try_from(size).unwrap_or(1) + 2;
        let mut pages = Self { main: file.content, log: None, logged: BTreeMap::new(), size, usable, left };
        if let Some(log) = log {
            pages.follow(log)?;
        }
        Ok(pages)
    }

    /// Finds the pages of all finished transactions in the log. What an earlier round left behind has another salt.
    fn follow(&mut self, mut log: OpenFile) -> io::Result<()> {
        let mut start = [0; LOG_HEADER];
        if log.status.size_bytes < LOG_HEADER as u64 {
            return Ok(());
        }
        log.content.read_exact(&mut start)?;
        if number_at(&start, 8, 4) != self.size {
            return Err(damaged("its write-ahead log belongs to another database"));
        }
        let frame_bytes = (FRAME_HEADER + self.size) as u64;
        let frames = (log.status.size_bytes - LOG_HEADER as u64) / frame_bytes;
        let mut unfinished = Vec::new();
        for frame in 0..frames {
            let place = LOG_HEADER as u64 + frame * frame_bytes;
            let mut head = [0; FRAME_HEADER];
            log.content.seek(SeekFrom::Start(place))?;
            log.content.read_exact(&mut head)?;
            if head[8..16] != start[16..24] {
                break;
            }
            let page = u32::try_from(number_at(&head, 0, 4)).unwrap_or_default();
            unfinished.push((page, place + FRAME_HEADER as u64));
            if number_at(&head, 4, 4) != 0 {
                self.logged.extend(unfinished.drain(..));
            }
        }
        self.log = Some(log.content);
        Ok(())
    }

    fn page(&mut self, number: u32) -> io::Result<Vec<u8>> {
        self.left = self.left.checked_sub(1).ok_or_else(|| damaged("its pages lead in a circle"))?;
        let place = u64::from(number).checked_sub(1).ok_or_else(|| damaged("it points at no page"))? * self.size as u64;
        let (content, place) = match (self.logged.get(&number), &mut self.log) {
            (Some(place), Some(log)) => (log, *place),
            _ => (&mut self.main, place),
        };
        let mut page = vec![0; self.size];
        content.seek(SeekFrom::Start(place))?;
        content.read_exact(&mut page)?;
        Ok(page)
    }

    /// Visits the rows of the table that begins at a page.
    fn rows(&mut self, root: u32, visit: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let (mut waiting, mut count) = (vec![root], 0_usize);
        while let Some(number) = waiting.pop() {
            let page = self.page(number)?;
            let start = if number == FIRST_PAGE { FILE_HEADER } else { 0 };
            let cells = number_at(&page, start + 3, 2);
            match page.get(start) {
                Some(&INNER_PAGE) => {
                    waiting.push(page_number(&page, start + 8));
                    let below = (0..cells).rev().map(|cell| number_at(&page, start + 12 + 2 * cell, 2));
                    waiting.extend(below.map(|place| page_number(&page, place)));
                }
                Some(&LEAF_PAGE) => {
                    for cell in 0..cells {
                        let place = number_at(&page, start + 8 + 2 * cell, 2);
                        visit(&self.row(page.get(place..).unwrap_or_default())?);
                    }
                    count += cells;
                }
                _ => return Err(damaged("a page is not one of a table")),
            }
            if count > PACKAGES {
                return Err(damaged("it has too many rows"));
            }
        }
        Ok(())
    }

    /// The content of a row, put together from the pages that it runs over.
    fn row(&mut self, cell: &[u8]) -> io::Result<Vec<u8>> {
        let torn = || damaged("a row is torn");
        let (length, rest) = varint(cell).ok_or_else(torn)?;
        let (_, rest) = varint(rest).ok_or_else(torn)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= HEADER_BYTES).ok_or_else(torn)?;
        let local = self.local_bytes(length);
        let mut row = rest.get(..local).ok_or_else(torn)?.to_vec();
        let mut next = page_number(rest, local);
        while row.len() < length {
            let page = self.page(next)?;
            next = page_number(&page, 0);
            let wanted = (length - row.len()).min(self.usable - 4);
            row.extend_from_slice(page.get(4..4 + wanted).ok_or_else(torn)?);
        }
        Ok(row)
    }

    /// How much of a row stands in its own page (section 1.6 of SQLite's description of its format).
    fn local_bytes(&self, length: usize) -> usize {
        let most = self.usable - 35;
        let least = (self.usable - 12) * 32 / 255 - 23;
        if length <= most {
            return length;
        }
        let fitting = least + (length - least) % (self.usable - 4);
        if fitting <= most { fitting } else { least }
    }
}

/// Bytes of one column of a row.
fn column(row: &[u8], wanted: usize) -> Option<&[u8]> {
    let (head_bytes, after) = varint(row)?;
    let head_bytes = usize::try_from(head_bytes).ok()?;
    let mut kinds = row.get(row.len() - after.len()..head_bytes)?;
    let mut values = row.get(head_bytes..)?;
    for index in 0.. {
        let (kind, rest) = varint(kinds)?;
        kinds = rest;
        let bytes = match kind {
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => 0,
        };
        let (value, rest) = values.split_at_checked(bytes)?;
        if index == wanted {
            return Some(value);
        }
        values = rest;
    }
    None
}

/// Seven bits a byte, the highest first; the ninth byte has eight.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(9) {
        if index == 8 {
            return Some(((number << 8) | u64::from(*byte), &bytes[9..]));
        }
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}

fn page_number(bytes: &[u8], at: usize) -> u32 {
    u32::try_from(number_at(bytes, at, 4)).unwrap_or_default()
}

/// Highest byte first; zero where there is nothing, which is no page, no row and no size.
fn number_at(bytes: &[u8], at: usize, length: usize) -> usize {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte))
}
