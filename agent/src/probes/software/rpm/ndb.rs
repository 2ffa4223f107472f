//! rpm's own database format (`Packages.db`): pages of slots that say where each package lies. All numbers have their
//! lowest byte first.

use std::io::{self, Read, SeekFrom};
use std::path::Path;

use super::{HEADER_BYTES, PACKAGES, damaged};
use crate::host::{Content, Host, OpenFile};

const PAGE: usize = 4096;
const SLOT: usize = 16;
const BLOCK: u64 = 16;
/// The header of the file takes the place of the first two slots.
const FILE_HEADER: usize = 32;
/// A package's own header: mark, number, date, length.
const BLOB_HEADER: usize = 16;

/// Hands every package's header to the visitor.
///
/// # Errors
/// When the file cannot be read or is damaged; packages up to there were visited.
pub(super) fn headers(
    _host: &dyn Host,
    _path: &Path,
    mut file: OpenFile,
    visit: &mut dyn FnMut(&[u8]),
) -> io::Result<()> {
    let content = &mut *file.content;
    let mut start = [0; FILE_HEADER];
    content.read_exact(&mut start)?;
    if !start.starts_with(b"RpmP\0\0\0\0") {
        return Err(damaged("it is no package list of a known version"));
    }
    let pages = usize::try_from(number_at(&start, 12)).unwrap_or(usize::MAX);
    if pages > PACKAGES * SLOT / PAGE {
        return Err(damaged("it has too many packages"));
    }
    let mut slots = vec![0; (pages * PAGE).saturating_sub(FILE_HEADER)];
    content.read_exact(&mut slots)?;
    for slot in slots.chunks_exact(SLOT) {
        if !slot.starts_with(b"Slot") {
            return Err(damaged("its list of places is damaged"));
        }
        let (package, block) = (number_at(slot, 4), number_at(slot, 8));
        if block != 0 {
            visit(&blob(content, package, block)?);
        }
    }
    Ok(())
}

fn blob(content: &mut dyn Content, package: u32, block: u32) -> io::Result<Vec<u8>> {
    content.seek(SeekFrom::Start(u64::from(block) * BLOCK))?;
    let mut start = [0; BLOB_HEADER];
    content.read_exact(&mut start)?;
    let length = usize::try_from(number_at(&start, 12)).unwrap_or(usize::MAX);
    if !start.starts_with(b"BlbS") || number_at(&start, 4) != package || length > HEADER_BYTES {
        return Err(damaged("a package is damaged"));
    }
    let mut bytes = Vec::new();
    content.take(u64::try_from(length).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    if bytes.len() < length { Err(damaged("it breaks off")) } else { Ok(bytes) }
}

/// Of a slice that is known to be long enough; zero otherwise.
fn number_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}
