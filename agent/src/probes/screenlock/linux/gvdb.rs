//! GVDB files: what dconf keeps settings in, and GLib compiled schemas.
//!
//! Reads only numbers, texts and truth values, in the byte order that every supported machine writes. A user's file is the
//! user's to write, so nothing in it is trusted: each step is bounded, and a chain of parents that loops ends.

/// A value of the kinds that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// A whole number, `u`.
    Number(u32),
    /// A whole number, `i`.
    Signed(i32),
    /// A truth value, `b`.
    Truth(bool),
    /// Something of another type.
    Foreign,
    /// A default that depends on the desktop's name.
    ByDesktop,
}

/// The file is not one of these, or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a settings database, or a damaged one")]
pub(super) struct Damaged;

const ITEM_BYTES: usize = 24;
/// Longer than any key that is asked for.
const KEY_BYTES: usize = 256;
const MOST_PARENTS: usize = 32;

/// One table of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    file: &'a [u8],
    items: &'a [u8],
}

impl<'a> Table<'a> {
    /// The first table of a file.
    pub(super) fn open(file: &'a [u8]) -> Result<Self, Damaged> {
        if !file.starts_with(b"GVariant") || number(file, 8) != Some(0) {
            return Err(Damaged);
        }
        Self::at(file, file.get(16..24).ok_or(Damaged)?)
    }

    fn at(file: &'a [u8], pointer: &[u8]) -> Result<Self, Damaged> {
        let table = pointed(file, pointer).ok_or(Damaged)?;
        // The upper five bits of the first number are not part of the count.
        let bloom = number(table, 0).ok_or(Damaged)? & 0x07ff_ffff;
        let buckets = number(table, 4).ok_or(Damaged)?;
        let words = usize::try_from(u64::from(bloom) + u64::from(buckets)).map_err(|_| Damaged)?;
        let start = words.checked_mul(4).and_then(|bytes| bytes.checked_add(8)).ok_or(Damaged)?;
        let items = table.get(start..).ok_or(Damaged)?;
        if items.len() % ITEM_BYTES != 0 {
            return Err(Damaged);
        }
        Ok(Self { file, items })
    }

    /// The table that stands under a key.
    pub(super) fn table(&self, key: &str) -> Result<Option<Self>, Damaged> {
        let Some(item) = self.find(key, b'H') else { return Ok(None) };
        Self::at(self.file, &item[16..24]).map(Some)
    }

    /// The value that stands under a key.
    pub(super) fn value(&self, key: &str) -> Result<Option<Value>, Damaged> {
        let Some(item) = self.find(key, b'v') else { return Ok(None) };
        let bytes = pointed(self.file, &item[16..24]).ok_or(Damaged)?;
        decode(bytes).map(Some)
    }

    /// The text, or the number written out, that stands under a key; `None` when it is something else.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Damaged> {
        let Some(item) = self.find(key, b'v') else { return Ok(None) };
        let bytes = pointed(self.file, &item[16..24]).ok_or(Damaged)?;
        // A text ends in a zero of its own.
        if let Some(text) = bytes.strip_suffix(b"\0\0s") {
            return Ok(Some(String::from_utf8_lossy(text).into_owned()));
        }
        Ok(match decode(bytes)? {
            Value::Number(number) => Some(number.to_string()),
            Value::Signed(number) => Some(number.to_string()),
            Value::Truth(_) | Value::Foreign | Value::ByDesktop => None,
        })
    }

    fn find(&self, key: &str, kind: u8) -> Option<&'a [u8]> {
        let mut items = self.items.chunks_exact(ITEM_BYTES);
        items.find(|item| item[14] == kind && self.key(item).as_deref() == Some(key.as_bytes()))
    }

    /// A key is written in parts, each item pointing at the one that holds what comes before.
    fn key(&self, item: &'a [u8]) -> Option<Vec<u8>> {
        let mut parts = Vec::new();
        let (mut item, mut bytes) = (item, 0);
        for _ in 0..MOST_PARENTS {
            let start = usize::try_from(number(item, 8)?).ok()?;
            let part =
                self.file.get(start..start.checked_add(usize::from(u16::from_le_bytes([item[12], item[13]])))?)?;
            bytes += part.len();
            if bytes > KEY_BYTES {
                return None;
            }
            parts.push(part);
            let parent = number(item, 4)?;
            if parent == u32::MAX {
                parts.reverse();
                return Some(parts.concat());
            }
            item = self.items.chunks_exact(ITEM_BYTES).nth(usize::try_from(parent).ok()?)?;
        }
        None
    }
}

