//! A registry hive as it lies on disk (REGF): the settings of a user who is not logged on, read from their `NTUSER.DAT`.
//!
//! Loading the file into the registry instead would keep its user from logging on meanwhile. A hive comes from its
//! user, so nothing in it is believed: every offset is checked, every list counted, and damage is an error, never a
//! panic. What stands in the transaction logs beside it is not applied; [`Hive::stale`] says when there may be something.
//! The crates that read hives are under the GPL, bring eighty others, or refuse a whole file for one wrong count.

use std::io;

use caretaker_shared::order;
use encoding_rs::UTF_16LE;
use jiff::Timestamp;

use super::windows::{Key, Registry, RegistryValue, Root, Values};

/// More than Windows lets the hive of one user grow on a school's computer.
pub const HIVE_BYTES: u64 = 64 * 1024 * 1024;

/// Where the cells begin that all offsets count from.
const CELLS: usize = 4096;
/// Keys below one key, and values of one key, that are looked at.
const ENTRIES: usize = 16_384;
/// Bytes of a key's name: Windows allows 255 letters.
const NAME_BYTES: u16 = 510;
/// Larger values (pictures of the desktop) are nothing that anyone asks for.
const VALUE_BYTES: usize = 1024 * 1024;
/// All values of one key: many may point at the same bytes.
const VALUES_BYTES: usize = 8 * 1024 * 1024;
/// Beyond this, data is cut into segments of this size.
const SEGMENT_BYTES: usize = 16_344;
/// `KEY_COMP_NAME`: the name is in Latin-1, not in UTF-16.
const NARROW_KEY: u16 = 0x20;
/// `VALUE_COMP_NAME`, the same of a value.
const NARROW_VALUE: u16 = 0x1;

/// The hive of one user. Its keys are found as [`Key::user`] with that user's security identifier.
#[derive(Debug)]
pub struct Hive {
    bytes: Vec<u8>,
    sid: String,
    root: u32,
    stale: bool,
}

/// A key's cell.
struct Node<'hive> {
    cell: &'hive [u8],
}

impl Hive {
    /// The hive in these bytes, as that of the user with this security identifier.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] when they are no hive.
    pub fn of(bytes: Vec<u8>, sid: &str) -> io::Result<Self> {
        let whole = bytes.get(..CELLS).filter(|head| head.starts_with(b"regf"));
        let head = whole.ok_or_else(|| damaged("it is no registry hive"))?;
        let (Some(first), Some(second), Some(root)) = (u32_at(head, 4), u32_at(head, 8), u32_at(head, 36)) else {
            return Err(damaged("it breaks off"));
        };
        let hive = Self { stale: first != second, root, sid: sid.to_owned(), bytes };
        hive.node(hive.root)?;
        Ok(hive)
    }

    /// Whether Windows had not finished writing it: what was set last may be missing.
    #[must_use]
    pub fn stale(&self) -> bool {
        self.stale
    }

    /// The content of a cell in use.
    fn cell(&self, offset: u32) -> io::Result<&[u8]> {
        let found = || {
            let start = CELLS.checked_add(usize::try_from(offset).ok()?)?;
            let size = i32::from_le_bytes(self.bytes.get(start..start.checked_add(4)?)?.try_into().ok()?);
            // A cell in use has its size written as a negative number.
            let size = usize::try_from(size.checked_neg()?).ok()?;
            self.bytes.get(start + 4..start.checked_add(size)?)
        };
        found().ok_or_else(|| damaged("it points at nothing"))
    }

