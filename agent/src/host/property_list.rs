//! Property lists of macOS, in either form.
//!
//! In the binary form a list may hold another one many times over, and so name more values in 200 bytes than fit in
//! memory. The system's own tools never write that; such a file is refused before it is unfolded.

use std::io::{self, Cursor, ErrorKind};

use plist::Value;

const HEAD: &[u8] = b"bplist00";
const TRAILER_BYTES: usize = 32;
/// What all texts together may take, as a multiple of the file: equal texts are written once.
const MOST_UNFOLDED: usize = 16;

/// Reads a property list.
///
/// # Errors
/// [`ErrorKind::InvalidData`] when it is none, or a binary one that unfolds beyond measure.
pub fn property_list(bytes: &[u8]) -> io::Result<Value> {
    let no_list = || io::Error::new(ErrorKind::InvalidData, "not a property list, or a damaged one");
    if bytes.starts_with(HEAD) && !stays_small(bytes).ok_or_else(no_list)? {
        return Err(no_list());
    }
    Value::from_reader(Cursor::new(bytes)).map_err(|_| no_list())
}

/// The parts of a binary list that say where its objects lie.
struct Objects<'file> {
    file: &'file [u8],
    offsets: &'file [u8],
    offset_bytes: usize,
    reference_bytes: usize,
}

/// Whether no container stands in two places, and texts that do stay small. `None` for a damaged file.
fn stays_small(file: &[u8]) -> Option<bool> {
    let trailer = file.get(file.len().checked_sub(TRAILER_BYTES)?..)?;
    let (offset_bytes, reference_bytes) = (usize::from(trailer[6]), usize::from(trailer[7]));
    let count = whole(&trailer[8..16])?;
    let table = file.get(whole(&trailer[24..32])?..)?;
    let offsets = table.get(..count.checked_mul(offset_bytes)?)?;
    let objects = Objects { file, offsets, offset_bytes, reference_bytes };
    if offset_bytes == 0 || reference_bytes == 0 || count > file.len() {
        return None;
    }
    let mut seen = vec![false; count];
    let mut unfolded = 0_usize;
    for index in 0..count {
        let references = objects.references(index)?;
        for reference in references.chunks_exact(reference_bytes) {
            let target = whole(reference)?;
            let (container, bytes) = objects.size(target)?;
            if container && std::mem::replace(seen.get_mut(target)?, true) {
                return Some(false);
            }
            unfolded = unfolded.checked_add(bytes)?;
            if unfolded > file.len().saturating_mul(MOST_UNFOLDED) {
                return Some(false);
            }
        }
    }
    Some(true)
}

impl<'file> Objects<'file> {
    /// An object's kind, its count, and what follows these.
    fn object(&self, index: usize) -> Option<(u8, usize, &'file [u8])> {
        let offset = self.offsets.chunks_exact(self.offset_bytes).nth(index)?;
        let object = self.file.get(whole(offset)?..)?;
        let (marker, rest) = object.split_first()?;
        let (kind, small) = (marker >> 4, usize::from(marker & 0xf));
        // A count that does not fit is written as a number of 2^n bytes after the marker.
        if small == 0xf && matches!(kind, 0x4..=0xd) {
            let (size, rest) = rest.split_first()?;
            let bytes = 1_usize.checked_shl(u32::from(size & 0xf))?;
            return Some((kind, whole(rest.get(..bytes)?)?, rest.get(bytes..)?));
        }
        Some((kind, small, rest))
    }

    /// Which objects a container holds; none for any other.
    fn references(&self, index: usize) -> Option<&'file [u8]> {
        let (kind, count, rest) = self.object(index)?;
        let entries = match kind {
            0xa..=0xc => count,
            0xd => count.checked_mul(2)?,
            _ => return Some(&[]),
        };
        rest.get(..entries.checked_mul(self.reference_bytes)?)
    }

    /// Whether an object is a container, and about how many bytes it takes by itself.
    fn size(&self, index: usize) -> Option<(bool, usize)> {
        let (kind, count, _) = self.object(index)?;
        Some(match kind {
            0xa..=0xd => (true, 1),
            0x4 | 0x5 => (false, count),
            0x6 => (false, count.checked_mul(2)?),
            _ => (false, 1),
        })
    }
}

/// A number, the highest byte first; `None` when it is too large to be one here.
fn whole(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |number, byte| number.checked_mul(256)?.checked_add(usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use plist::{Dictionary, Value};

    use super::property_list;

    /// A list of lists, each holding the next one this many times.
    fn bomb(depth: u8, width: u8) -> Vec<u8> {
        let mut file = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for level in 0..depth {
            offsets.push(u16::try_from(file.len()).expect("it is small"));
            file.extend([0xaf, 0x10, width]);
            file.extend(std::iter::repeat_n(level + 1, usize::from(width)));
        }
        offsets.push(u16::try_from(file.len()).expect("it is small"));
        file.push(0x50);
        let table = file.len() as u64;
        file.extend(offsets.iter().flat_map(|offset| offset.to_be_bytes()));
        file.extend([0, 0, 0, 0, 0, 0, 2, 1]);
        file.extend([u64::from(depth) + 1, 0, table].iter().flat_map(|number| number.to_be_bytes()));
        file
    }

    fn binary(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.to_writer_binary(&mut bytes).expect("memory can be written");
        bytes
    }

    #[test]
    fn a_small_file_that_would_unfold_without_end_is_refused() {
        assert!(property_list(&bomb(1, 20)).is_ok(), "one list of twenty equal texts is as it should be");
        let bytes = bomb(100, 20);
        assert!(bytes.len() < 4096 && property_list(&bytes).is_err());
    }

    #[test]
    fn usual_lists_are_read_in_both_forms() {
        let entry = |name: &str| {
            let pairs = [("Name", name), ("Kind", "title"), ("Maker", "Northfield School")];
            Value::Dictionary(pairs.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect())
        };
        let many: Vec<Value> = (0..500).map(|number| entry(&format!("title {number}"))).collect();
        let mut whole = Dictionary::new();
        whole.insert("Titles".into(), Value::Array(many));
        let whole = Value::Dictionary(whole);
        assert_eq!(property_list(&binary(&whole)).expect("it is a list"), whole);
        let mut xml = Vec::new();
        whole.to_writer_xml(&mut xml).expect("memory can be written");
        assert_eq!(property_list(&xml).expect("it is a list"), whole);
    }

    #[test]
    fn torn_lists_are_errors() {
        let whole = binary(&Value::Array(vec!["one".into(), "two".into()]));
        for length in 0..whole.len() {
            assert!(property_list(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
