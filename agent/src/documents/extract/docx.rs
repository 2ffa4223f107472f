//! Word documents: the text of the body, headers, footers, notes and comments.
//!
//! Text that was deleted while changes were tracked counts too: it is still in the file, whoever opens it can bring it
//! back, and who typed it may need help.

use caretaker_shared::order;

use super::Refusal;
use super::archive::Archive;
use super::xml::{self, Mark};

const FOLDER: &str = "word/";
/// Parts with text, the body first. Some programs number even the body.
const PARTS: &[&str] = &["document", "header", "footer", "footnotes", "endnotes", "comments"];

/// Whether an archive has a body as Word names it.
pub(super) fn is_docx(archive: &Archive<'_>) -> bool {
    archive.names().iter().any(|name| kind(name) == Some(0))
}

/// The text of all parts, in the order of [`PARTS`].
///
/// # Errors
/// When a part is encrypted, broken or too large.
pub(super) fn text(archive: &mut Archive<'_>) -> Result<String, Refusal> {
    let mut parts: Vec<(usize, String)> =
        archive.names().into_iter().filter_map(|name| kind(&name).map(|kind| (kind, name))).collect();
    order::sort(&mut parts);
    let mut text = String::new();
    for (_, name) in parts {
        if let Some(part) = archive.part(&name)? {
            text += &xml::text(&part, meaning)?;
        }
    }
    Ok(text)
}

/// Which of [`PARTS`] a name is, with or without a number behind it.
fn kind(name: &str) -> Option<usize> {
    let stem = name.strip_prefix(FOLDER)?.strip_suffix(".xml")?;
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    PARTS.iter().position(|part| *part == stem)
}

fn meaning(name: &str) -> Mark {
    match name {
        "t" | "delText" => Mark::Text,
        "p" => Mark::Then('\n'),
        "tab" | "ptab" => Mark::Character('\t'),
        "br" | "cr" => Mark::Character('\n'),
        "noBreakHyphen" => Mark::Character('-'),
        "txbxContent" => Mark::Aside,
        // The same text box a second time, for older programs; and where tabs stop, which are no tabs.
        "Fallback" | "tabs" => Mark::Skipped,
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    fn body(paragraphs: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"urn:w\"><w:body>{paragraphs}</w:body></w:document>"
        )
    }

    fn text_of_body(paragraphs: &str) -> Result<String, Refusal> {
        text(&packed(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", body(paragraphs).as_bytes())]))
    }

    #[test]
    fn joins_a_phrase_that_is_split_over_runs() {
        let paragraphs = "<w:p><w:r><w:t>plan to </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>le</w:t></w:r>\n\
                          <w:r><w:t>ave</w:t><w:tab/><w:t>now &amp; here</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>";
        assert_eq!(text_of_body(paragraphs).as_deref(), Ok("plan to leave\tnow & here\nnext\n"));
    }

    #[test]
    fn keeps_text_that_was_deleted_with_tracked_changes() {
        let paragraphs = "<w:p><w:del><w:r><w:delText>once typed</w:delText></w:r></w:del></w:p>";
        assert_eq!(text_of_body(paragraphs).as_deref(), Ok("once typed\n"));
    }

    #[test]
    fn counts_a_text_box_once_and_apart() {
        let text_box = "<w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent>";
        let paragraphs = format!(
            "<w:p><w:r><w:t>one </w:t></w:r><mc:AlternateContent><mc:Choice>{text_box}</mc:Choice>\
             <mc:Fallback>{text_box}</mc:Fallback></mc:AlternateContent><w:r><w:t>line</w:t></w:r></w:p>"
        );
        assert_eq!(text_of_body(&paragraphs).as_deref(), Ok("one line\nboxed\n\n"));
    }

    #[test]
    fn reads_headers_footers_notes_and_comments() {
        let part = |word: &str| body(&format!("<w:p><w:r><w:t>{word}</w:t></w:r></w:p>"));
        let names = ["comments", "document", "endnotes", "footer1", "footnotes", "header2"];
        let parts = names.map(|name| (format!("word/{name}.xml"), part(name)));
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_bytes())).collect();
        assert_eq!(text(&packed(&parts)).as_deref(), Ok("document\nheader2\nfooter1\nfootnotes\nendnotes\ncomments\n"));
    }

    #[test]
    fn broken_and_hostile_files_are_refused() {
        let whole = packed(&[("word/document.xml", body("<w:p/>").as_bytes())]);
        assert_eq!(text(&whole[..whole.len() - 30]), Err(Refusal::Broken));
        assert_eq!(text(&packed(&[("word/document.xml", b"<w:document><w:p>")])), Err(Refusal::Broken));
        assert_eq!(text(&packed(&[("word/document.xml", b"<!DOCTYPE a><a/>")])), Err(Refusal::Broken));
        assert_eq!(text_of_body(&"<w:tbl>".repeat(1_000)), Err(Refusal::TooLarge));
        assert_eq!(text_of_body(&" ".repeat(4 * 1024 * 1024)), Err(Refusal::TooLarge));
    }
}
