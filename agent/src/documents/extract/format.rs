//! Which format bytes are, by what they say themselves, and the text of those that are read.

use super::allowance::Allowance;
use super::archive::Archive;
use super::{Refusal, docx, html, mail, opendocument, pdf, plain, pptx, rtf, xlsx};

const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
/// A compound file of Office 97, and what a document with a password is wrapped in.
const OLE2: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const RTF: &[u8] = b"{\\rtf";
const PDF: &[u8] = b"%PDF-";
/// Readers of PDF accept the mark anywhere in here.
const PDF_MARK_WITHIN: usize = 1024;

/// The text of a document.
///
/// # Errors
/// When it is encrypted, of no format that is read, broken, or beyond the limits.
pub fn text(bytes: &[u8]) -> Result<String, Refusal> {
    text_within(bytes, &mut Allowance::new())
}

/// The text of a document that may stand in another.
pub(super) fn text_within(bytes: &[u8], allowance: &mut Allowance) -> Result<String, Refusal> {
    if bytes.starts_with(ZIP) || bytes.starts_with(EMPTY_ZIP) {
        return archived(bytes, allowance);
    }
    if bytes.starts_with(OLE2) {
        return Err(if is_encrypted_package(bytes) { Refusal::Encrypted } else { Refusal::Unsupported });
    }
    let head = &bytes[..bytes.len().min(PDF_MARK_WITHIN)];
    if bytes.starts_with(RTF) {
        return rtf::text(bytes);
    }
    if contains(head, PDF) {
        return pdf::text(bytes, allowance);
    }
    if mail::is_mail(bytes) {
        return mail::text(bytes, allowance);
    }
    let text = plain::text(bytes)?;
    Ok(if html::is_html(&text) { html::text(&text) } else { text })
}

/// Of an archive that is no document, what is in it is not read: the names alone count.
fn archived(bytes: &[u8], allowance: &mut Allowance) -> Result<String, Refusal> {
    let mut archive = Archive::open(bytes, allowance)?;
    if docx::is_docx(&archive) {
        docx::text(&mut archive)
    } else if pptx::is_pptx(&archive) {
        pptx::text(&mut archive)
    } else if xlsx::is_xlsx(&archive) {
        xlsx::text(&mut archive)
    } else if let Some(kind) = opendocument::kind(&mut archive)? {
        opendocument::text(&mut archive, kind)
    } else {
        Ok(archive.names().into_iter().map(|name| name + "\n").collect())
    }
}

/// An Office document with a password is a compound file with a stream of this name, which is kept in UTF-16.
fn is_encrypted_package(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    contains(bytes, &name)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, proptest};

    use super::{Refusal, text};
    use crate::documents::extract::archive::packed;

    #[test]
    fn tells_encrypted_office_files_from_old_ones() {
        let mut old = super::OLE2.to_vec();
        old.extend([0; 1024]);
        assert_eq!(text(&old), Err(Refusal::Unsupported));
        old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(text(&old), Err(Refusal::Encrypted));
    }

    #[test]
    fn leaves_formats_alone_that_it_cannot_read() {
        assert_eq!(text(b"%PDF-1.7\nsome words"), Err(Refusal::Broken));
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Err(Refusal::Unsupported));
        assert_eq!(text(b"\x7fELF\x02\x01\x01\0\0\0"), Err(Refusal::Unsupported));
    }

    #[test]
    fn the_names_in_an_archive_are_its_text() {
        let archive = packed(&[("holiday/plan.txt", b"not read"), ("café.jpg", b"")]);
        assert_eq!(text(&archive).as_deref(), Ok("café.jpg\nholiday/plan.txt\n"));
    }

    #[test]
    fn an_empty_file_has_an_empty_text() {
        assert_eq!(text(b""), Ok(String::new()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn never_panics_on_random_bytes(bytes: Vec<u8>) {
            let _ = text(&bytes);
        }

        #[test]
        fn never_panics_behind_a_known_mark(mark in 0..7_usize, rest in proptest::collection::vec(any::<u8>(), 0..512)) {
            let marks: [&[u8]; 7] = [super::PDF, super::ZIP, super::EMPTY_ZIP, super::OLE2, super::RTF, b"<html>", b"\xff\xfe"];
            let _ = text(&[marks[mark], &rest].concat());
        }
    }
}
