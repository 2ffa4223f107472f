//! A ZIP file that may be a bomb: parts by name, within limits on their number, size and growth.

use std::io::{Cursor, Read as _};

use caretaker_shared::order;
use encoding_rs::{Encoding, UTF_8};
use zip::ZipArchive;
use zip::result::ZipError;

use super::Refusal;
use super::allowance::Allowance;

/// Parts of one archive.
pub(super) const ENTRIES: usize = 4_096;
/// A part may grow this much. Small ones may grow more: a long line of spaces does.
const GROWTH: u64 = 200;
const SMALL_BYTES: u64 = 1024 * 1024;

/// An open archive, and what may still be taken out of it.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    allowance: &'a mut Allowance,
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive.
    pub(super) fn open(bytes: &'a [u8], allowance: &'a mut Allowance) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        if zip.len() > ENTRIES {
            return Err(Refusal::TooLarge);
        }
        Ok(Self { zip, allowance })
    }

    /// The names of the parts, sorted. One that is not text is no part of a document.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.zip.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect();
        order::sort(&mut names);
        names
    }

    /// The text of a part; `None` when there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        let entry = self.zip.by_index_raw(index).map_err(|error| refusal(&error))?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        let packed_bytes = entry.compressed_size();
        drop(entry);
        let most = self.allowance.left_bytes().min(SMALL_BYTES.max(packed_bytes.saturating_mul(GROWTH)));
        let entry = self.zip.by_index(index).map_err(|error| refusal(&error))?;
        // The size that the archive says may be a lie.
        let mut bytes = Vec::with_capacity(entry.size().min(most + 1) as usize);
        let read = entry.take(most + 1).read_to_end(&mut bytes).map_err(|_| Refusal::Broken)? as u64;
        if read > most {
            return Err(Refusal::TooLarge);
        }
        self.allowance.spend(read)?;
        Ok(Some(decoded(bytes)))
    }
}

/// The byte order mark decides, else it is UTF-8: all that the formats allow.
fn decoded(bytes: Vec<u8>) -> String {
    if Encoding::for_bom(&bytes).is_some() {
        return UTF_8.decode(&bytes).0.into_owned();
    }
    // Without a copy where there is nothing to mend: a part may be large.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn refusal(error: &ZipError) -> Refusal {
    if matches!(error, ZipError::CompressionMethodNotSupported(_)) { Refusal::Unsupported } else { Refusal::Broken }
}

/// Archives for tests.
#[cfg(test)]
pub(super) fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write as _;

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part begins");
        writer.write_all(bytes).expect("memory takes bytes");
    }
    writer.finish().expect("the archive ends").into_inner()
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Archive, ENTRIES, Refusal, packed};

    #[test]
    fn gives_parts_by_name() {
        let bytes = packed(&[("b", b"two"), ("a", "\u{feff}one".as_bytes())]);
        let mut allowance = Allowance::new();
        let mut archive = Archive::open(&bytes, &mut allowance).expect("an archive");
        assert_eq!(archive.names(), ["a", "b"]);
        assert_eq!(archive.part("a"), Ok(Some("one".into())));
        assert_eq!(archive.part("c"), Ok(None));
    }

    #[test]
    fn a_bomb_is_too_large() {
        let bytes = packed(&[("a", &vec![b' '; 4 * 1024 * 1024])]);
        assert!(bytes.len() < 100 * 1024);
        let mut allowance = Allowance::new();
        let part = Archive::open(&bytes, &mut allowance).expect("an archive").part("a");
        assert_eq!(part, Err(Refusal::TooLarge));
    }

    #[test]
    fn many_parts_share_one_limit() {
        let bytes = packed(&[("a", b"some words"), ("b", b"more words"), ("c", b"too many")]);
        let mut allowance = Allowance::of_bytes(25);
        let mut archive = Archive::open(&bytes, &mut allowance).expect("an archive");
        assert_eq!(archive.part("a"), Ok(Some("some words".into())));
        assert_eq!(archive.part("b"), Ok(Some("more words".into())));
        assert_eq!(archive.part("c"), Err(Refusal::TooLarge));
    }

    #[test]
    fn too_many_parts_are_too_large() {
        let names: Vec<String> = (0..=ENTRIES).map(|n| n.to_string()).collect();
        let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        assert_eq!(Archive::open(&packed(&parts), &mut Allowance::new()).err(), Some(Refusal::TooLarge));
    }

    #[test]
    fn a_cut_archive_is_broken() {
        let bytes = packed(&[("a", b"some words")]);
        assert_eq!(Archive::open(&bytes[..bytes.len() / 2], &mut Allowance::new()).err(), Some(Refusal::Broken));
    }
}
