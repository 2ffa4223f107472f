//! Entries of a folder (`FILE_ID_BOTH_DIR_INFO`), one behind the other in a buffer.

use super::about::About;

/// One entry.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::platform) struct Entry {
    /// Its name in UTF-16, which need not be proper.
    pub(in crate::platform) name: Vec<u16>,
    /// What the folder says about it.
    pub(in crate::platform) about: About,
}

/// Where the name begins.
const NAME: usize = 104;
const DOT: u16 = b'.' as u16;

/// The entries in a buffer that the system filled, without "." and "..".
pub(in crate::platform) fn entries(buffer: &[u8]) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut rest = buffer;
    while let Some((entry, next)) = entry(rest) {
        if !matches!(entry.name.as_slice(), [DOT] | [DOT, DOT]) {
            found.push(entry);
        }
        match rest.get(next..) {
            Some(behind) if next > 0 => rest = behind,
            Some(_) | None => break,
        }
    }
    found
}

/// The first entry, and how far behind it the next one begins; 0 after the last.
fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    let four = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let eight = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(i64::from_le_bytes);
    let name_bytes = usize::try_from(four(60)?).ok()?;
    let name = bytes.get(NAME..NAME.checked_add(name_bytes)?)?;
    let units = name.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let about = About {
        attributes: four(56)?,
        reparse_tag: four(64)?,
        id: u64::from_le_bytes(eight(96)?.to_le_bytes()),
        size_bytes: u64::try_from(eight(40)?).unwrap_or_default(),
        modified: eight(24)?,
        changed: eight(32)?,
    };
    let entry = Entry { name: units.collect(), about };
    Some((entry, usize::try_from(four(0)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(name: &[u16], attributes: u32, last: bool) -> Vec<u8> {
        let mut bytes = vec![0; NAME];
        bytes[24..32].copy_from_slice(&24_i64.to_le_bytes());
        bytes[32..40].copy_from_slice(&32_i64.to_le_bytes());
        bytes[40..48].copy_from_slice(&40_i64.to_le_bytes());
        bytes[56..60].copy_from_slice(&attributes.to_le_bytes());
        bytes[60..64].copy_from_slice(&(name.len() as u32 * 2).to_le_bytes());
        bytes[64..68].copy_from_slice(&0xa000_0003_u32.to_le_bytes());
        bytes[96..104].copy_from_slice(&96_i64.to_le_bytes());
        bytes.extend(name.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let next = if last { 0 } else { bytes.len() as u32 };
        bytes[..4].copy_from_slice(&next.to_le_bytes());
        bytes
    }

    fn wide(name: &str) -> Vec<u16> {
        name.encode_utf16().collect()
    }

    #[test]
    fn reads_one_behind_the_other_and_leaves_out_the_folder_itself() {
        let buffer =
            [raw(&wide("."), 0x10, false), raw(&wide(".."), 0x10, false), raw(&wide("Häuser.exe"), 0x20, true)]
                .concat();
        let found = entries(&buffer);
        let about =
            About { attributes: 0x20, reparse_tag: 0xa000_0003, id: 96, size_bytes: 40, modified: 24, changed: 32 };
        assert_eq!(found, [Entry { name: wide("Häuser.exe"), about }]);
    }

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let found = entries(&raw(&[0xd800, 0x41], 0x20, true));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, [0xd800, 0x41]);
    }

    #[test]
    fn a_torn_buffer_ends_where_it_ends() {
        let whole = [raw(&wide("one"), 0x20, false), raw(&wide("two"), 0x20, true)].concat();
        assert_eq!(entries(&whole).len(), 2);
        assert_eq!(entries(&whole[..whole.len() - 8]).len(), 1);
        assert!(entries(&[]).is_empty() && entries(&[0xff; 300]).is_empty());
    }
}
