//! Values of the registry as Windows keeps them: a type number and bytes.

use super::windows::RegistryValue;

const SZ: u32 = 1;
const EXPAND_SZ: u32 = 2;
const DWORD: u32 = 4;
const DWORD_BIG_ENDIAN: u32 = 5;
const MULTI_SZ: u32 = 7;
const QWORD: u32 = 11;

impl RegistryValue {
    /// The value of that type (`REG_*`). Bytes that do not suit their type stay bytes: whoever wrote them did not go
    /// through the usual doors. NULs at the end of a text are dropped, those inside it kept.
    #[must_use]
    pub fn of_raw(kind: u32, bytes: &[u8]) -> Self {
        let number = match (kind, bytes.len()) {
            (DWORD, 4) => bytes.try_into().ok().map(u32::from_le_bytes).map(u64::from),
            (DWORD_BIG_ENDIAN, 4) => bytes.try_into().ok().map(u32::from_be_bytes).map(u64::from),
            (QWORD, 8) => bytes.try_into().ok().map(u64::from_le_bytes),
            (SZ | EXPAND_SZ, _) => return Self::Text(text(bytes).trim_end_matches('\0').to_owned()),
            (MULTI_SZ, _) => return Self::Texts(texts(&text(bytes))),
            _ => None,
        };
        number.map_or_else(|| Self::Bytes(bytes.to_vec()), Self::Number)
    }
}

/// UTF-16, little end first; half a letter at the end is dropped.
fn text(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn texts(all: &str) -> Vec<String> {
    all.split('\0').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::windows::RegistryValue::{self, Bytes, Number, Text, Texts};

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn takes_each_type_apart() {
        assert_eq!(RegistryValue::of_raw(1, &wide("900\0")), Text("900".into()));
        assert_eq!(RegistryValue::of_raw(2, &wide("%SystemDrive%\\Users\0")), Text("%SystemDrive%\\Users".into()));
        assert_eq!(RegistryValue::of_raw(4, &[0x2c, 1, 0, 0]), Number(300));
        assert_eq!(RegistryValue::of_raw(5, &[0, 0, 1, 0x2c]), Number(300));
        assert_eq!(RegistryValue::of_raw(11, &[1, 0, 0, 0, 1, 0, 0, 0]), Number(0x1_0000_0001));
        assert_eq!(RegistryValue::of_raw(7, &wide("a\0b\0\0")), Texts(vec!["a".into(), "b".into()]));
        assert_eq!(RegistryValue::of_raw(3, &[1, 2]), Bytes(vec![1, 2]));
    }

    #[test]
    fn what_does_not_suit_its_type_stays_bytes() {
        assert_eq!(RegistryValue::of_raw(4, &[1, 0]), Bytes(vec![1, 0]));
        assert_eq!(RegistryValue::of_raw(11, &[1, 0, 0, 0]), Bytes(vec![1, 0, 0, 0]));
        assert_eq!(RegistryValue::of_raw(0xffff_0012, &[7]), Bytes(vec![7]));
    }

    #[test]
    fn a_text_without_its_end_is_still_a_text() {
        assert_eq!(RegistryValue::of_raw(1, &wide("on")), Text("on".into()));
        assert_eq!(RegistryValue::of_raw(1, &[b'o', 0, b'n']), Text("o".into()));
        assert_eq!(RegistryValue::of_raw(1, &wide("a\0b\0")), Text("a\0b".into()), "NULs inside are kept");
        assert_eq!(RegistryValue::of_raw(1, &[0, 0xd8]), Text("\u{fffd}".into()));
    }
}
