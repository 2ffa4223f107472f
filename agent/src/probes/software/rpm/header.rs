//! One package as rpm keeps it: a count of entries and of bytes, the entries, and the bytes that they point into. All
//! numbers have their highest byte first.

use std::io;

use caretaker_shared::model::SoftwareTitle;
use jiff::Timestamp;

use super::damaged;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const INSTALLED: u32 = 1008;
const SIZE: u32 = 1009;
const DISTRIBUTION: u32 = 1010;
const VENDOR: u32 = 1011;
const PACKAGER: u32 = 1015;
const GROUP: u32 = 1016;
const ARCHITECTURE: u32 = 1022;
/// Instead of [`SIZE`] where that is too small a number.
const LONG_SIZE: u32 = 5009;

const INT32: u32 = 4;
const INT64: u32 = 5;
const STRING: u32 = 6;
const STRINGS: u32 = 8;
const TRANSLATED: u32 = 9;

/// The package; `None` when it is only a key that packages are signed with.
///
/// # Errors
/// When it is torn or has no name.
pub(super) fn title(bytes: &[u8]) -> io::Result<Option<SoftwareTitle>> {
    let torn = || damaged("a package is torn");
    let (entries, length) = number_at(bytes, 0).zip(number_at(bytes, 4)).ok_or_else(torn)?;
    let data_start = usize::try_from(entries).ok().and_then(|entries| entries.checked_mul(16)?.checked_add(8));
    let data_start = data_start.ok_or_else(torn)?;
    let data_end = usize::try_from(length).ok().and_then(|length| data_start.checked_add(length)).ok_or_else(torn)?;
    let header = Header {
        entries: bytes.get(8..data_start).ok_or_else(torn)?,
        data: bytes.get(data_start..data_end).ok_or_else(torn)?,
    };
    let name = header.text(NAME);
    if name.is_empty() {
        return Err(torn());
    }
    Ok((name != "gpg-pubkey").then(|| header.title(name)))
}

struct Header<'bytes> {
    entries: &'bytes [u8],
    data: &'bytes [u8],
}

impl Header<'_> {
    fn title(&self, name: String) -> SoftwareTitle {
        let publisher = Some(self.text(VENDOR)).filter(|vendor| !vendor.is_empty());
        let installed = self.number(INSTALLED).and_then(|seconds| i64::try_from(seconds).ok());
        SoftwareTitle {
            name,
            version: self.version(),
            architecture: self.text(ARCHITECTURE),
            source: "rpm".into(),
            publisher: publisher.unwrap_or_else(|| self.text(PACKAGER)),
            origin: self.text(DISTRIBUTION),
            section: Some(self.text(GROUP)).filter(|group| group != "Unspecified").unwrap_or_default(),
            installed_at: installed.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            size_bytes: self.number(LONG_SIZE).or_else(|| self.number(SIZE)),
            ..SoftwareTitle::default()
        }
    }

    /// "epoch:version-release", without an epoch of zero or none.
    fn version(&self) -> String {
        let epoch = self.number(EPOCH).filter(|epoch| *epoch > 0);
        let epoch = epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
        format!("{epoch}{}-{}", self.text(VERSION), self.text(RELEASE))
    }

    /// Kind of an entry, and the bytes from where it points on.
    fn find(&self, tag: u32) -> Option<(u32, &[u8])> {
        let entry = self.entries.chunks_exact(16).find(|entry| number_at(entry, 0) == Some(tag))?;
        let place = usize::try_from(number_at(entry, 8)?).ok()?;
        Some((number_at(entry, 4)?, self.data.get(place..)?))
    }

    /// The first text of an entry; empty when there is none, or when it says that there is none.
    fn text(&self, tag: u32) -> String {
        let bytes = match self.find(tag) {
            Some((STRING | STRINGS | TRANSLATED, bytes)) => bytes,
            _ => return String::new(),
        };
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = String::from_utf8_lossy(text).trim().to_owned();
        if text == "(none)" { String::new() } else { text }
    }

    fn number(&self, tag: u32) -> Option<u64> {
        match self.find(tag)? {
            (INT32, bytes) => number_at(bytes, 0).map(u64::from),
            (INT64, bytes) => Some(u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?)),
            _ => None,
        }
    }
}

fn number_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
