//! The version resource: blocks within blocks, three deep, with texts in UTF-16.

use std::io;

use caretaker_shared::model::VersionInfo;

use super::super::bytes::{le16, le32, plain};

/// What a version resource says.
#[derive(Debug, Default)]
pub(super) struct Strings {
    pub(super) info: VersionInfo,
    comments: String,
}

impl Strings {
    /// The builder of installers that leaves its name in the comments.
    pub(super) fn installer(&self) -> Option<&'static str> {
        self.comments.contains("Inno Setup").then_some("Inno Setup")
    }
}

/// Reads the block; what is broken in it is empty.
pub(super) fn parse(resource: &[u8]) -> Strings {
    let Some((root, _)) = Block::read(resource) else { return Strings::default() };
    let parts: Vec<_> = root.children().collect();
    let tables: Vec<_> = parts.iter().filter(|part| part.key == "StringFileInfo").flat_map(Block::children).collect();
    let translation = parts.iter().filter(|part| part.key == "VarFileInfo").flat_map(Block::children);
    let table = translation
        .filter(|value| value.key == "Translation")
        .find_map(|value| table_name(value.value))
        .and_then(|name| tables.iter().find(|table| table.key.eq_ignore_ascii_case(&name)));
    let texts: Vec<_> = table.or(tables.first()).into_iter().flat_map(Block::children).collect();
    let said = |key: &str| {
        texts.iter().find(|text| text.key.eq_ignore_ascii_case(key)).map(|text| wide(text.value)).unwrap_or_default()
    };
    let versions = [said("ProductVersion"), said("FileVersion")].into_iter().chain(fixed(root.value));
    let info = VersionInfo {
        company: said("CompanyName"),
        product: said("ProductName"),
        description: said("FileDescription"),
        version: versions.into_iter().find(|version| says_something(version)).unwrap_or_default(),
        original_name: said("OriginalFilename"),
    };
    Strings { info, comments: said("Comments") }
}

/// Four zeros are what a compiler writes when nobody has said anything.
fn says_something(version: &str) -> bool {
    version.contains(|c: char| c.is_alphanumeric() && c != '0')
}

/// The language and code page that the file itself prefers, as its tables are called: "040904b0".
fn table_name(value: &[u8]) -> Option<String> {
    let (language, page) = (le16(value, 0).ok()?, le16(value, 2).ok()?);
    Some(format!("{language:04x}{page:04x}"))
}

/// Product and file version of the part that is numbers.
fn fixed(value: &[u8]) -> Vec<String> {
    const MARK: u32 = 0xfeef_04bd;
    let version = |at: usize| -> io::Result<String> {
        let (high, low) = (le32(value, at)?, le32(value, at + 4)?);
        Ok(format!("{}.{}.{}.{}", high >> 16, high & 0xffff, low >> 16, low & 0xffff))
    };
    if le32(value, 0).is_ok_and(|mark| mark == MARK) {
        [version(16), version(8)].into_iter().flatten().collect()
    } else {
        Vec::new()
    }
}

/// One block: length, length of its value, kind of its value, key, value, further blocks.
struct Block<'a> {
    key: String,
    value: &'a [u8],
    inside: &'a [u8],
}

impl<'a> Block<'a> {
    /// The first block of `bytes`, and what follows it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        const HEAD_BYTES: usize = 6;
        const KEY_UNITS: usize = 128;
        let length = usize::from(le16(bytes, 0).ok()?);
        let whole = bytes.get(..length.min(bytes.len())).filter(|whole| whole.len() > HEAD_BYTES)?;
        let units = le16(whole, 4).ok()? == 1;
        let value_bytes = usize::from(le16(whole, 2).ok()?) * if units { 2 } else { 1 };
        let key_units = whole[HEAD_BYTES..].chunks_exact(2).take(KEY_UNITS).position(|unit| unit == [0, 0])?;
        let key = wide(&whole[HEAD_BYTES..HEAD_BYTES + 2 * key_units]);
        let value_at = aligned(HEAD_BYTES + 2 * key_units + 2).min(whole.len());
        let value_end = (value_at + value_bytes).min(whole.len());
        let inside = whole.get(aligned(value_end)..).unwrap_or_default();
        let rest = bytes.get(aligned(length)..).unwrap_or_default();
        Some((Self { key, value: &whole[value_at..value_end], inside }, rest))
    }

    fn children(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        let mut left = self.inside;
        std::iter::from_fn(move || {
            let (block, rest) = Block::read(left)?;
            left = rest;
            Some(block)
        })
    }
}

fn aligned(at: usize) -> usize {
    at.next_multiple_of(4)
}

fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    plain(&char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>())
}
