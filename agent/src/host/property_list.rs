//! Property lists of macOS, in either form.
//!
//! In the binary form a list may hold another one many times over, and so name more values in 200 bytes than fit in
//! memory. In both forms lists in lists without end would end the program that follows them. The system's own tools never
//! write either; such a file is refused before it is unfolded.

use std::io::{self, Cursor, ErrorKind};

use plist::Value;
use quick_xml::Reader;
use quick_xml::events::Event;

const HEAD: &[u8] = b"bplist00";
const TRAILER_BYTES: usize = 32;
/// Lists in lists; real ones stay below ten.
const DEEPEST: usize = 64;
/// What all texts together may take, as a multiple of the file: equal texts are written once.
const MOST_UNFOLDED: usize = 16;

/// Reads a property list.
///
/// # Errors
/// [`ErrorKind::InvalidData`] when it is none, or a one that unfolds or is nested beyond measure.
pub fn property_list(bytes: &[u8]) -> io::Result<Value> {
    let no_list = || io::Error::new(ErrorKind::InvalidData, "not a property list, or a damaged one");
    let sound = if bytes.starts_with(HEAD) { stays_small(bytes) } else { stays_flat(bytes) };
    if sound != Some(true) {
        return Err(no_list());
    }
    Value::from_reader(Cursor::new(bytes)).map_err(|_| no_list())
}

/// Whether elements in elements come to an end. `None` for what is no XML: macOS writes no third form.
fn stays_flat(file: &[u8]) -> Option<bool> {
    let text = std::str::from_utf8(file).ok()?.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::Eof => return Some(true),
            Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::DocType(_)
            | Event::PI(_) => {}
        }
        if depth > DEEPEST {
            return Some(false);
        }
    }
}

/// The parts of a binary list that say where its objects lie.
struct Objects<'file> {
    file: &'file [u8],
    offsets: &'file [u8],
    offset_bytes: usize,
    reference_bytes: usize,
}

/// Whether no container stands in two places or too deep, and texts that do stay small. `None` for a damaged file.
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
    let mut above = vec![None; count];
    let mut unfolded = 0_usize;
    for index in 0..count {
        let references = objects.references(index)?;
        for reference in references.chunks_exact(reference_bytes) {
            let target = whole(reference)?;
            let (container, bytes) = objects.size(target)?;
            if container && above.get_mut(target)?.replace(index).is_some() {
                return Some(false);
            }
            unfolded = unfolded.checked_add(bytes)?;
            if unfolded > file.len().saturating_mul(MOST_UNFOLDED) {
                return Some(false);
            }
        }
    }
    let ends = |index| std::iter::successors(Some(index), |index| above[*index]).nth(DEEPEST).is_none();
    Some((0..count).all(ends))
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
    fn a_list_that_is_nested_without_end_is_refused() {
        let nested = |depth: usize| {
            let (open, close) = ("<array>".repeat(depth), "</array>".repeat(depth));
            property_list(format!("<plist version=\"1.0\">{open}{close}</plist>").as_bytes())
        };
        assert!(nested(20).is_ok());
        assert!(nested(60_000).is_err());
        assert!(property_list("(".repeat(60_000).as_bytes()).is_err(), "the oldest form is read no more");
        assert!(property_list(&bomb(20, 1)).is_ok());
        assert!(property_list(&bomb(100, 1)).is_err());
    }

    #[test]
    fn torn_lists_are_errors() {
        let whole = binary(&Value::Array(vec!["one".into(), "two".into()]));
        for length in 0..whole.len() {
            assert!(property_list(&whole[..length]).is_err(), "{length} bytes");
        }
    }
}
