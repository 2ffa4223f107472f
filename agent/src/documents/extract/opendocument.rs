//! OpenDocument texts, presentations, spreadsheets and drawings: the body, and the headers and footers of its styles.

use super::Refusal;
use super::archive::Archive;
use super::xml::{self, Mark};

const TYPE: &str = "application/vnd.oasis.opendocument.";

/// What an archive says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Pages of text.
    Text,
    /// Slides, and drawings, which are made alike.
    Slides,
    /// Rows of cells.
    Sheet,
}

/// Which OpenDocument an archive says that it is, as a document or as a template of one.
pub(super) fn kind(archive: &mut Archive<'_>) -> Result<Option<Kind>, Refusal> {
    let Some(kind) = archive.part("mimetype")? else { return Ok(None) };
    let Some(kind) = kind.trim().strip_prefix(TYPE) else { return Ok(None) };
    let kinds = [("text", Kind::Text), ("presentation", Kind::Slides), ("graphics", Kind::Slides)];
    let mut kinds = kinds.into_iter().chain([("spreadsheet", Kind::Sheet)]);
    Ok(kinds.find_map(|(name, known)| kind.starts_with(name).then_some(known)))
}

/// The text of the body, then of headers and footers. Text of tracked deletions is in the body, and counts.
///
/// # Errors
/// When the document is encrypted, broken or too large.
pub(super) fn text(archive: &mut Archive<'_>, kind: Kind) -> Result<String, Refusal> {
    // The parts of an encrypted document look like any bytes; only the manifest says what they are.
    if archive.part("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Refusal::Encrypted);
    }
    let body = archive.part("content.xml")?.ok_or(Refusal::Broken)?;
    let meaning = match kind {
        Kind::Text => of_text,
        Kind::Slides => of_slides,
        Kind::Sheet => of_sheet,
    };
    let mut text = xml::text(&body, meaning)?;
    if let Some(styles) = archive.part("styles.xml")? {
        text += &xml::text(&styles, of_text)?;
    }
    Ok(text)
}

fn of_text(name: &str) -> Mark {
    match name {
        "p" | "h" => Mark::TextThen('\n'),
        "note" | "annotation" | "frame" => Mark::Aside,
        _ => character(name),
    }
}

/// On a slide all stands in frames, and the notes behind them.
fn of_slides(name: &str) -> Mark {
    match name {
        "p" | "h" => Mark::TextThen('\n'),
        "annotation" => Mark::Aside,
        _ => character(name),
    }
}

fn of_sheet(name: &str) -> Mark {
    match name {
        "table-row" => Mark::Then('\n'),
        "table-cell" | "covered-table-cell" => Mark::Then('\t'),
        "p" | "h" => Mark::TextThen(' '),
        "annotation" | "shapes" | "frame" => Mark::Aside,
        _ => character(name),
    }
}

fn character(name: &str) -> Mark {
    match name {
        "tab" => Mark::Character('\t'),
        "line-break" => Mark::Character('\n'),
        "s" => Mark::Character(' '),
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    fn document_of(kind: &str, body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
        let content = format!("<office:document-content xmlns:text=\"urn:t\">{body}</office:document-content>");
        let kind = format!("{}{kind}", super::TYPE);
        packed(&[&[("mimetype", kind.as_bytes()), ("content.xml", content.as_bytes())], more].concat())
    }

    fn document(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
        document_of("text", body, more)
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
        assert_eq!(text(&packed(&[("mimetype", b"application/vnd.oasis.opendocument.text")])), Err(Refusal::Broken));
    }

    #[test]
    fn reads_slides_and_their_notes_in_order() {
        let body = "<draw:page><draw:frame><draw:text-box><text:p>first <text:span>sl</text:span>ide</text:p>\
                    </draw:text-box></draw:frame><presentation:notes><draw:frame><text:p>note</text:p></draw:frame>\
                    </presentation:notes></draw:page><draw:page><text:p>second</text:p></draw:page>";
        assert_eq!(text(&document_of("presentation", body, &[])).as_deref(), Ok("first slide\nnote\nsecond\n"));
    }

    #[test]
    fn a_row_of_a_sheet_is_a_line_with_tabs() {
        let body = "<table:table><table:table-row><table:table-cell><text:p>one</text:p><text:p>more</text:p>\
                    </table:table-cell><table:table-cell><office:annotation><text:p>remark</text:p></office:annotation>\
                    <text:p>two</text:p></table:table-cell></table:table-row></table:table>";
        assert_eq!(text(&document_of("spreadsheet", body, &[])).as_deref(), Ok("one more \ttwo \t\nremark \n"));
    }
}
