//! Bounded reads of bytes that somebody else wrote.
//!
//! A file that ends too early or points nowhere is an error of kind `UnexpectedEof` or `InvalidData`; [`sound`] turns
//! those two into "not such a file" and leaves the errors of the disk.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// No part of a file that is read at once is larger: real ones are a few KiB.
pub(super) const MOST_BYTES: usize = 4 * 1024 * 1024;
/// What a file says of itself is cut here: longer is not a name.
const TEXT_CHARS: usize = 256;

/// Exactly `wanted` bytes from `at`; memory grows with what is there, not with what a header claims.
pub(super) fn exactly(content: &mut (impl Read + Seek), at: u64, wanted: usize) -> io::Result<Vec<u8>> {
    let found = at_most(content, at, wanted)?;
    if found.len() < wanted { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(found) }
}

/// Up to `wanted` bytes from `at`: fewer where the file ends.
pub(super) fn at_most(content: &mut (impl Read + Seek), at: u64, wanted: usize) -> io::Result<Vec<u8>> {
    if wanted > MOST_BYTES || i64::try_from(at).is_err() {
        return Err(malformed());
    }
    content.seek(SeekFrom::Start(at))?;
    let mut found = Vec::new();
    content.take(u64::try_from(wanted).unwrap_or_default()).read_to_end(&mut found)?;
    Ok(found)
}

/// `wanted` bytes from `at`, at the front of an array; `None` when the file ends before.
pub(super) fn piece<const N: usize>(
    content: &mut (impl Read + Seek),
    at: u64,
    wanted: usize,
) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    if i64::try_from(at).is_err() {
        return Ok(None);
    }
    content.seek(SeekFrom::Start(at))?;
    match content.read_exact(&mut bytes[..wanted]) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// A number of up to eight bytes.
pub(super) fn number(bytes: &[u8], little: bool) -> u64 {
    let join = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
    if little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) }
}

/// Two bytes, the low one first.
pub(super) fn le16(bytes: &[u8], at: usize) -> io::Result<u16> {
    field(bytes, at).map(u16::from_le_bytes)
}

/// Four bytes, the lowest first.
pub(super) fn le32(bytes: &[u8], at: usize) -> io::Result<u32> {
    field(bytes, at).map(u32::from_le_bytes)
}

/// Four bytes, the highest first.
pub(super) fn be32(bytes: &[u8], at: usize) -> io::Result<u32> {
    field(bytes, at).map(u32::from_be_bytes)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> io::Result<[u8; N]> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or_else(malformed)
}

/// The file is not what its first bytes promised.
pub(super) fn malformed() -> io::Error {
    ErrorKind::InvalidData.into()
}

/// `None` for a file that breaks its format.
///
/// # Errors
/// Those of the disk.
pub(super) fn sound<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A text that a file says of itself, fit to be shown: up to its first NUL, on one line, without control characters.
pub(super) fn plain(text: &str) -> String {
    let text = text.split('\0').next().unwrap_or_default();
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut words = String::new();
    for word in shown.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words.chars().take(TEXT_CHARS).collect()
}
