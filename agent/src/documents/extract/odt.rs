//! OpenDocument texts: the body, and the headers and footers that its styles carry.

use super::Refusal;
use super::archive::Archive;
use super::xml::{self, Mark};

const TYPE: &str = "application/vnd.oasis.opendocument.text";

/// Whether an archive says that it is an OpenDocument text.
pub(super) fn is_odt(archive: &mut Archive<'_>) -> Result<bool, Refusal> {
    Ok(archive.part("mimetype")?.is_some_and(|kind| kind.trim() == TYPE))
}

/// The text of the body, then of headers and footers. Text of tracked deletions is in the body, and counts.
///
/// # Errors
/// When the document is encrypted, broken or too large.
pub(super) fn text(archive: &mut Archive<'_>) -> Result<String, Refusal> {
    // The parts of an encrypted document look like any bytes; only the manifest says what they are.
    if archive.part("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Refusal::Encrypted);
    }
    let body = archive.part("content.xml")?.ok_or(Refusal::Broken)?;
    let mut text = xml::text(&body, meaning)?;
    if let Some(styles) = archive.part("styles.xml")? {
        text += &xml::text(&styles, meaning)?;
    }
    Ok(text)
}

fn meaning(name: &str) -> Mark {
    match name {
        "p" | "h" => Mark::TextLine,
        "tab" => Mark::Character('\t'),
        "line-break" => Mark::Character('\n'),
        "s" => Mark::Character(' '),
        "note" | "annotation" | "frame" => Mark::Aside,
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    fn document(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
        let content = format!("<office:document-content xmlns:text=\"urn:t\">{body}</office:document-content>");
        let kind: (&str, &[u8]) = ("mimetype", super::TYPE.as_bytes());
        packed(&[&[kind, ("content.xml", content.as_bytes())], more].concat())
    }

    #[test]
    fn joins_spans_and_keeps_paragraphs_apart() {
        let body = "<text:h>Title</text:h><text:p>plan<text:s text:c=\"2\"/>to <text:span>le</text:span>ave\
                    <text:tab/>now &amp; here</text:p><text:p>next</text:p>";
        assert_eq!(text(&document(body, &[])).as_deref(), Ok("Title\nplan to leave\tnow & here\nnext\n"));
    }

    #[test]
    fn a_note_does_not_part_the_words_around_it() {
        let body = "<text:p>plan <text:note><text:note-citation>1</text:note-citation><text:note-body>\
                    <text:p>aside</text:p></text:note-body></text:note>to leave</text:p>";
        assert_eq!(text(&document(body, &[])).as_deref(), Ok("plan to leave\naside\n\n"));
    }

    #[test]
    fn reads_headers_and_footers_from_the_styles() {
        let styles = b"<office:styles><style:header><text:p>above</text:p></style:header></office:styles>";
        assert_eq!(text(&document("<text:p>body</text:p>", &[("styles.xml", styles)])).as_deref(), Ok("body\nabove\n"));
    }

    #[test]
    fn tells_encrypted_from_broken() {
        let manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>";
        assert_eq!(text(&document("", &[("META-INF/manifest.xml", manifest)])), Err(Refusal::Encrypted));
        assert_eq!(text(&packed(&[("mimetype", super::TYPE.as_bytes())])), Err(Refusal::Broken));
    }
}