    fn node(&self, offset: u32) -> io::Result<Node<'_>> {
        let cell = self.cell(offset)?;
        if cell.len() < 76 || !cell.starts_with(b"nk") {
            return Err(damaged("a key is torn"));
        }
        Ok(Node { cell })
    }

    fn find(&self, key: &Key) -> io::Result<Node<'_>> {
        let mut names = key.path.split('\\');
        let own = names.next().is_some_and(|sid| sid.eq_ignore_ascii_case(&self.sid));
        if key.root != Root::Users || !own {
            return Err(io::ErrorKind::NotFound.into());
        }
        names.try_fold(self.node(self.root)?, |node, name| self.child(&node, name))
    }

    fn child(&self, node: &Node<'_>, name: &str) -> io::Result<Node<'_>> {
        let wanted = name.to_lowercase();
        for offset in self.children(node)? {
            let child = self.node(offset)?;
            if child.name()?.to_lowercase() == wanted {
                return Ok(child);
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn children(&self, node: &Node<'_>) -> io::Result<Vec<u32>> {
        let mut found = Vec::new();
        if u32_at(node.cell, 20) != Some(0) {
            let list = u32_at(node.cell, 28).ok_or_else(|| damaged("a key is torn"))?;
            self.list(list, true, &mut found)?;
        }
        Ok(found)
    }

    /// Offsets of the keys in a list, which may be a list of lists, but no deeper.
    fn list(&self, offset: u32, outer: bool, found: &mut Vec<u32>) -> io::Result<()> {
        let torn = || damaged("a list of keys is torn");
        let cell = self.cell(offset)?;
        let (kind, count) = (cell.get(..2).ok_or_else(torn)?, usize::from(u16_at(cell, 2).ok_or_else(torn)?));
        let step = match kind {
            b"lf" | b"lh" => 8,
            b"li" => 4,
            b"ri" if outer => 4,
            _ => return Err(torn()),
        };
        for at in (4..).step_by(step).take(count) {
            let offset = u32_at(cell, at).ok_or_else(torn)?;
            if kind == b"ri" {
                self.list(offset, false, found)?;
            } else {
                found.push(offset);
            }
            if found.len() > ENTRIES {
                return Err(damaged("a key has too many keys below it"));
            }
        }
        Ok(())
    }

    /// A value by its name; `None` when it is too large to be looked at. Takes what it weighs off `left`.
    fn value(&self, offset: u32, left: &mut usize) -> io::Result<Option<(String, RegistryValue)>> {
        let torn = || damaged("a value is torn");
        let cell = self.cell(offset)?;
        if cell.len() < 20 || !cell.starts_with(b"vk") {
            return Err(torn());
        }
        let (Some(letters), Some(size), Some(kind), Some(flags)) =
            (u16_at(cell, 2), u32_at(cell, 4), u32_at(cell, 12), u16_at(cell, 16))
        else {
            return Err(torn());
        };
        let name = cell.get(20..20 + usize::from(letters)).ok_or_else(torn)?;
        let data = self.data(cell, size)?;
        let weight = name.len() + data.as_ref().map_or(0, Vec::len);
        *left = left.checked_sub(weight).ok_or_else(|| damaged("the values of a key are too large"))?;
        Ok(data.map(|data| (text(name, flags & NARROW_VALUE != 0), RegistryValue::of_raw(kind, &data))))
    }

    /// The bytes of a value; `None` when they are too many to be looked at.
    fn data(&self, cell: &[u8], size: u32) -> io::Result<Option<Vec<u8>>> {
        let torn = || damaged("the data of a value is torn");
        // The highest bit says that up to four bytes stand where otherwise their place does.
        let within = size & 0x8000_0000 != 0;
        let length = usize::try_from(size & 0x7FFF_FFFF).map_err(|_| torn())?;
        if within {
            return Ok(Some(cell.get(8..8 + length.min(4)).ok_or_else(torn)?.to_vec()));
        }
        if length > VALUE_BYTES {
            return Ok(None);
        }
        if length == 0 {
            return Ok(Some(Vec::new()));
        }
        let place = self.cell(u32_at(cell, 8).ok_or_else(torn)?)?;
        if length <= SEGMENT_BYTES || !place.starts_with(b"db") {
            return Ok(Some(place.get(..length).ok_or_else(torn)?.to_vec()));
        }
        let segments = self.cell(u32_at(place, 4).ok_or_else(torn)?)?;
        let mut data = Vec::with_capacity(length);
        for at in (0..length.div_ceil(SEGMENT_BYTES)).map(|segment| segment * 4) {
            let segment = self.cell(u32_at(segments, at).ok_or_else(torn)?)?;
            let wanted = (length - data.len()).min(SEGMENT_BYTES);
            data.extend_from_slice(segment.get(..wanted).ok_or_else(torn)?);
        }
        Ok(Some(data))
    }
}

impl Node<'_> {
    fn name(&self) -> io::Result<String> {
        let torn = || damaged("the name of a key is torn");
        let (flags, letters) = u16_at(self.cell, 2).zip(u16_at(self.cell, 72)).ok_or_else(torn)?;
        if letters > NAME_BYTES {
            return Err(torn());
        }
        let name = self.cell.get(76..76 + usize::from(letters)).ok_or_else(torn)?;
        Ok(text(name, flags & NARROW_KEY != 0))
    }
}

impl Registry for Hive {
    fn keys(&self, key: &Key) -> io::Result<Vec<String>> {
        let children = self.children(&self.find(key)?)?;
        let mut names =
            children.into_iter().map(|offset| self.node(offset)?.name()).collect::<io::Result<Vec<String>>>()?;
        order::sort(&mut names);
        Ok(names)
    }

    fn values(&self, key: &Key) -> io::Result<Values> {
        let torn = || damaged("a list of values is torn");
        let node = self.find(key)?;
        let (count, list) = u32_at(node.cell, 36).zip(u32_at(node.cell, 40)).ok_or_else(torn)?;
        let count = usize::try_from(count).map_err(|_| torn())?;
        if count == 0 {
            return Ok(Values::default());
        }
        if count > ENTRIES {
            return Err(damaged("a key has too many values"));
        }
        let list = self.cell(list)?;
        let mut left = VALUES_BYTES;
        let offsets = (0..count).map(|index| u32_at(list, index * 4).ok_or_else(torn));
        let values = offsets.map(|offset| self.value(offset?, &mut left)).collect::<io::Result<Vec<_>>>()?;
        Ok(Values::of(values.into_iter().flatten()))
    }

    fn written_at(&self, key: &Key) -> io::Result<Timestamp> {
        let node = self.find(key)?;
        let written = node.cell.get(4..12).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        written.and_then(filetime).ok_or_else(|| damaged("the date of a key is torn"))
    }
}

/// The moment of a `FILETIME`, tenths of microseconds since 1601; `None` for zero and for what no clock has shown.
#[must_use]
pub fn filetime(ticks: u64) -> Option<Timestamp> {
    if ticks == 0 {
        return None;
    }
    let since_1970 = i128::from(ticks) * 100 - 11_644_473_600 * 1_000_000_000;
    Timestamp::from_nanosecond(since_1970).ok()
}

fn text(bytes: &[u8], narrow: bool) -> String {
    if narrow {
        return bytes.iter().copied().map(char::from).collect();
    }
    UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use proptest::prelude::*;

    use super::{Hive, filetime};
    use crate::host::sample_hive::SampleHive;
    use crate::host::windows::{Key, Registry, RegistryValue};

    const SID: &str = "S-1-5-21-1-2-3-1001";

    fn sample() -> SampleHive {
        let long = "a very long text ".repeat(2_000);
        SampleHive::new()
            .text(r"Control Panel\Desktop", "ScreenSaveTimeOut", "300")
            .value(r"Control Panel\Desktop", "Delay", &RegistryValue::Number(5))
            .value(r"Control Panel\Desktop", "Large", &RegistryValue::Number(1 << 40))
            .value(r"Control Panel\Desktop", "Mask", &RegistryValue::Bytes(vec![0x90, 0x12, 3]))
            .value(r"Control Panel\Desktop", "Many", &RegistryValue::Texts(vec!["one".into(), "two".into()]))
            .text(r"Control Panel\Désktøp", "Wärme", &long)
            .text(r"Software\Vendor", "", "default")
    }

    fn hive() -> Hive {
        Hive::of(sample().bytes(), SID).expect("it is a hive")
    }

    #[test]
    fn reads_values_of_every_kind_whatever_the_case_of_their_names() {
        let hive = hive();
        let values = hive.values(&Key::user(SID, r"control panel\DESKTOP")).expect("it is there");
        assert_eq!(values.text("screensavetimeout"), "300");
        assert_eq!(values.number("Delay"), Some(5));
        assert_eq!(values.number("Large"), Some(1 << 40));
        assert_eq!(values.get("Mask"), Some(&RegistryValue::Bytes(vec![0x90, 0x12, 3])));
        assert_eq!(values.get("Many"), Some(&RegistryValue::Texts(vec!["one".into(), "two".into()])));
        let long = hive.values(&Key::user(SID, r"Control Panel\Désktøp")).expect("it is there");
        assert_eq!(long.text("Wärme").len(), "a very long text ".len() * 2_000 - 1, "it lies in several segments");
    }

    #[test]
    fn lists_keys_and_tells_what_is_not_there() {
        let hive = hive();
        assert_eq!(hive.keys(&Key::user(SID, "Control Panel")).expect("it is there"), ["Desktop", "Désktøp"]);
        let written = hive.written_at(&Key::user(SID, "Software")).expect("it has a date");
        assert_eq!(written.to_string(), "2026-11-21T10:15:00Z");
        for key in [Key::user(SID, "Nothing"), Key::user("S-1-5-21-9", "Software"), Key::machine("Software")] {
            assert_eq!(hive.values(&key).expect_err("it is not there").kind(), ErrorKind::NotFound, "{key}");
        }
    }

    #[test]
    fn says_when_windows_had_not_finished_writing() {
        assert!(!hive().stale());
        assert!(Hive::of(sample().unfinished().bytes(), SID).expect("it is a hive").stale());
    }

    #[test]
    fn what_is_no_hive_is_refused() {
        for bytes in [Vec::new(), b"WINE REGISTRY Version 2".to_vec(), vec![0; 8192], sample().bytes()[..4100].to_vec()]
        {
            assert_eq!(Hive::of(bytes, SID).expect_err("it is none").kind(), ErrorKind::InvalidData);
        }
    }

    #[test]
    fn file_times_become_moments() {
        let moment = filetime(134_081_937_000_000_000).expect("a moment");
        assert_eq!(moment.to_string(), "2025-11-21T10:15:00Z");
        assert_eq!(filetime(0), None);
        assert_eq!(filetime(u64::MAX), None);
    }

    /// Everything that can be asked, of every key that can be found down to some depth.
    fn ask_everything(hive: &Hive, path: &str, depth: usize) {
        let key = Key::user(SID, path);
        let _ = (hive.values(&key), hive.written_at(&key));
        for name in hive.keys(&key).into_iter().flatten().take(if depth == 0 { 0 } else { 20 }) {
            ask_everything(hive, &format!("{path}\\{name}"), depth - 1);
        }
    }

    proptest! {
        #[test]
        fn damage_is_an_error_and_never_a_panic(
            damage in proptest::collection::vec((0_usize..12_000, any::<u8>()), 1..20), cut in 4096_usize..60_000,
        ) {
            let mut bytes = sample().bytes();
            for (at, byte) in damage {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            bytes.truncate(cut);
            if let Ok(hive) = Hive::of(bytes, SID) {
                ask_everything(&hive, "Control Panel", 3);
                ask_everything(&hive, "Software", 3);
            }
        }
    }
}