/// A value is its bytes, a zero, and the name of its type. A schema holds its default as the first of several parts.
fn decode(bytes: &[u8]) -> Result<Value, Damaged> {
    let zero = bytes.iter().rposition(|byte| *byte == 0).ok_or(Damaged)?;
    let (data, kind) = (&bytes[..zero], &bytes[zero + 1..]);
    if kind.windows(5).any(|part| part == b"a{sv}") {
        return Ok(Value::ByDesktop);
    }
    let kind = kind.strip_prefix(b"(").map_or((kind, false), |kind| (kind, true));
    match kind {
        (b"u", false) if data.len() == 4 => number(data, 0).map(Value::Number).ok_or(Damaged),
        (b"i", false) if data.len() == 4 => number(data, 0).map(signed).ok_or(Damaged),
        (b"b", false) if data.len() == 1 => Ok(Value::Truth(data[0] != 0)),
        ([b'u', ..], true) => number(data, 0).map(Value::Number).ok_or(Damaged),
        ([b'i', ..], true) => number(data, 0).map(signed).ok_or(Damaged),
        ([b'b', ..], true) => data.first().map(|byte| Value::Truth(*byte != 0)).ok_or(Damaged),
        ([b'u' | b'i' | b'b'], false) => Err(Damaged),
        _ => Ok(Value::Foreign),
    }
}

fn signed(number: u32) -> Value {
    Value::Signed(number.cast_signed())
}

fn pointed<'a>(file: &'a [u8], pointer: &[u8]) -> Option<&'a [u8]> {
    let (start, end) = (number(pointer, 0)?, number(pointer, 4)?);
    file.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Damaged, Table, Value};

    const LOCKED: &[u8] = include_bytes!("../testdata/site-600-locked");
    const SCHEMAS: &[u8] = include_bytes!("../testdata/gschemas-900.compiled");
    const IDLE: &str = "/org/gnome/desktop/session/idle-delay";

    #[test]
    fn reads_values_and_locks_of_dconf() {
        let table = Table::open(LOCKED).expect("dconf made it");
        assert_eq!(table.value(IDLE), Ok(Some(Value::Number(600))));
        assert_eq!(table.value("/org/gnome/desktop/screensaver/lock-enabled"), Ok(Some(Value::Truth(true))));
        assert_eq!(table.value("/org/gnome/desktop/session/no-such-key"), Ok(None));
        let locks = table.table(".locks").expect("it is whole").expect("there are locks");
        assert!(locks.value(IDLE).expect("it is whole").is_some());
        assert_eq!(locks.value("/org/gnome/desktop/screensaver/lock-delay"), Ok(None));
    }

    #[test]
    fn reads_defaults_of_compiled_schemas() {
        let table = Table::open(SCHEMAS).expect("glib made it");
        let schema = table.table("org.gnome.desktop.session").expect("it is whole").expect("it is there");
        assert_eq!(schema.value("idle-delay"), Ok(Some(Value::Number(900))));
        let schema = table.table("org.gnome.desktop.screensaver").expect("it is whole").expect("it is there");
        assert_eq!(schema.value("lock-enabled"), Ok(Some(Value::Truth(true))));
        assert_eq!(schema.value("lock-delay"), Ok(Some(Value::Number(0))));
    }

    #[test]
    fn a_chain_of_parents_that_loops_ends() {
        let mut file = LOCKED.to_vec();
        let first_item = 24 + 8 + 10 * 4;
        for item in (first_item..312).step_by(24) {
            // Every item its own parent, with an empty part of the key.
            let own = u32::try_from((item - first_item) / 24).expect("few");
            file[item + 4..item + 8].copy_from_slice(&own.to_le_bytes());
            file[item + 12..item + 14].copy_from_slice(&[0, 0]);
        }
        assert_eq!(Table::open(&file).expect("its head is whole").value(IDLE), Ok(None));
    }

    #[test]
    fn other_files_are_damaged() {
        for bytes in [b"".as_slice(), b"GVariant", b"[org/gnome]\nidle-delay=3\n", &LOCKED[..100]] {
            assert!(matches!(Table::open(bytes), Err(Damaged)), "{} bytes", bytes.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_damage_makes_it_fail(at in 0..LOCKED.len(), byte: u8) {
            let mut file = LOCKED.to_vec();
            file[at] = byte;
            if let Ok(table) = Table::open(&file) {
                let _ = (table.value(IDLE), table.table(".locks").map(|locks| locks.map(|locks| locks.value(IDLE))));
            }
        }
    }
}
