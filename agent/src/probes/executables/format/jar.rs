//! JAR: a ZIP archive with a manifest; a program if the manifest names a class to start.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use caretaker_shared::model::{ExecutableFormat, VersionInfo};
use flate2::read::DeflateDecoder;

use super::bytes::{at_most, exactly, le16, le32, malformed, plain, sound};
use super::{Program, signer};

const MANIFEST: &[u8] = b"META-INF/MANIFEST.MF";
/// An archive may end in a comment of so many bytes.
const TAIL_BYTES: u64 = 22 + 0xffff;
/// The manifest stands among the first in every archive that a build tool wrote.
const MOST_ENTRIES: u16 = 20_000;
/// Longer than the names that are looked for.
const NAME_BYTES: u16 = 256;
const MANIFEST_BYTES: usize = 64 * 1024;
const SIGNATURE_BYTES: usize = 256 * 1024;

/// What a ZIP archive is. `None` for one without a manifest.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    let found = search(content)?;
    let Some(manifest) = found.manifest else { return Ok(None) };
    let manifest = Manifest::parse(&unpacked(content, &manifest, MANIFEST_BYTES)?);
    let mut program = Program::new(ExecutableFormat::Jar, "java");
    program.is_library = !manifest.starts;
    program.version = manifest.version;
    if let Some(entry) = found.signature {
        program.signer =
            sound(unpacked(content, &entry, SIGNATURE_BYTES))?.and_then(|signature| signer::name(&signature));
    }
    Ok(Some(program))
}

/// Where one file of an archive lies.
#[derive(Debug, Clone, Copy)]
struct Entry {
    at: u32,
    packed_bytes: u32,
    method: u16,
}

#[derive(Debug, Default)]
struct Contents {
    manifest: Option<Entry>,
    signature: Option<Entry>,
}

/// Looks through the list at the end of the archive, and keeps two of its lines.
fn search(content: &mut (impl Read + Seek)) -> io::Result<Contents> {
    let length = content.seek(SeekFrom::End(0))?;
    let tail = at_most(content, length.saturating_sub(TAIL_BYTES), usize::try_from(TAIL_BYTES).unwrap_or_default())?;
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06").ok_or_else(malformed)?;
    let (count, at) = (le16(&tail, end + 10)?, le32(&tail, end + 16)?);
    content.seek(SeekFrom::Start(at.into()))?;
    let mut list = BufReader::new(content);
    let mut found = Contents::default();
    for _ in 0..count.min(MOST_ENTRIES) {
        let mut row = [0; 46];
        list.read_exact(&mut row)?;
        if !row.starts_with(b"PK\x01\x02") {
            return Err(malformed());
        }
        let behind = i64::from(le16(&row, 30)?) + i64::from(le16(&row, 32)?);
        let name_bytes = le16(&row, 28)?;
        if name_bytes > NAME_BYTES {
            list.seek_relative(i64::from(name_bytes) + behind)?;
            continue;
        }
        let mut name = vec![0; usize::from(name_bytes)];
        list.read_exact(&mut name)?;
        list.seek_relative(behind)?;
        let entry = Entry { at: le32(&row, 42)?, packed_bytes: le32(&row, 20)?, method: le16(&row, 10)? };
        if name == MANIFEST {
            found.manifest.get_or_insert(entry);
        } else if is_signature(&name) {
            found.signature.get_or_insert(entry);
        }
    }
    Ok(found)
}

fn is_signature(name: &[u8]) -> bool {
    let plain = name.strip_prefix(b"META-INF/").filter(|name| !name.contains(&b'/'));
    plain.is_some_and(|name| name.ends_with(b".RSA") || name.ends_with(b".EC") || name.ends_with(b".DSA"))
}

/// A file of the archive, unpacked up to `most` bytes.
fn unpacked(content: &mut (impl Read + Seek), entry: &Entry, most: usize) -> io::Result<Vec<u8>> {
    let at = u64::from(entry.at);
    let head = exactly(content, at, 30)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(malformed());
    }
    let data = at + 30 + u64::from(le16(&head, 26)?) + u64::from(le16(&head, 28)?);
    let packed = at_most(content, data, usize::try_from(entry.packed_bytes).unwrap_or(most).min(most))?;
    match entry.method {
        0 => Ok(packed),
        8 => {
            let mut bytes = Vec::new();
            let most = u64::try_from(most).unwrap_or_default();
            DeflateDecoder::new(packed.as_slice()).take(most).read_to_end(&mut bytes).map_err(|_| malformed())?;
            Ok(bytes)
        }
        _ => Err(malformed()),
    }
}

/// What the first section of a manifest says.
#[derive(Debug, Default)]
struct Manifest {
    /// Whether it names a class to start.
    starts: bool,
    version: VersionInfo,
}

impl Manifest {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        let section = text.split("\n\n").next().unwrap_or_default();
        // A line of more than 72 bytes goes on in the next, behind a space.
        let section = section.replace("\n ", "");
        let said = |key: &str| -> Option<String> {
            let value = section.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
            Some(plain(value)).filter(|value| !value.is_empty())
        };
        let first = |keys: &[&str]| keys.iter().find_map(|key| said(key)).unwrap_or_default();
        Self {
            starts: said("Main-Class").is_some(),
            version: VersionInfo {
                company: first(&["Implementation-Vendor", "Specification-Vendor", "Bundle-Vendor"]),
                product: first(&["Implementation-Title", "Specification-Title", "Bundle-Name"]),
                description: first(&["Bundle-Description"]),
                version: first(&["Implementation-Version", "Specification-Version", "Bundle-Version"]),
                original_name: String::new(),
            },
        }
    }
}
