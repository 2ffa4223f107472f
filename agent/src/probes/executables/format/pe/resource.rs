//! The resources of a PE file: a tree of exactly three levels (type, name, language), of which one leaf is wanted.

use std::io::{self, Read, Seek};

use super::super::bytes::{exactly, le16, le32, malformed};
use super::Image;

const VERSION: u32 = 16;
/// Real files have about thirty types, and languages.
const MOST_ENTRIES: usize = 1024;
/// The block states its own length in 16 bits.
const BLOCK_BYTES: usize = 64 * 1024;
/// Names instead of numbers, and branches instead of leaves.
const HIGH_BIT: u32 = 0x8000_0000;
/// English of the United States, no language, any language: most makers write the first or the second.
const LANGUAGES: [u32; 2] = [0x0409, 0];

/// The bytes of the version resource.
pub(super) fn version_block(content: &mut (impl Read + Seek), image: &Image) -> io::Result<Vec<u8>> {
    let root = image.file_offset(image.resources.at).ok_or_else(malformed)?;
    let types = entries(content, root, HIGH_BIT)?;
    let names = types.iter().find(|(id, _)| *id == VERSION).ok_or_else(malformed)?;
    let names = entries(content, root, names.1)?;
    let languages = entries(content, root, names.first().ok_or_else(malformed)?.1)?;
    let wanted = LANGUAGES.iter().find_map(|wanted| languages.iter().find(|(id, _)| id == wanted));
    let (_, leaf) = wanted.or(languages.first()).ok_or_else(malformed)?;
    let leaf = exactly(content, root + u64::from(*leaf), 8)?;
    let at = image.file_offset(le32(&leaf, 0)?).ok_or_else(malformed)?;
    let length = usize::try_from(le32(&leaf, 4)?).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
    exactly(content, at, length)
}

/// Numbers and places of one branch.
fn entries(content: &mut (impl Read + Seek), root: u64, branch: u32) -> io::Result<Vec<(u32, u32)>> {
    if branch & HIGH_BIT == 0 {
        return Err(malformed());
    }
    let at = root + u64::from(branch & !HIGH_BIT);
    let head = exactly(content, at, 16)?;
    let count = usize::from(le16(&head, 12)?) + usize::from(le16(&head, 14)?);
    let rows = exactly(content, at + 16, 8 * count.min(MOST_ENTRIES))?;
    rows.chunks_exact(8).map(|row| Ok((le32(row, 0)?, le32(row, 4)?))).collect()
}
