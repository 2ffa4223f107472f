//! MSI: an installer package, which is a compound file of one class.
//!
//! Its version stands in a database that is not read; product and maker stand in the summary.

use std::io::{self, Read, Seek};

use caretaker_shared::model::{ExecutableFormat, VersionInfo};

use super::bytes::{le16, le32, malformed, plain, sound};
use super::compound::Compound;
use super::{Program, signer};

/// {000C1084-0000-0000-C000-000000000046}, the numbers of its first half with the low byte first.
const INSTALLER: [u8; 16] = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const SUMMARY: &str = "\u{5}SummaryInformation";
const SUMMARY_BYTES: u64 = 64 * 1024;
const SIGNATURE: &str = "\u{5}DigitalSignature";
const SIGNATURE_BYTES: u64 = 1024 * 1024;

/// What a compound file is. `None` for a document.
pub(super) fn program(content: &mut (impl Read + Seek)) -> io::Result<Option<Program>> {
    let mut file = Compound::open(content)?;
    if file.class() != Some(INSTALLER) {
        return Ok(None);
    }
    let mut program = Program::new(ExecutableFormat::Msi, "msiexec");
    if let Some(summary) = sound(file.stream(SUMMARY, SUMMARY_BYTES).and_then(|bytes| Summary::parse(&bytes)))? {
        program.version = VersionInfo { product: summary.subject, company: summary.author, ..VersionInfo::default() };
    }
    program.signer = sound(file.stream(SIGNATURE, SIGNATURE_BYTES))?.and_then(|signature| signer::name(&signature));
    Ok(Some(program))
}

/// Of the summary, what an installer puts there: the product, and who made it.
#[derive(Default)]
struct Summary {
    subject: String,
    author: String,
}

impl Summary {
    fn parse(stream: &[u8]) -> io::Result<Self> {
        const SUBJECT: u32 = 3;
        const AUTHOR: u32 = 4;
        const MOST_PROPERTIES: usize = 64;
        let at = usize::try_from(le32(stream, 44)?).map_err(|_| malformed())?;
        let set = stream.get(at..).ok_or_else(malformed)?;
        let count = usize::try_from(le32(set, 4)?).unwrap_or(MOST_PROPERTIES).min(MOST_PROPERTIES);
        let mut summary = Self::default();
        for row in set.get(8..).unwrap_or_default().chunks_exact(8).take(count) {
            let value = usize::try_from(le32(row, 4)?).ok().and_then(|at| set.get(at..)).unwrap_or_default();
            match le32(row, 0)? {
                SUBJECT => summary.subject = text(value),
                AUTHOR => summary.author = text(value),
                _ => {}
            }
        }
        Ok(summary)
    }
}

/// A text of the summary: UTF-8, or the code page of western Europe, which holds for names in practice.
fn text(value: &[u8]) -> String {
    const TEXT: u16 = 30;
    let length = le32(value, 4).ok().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    match value.get(8..).and_then(|rest| rest.get(..length)) {
        Some(bytes) if le16(value, 0).is_ok_and(|kind| kind == TEXT) => match std::str::from_utf8(bytes) {
            Ok(text) => plain(text),
            Err(_) => plain(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0),
        },
        Some(_) | None => String::new(),
    }
}
