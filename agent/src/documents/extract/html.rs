//! The text of a web page: what a reader sees, without scripts and styles.

use html2text::Handle;

use super::Refusal;

/// Lines are broken here; far beyond any word, near enough that nothing is padded to a great width.
const WIDTH: usize = 8_192;

/// How a page begins. A note that begins with a lone "<" is no page: to read it as one would lose its words.
const BEGINNINGS: &[&str] = &[
    "!doctype", "!--", "?xml", "html", "head", "body", "meta", "title", "script", "style", "p", "div", "span", "table",
    "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "center", "article", "section", "main", "font",
];

/// Whether a text begins as a page does.
pub(super) fn is_html(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('<') else { return false };
    let is_end = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '!' | '?' | '-'));
    let name = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    BEGINNINGS.iter().any(|known| name.eq_ignore_ascii_case(known)) || rest.starts_with("!--")
}

/// The text of a page.
///
/// # Errors
/// When the page cannot be laid out.
pub(super) fn text(page: &str) -> Result<String, Refusal> {
    // Raw: tables become lines, and nothing is drawn.
    let layout = html2text::config::plain_no_decorate().raw_mode(true).no_link_wrapping().allow_width_overflow();
    let dom = layout.parse_html(page.as_bytes()).map_err(|_| Refusal::Broken)?;
    remove_rules(&dom.document);
    let tree = layout.dom_to_render_tree(&dom).map_err(|_| Refusal::Broken)?;
    layout.render_to_string(tree, WIDTH).map_err(|_| Refusal::Broken)
}

/// A horizontal rule would be drawn over the whole width: a page of rules would fill the memory.
fn remove_rules(document: &Handle) {
    let mut open = vec![document.clone()];
    while let Some(node) = open.pop() {
        let mut children = node.children.borrow_mut();
        children.retain(|child| child.element_name().as_deref() != Some("hr"));
        open.extend(children.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::{is_html, text};

    #[test]
    fn knows_a_page_by_its_beginning() {
        for page in
            ["<!DOCTYPE html><p>x", "\n <HTML>", "<!-- a --><p>", "<?xml version=\"1.0\"?><html/>", "<p class=a>x"]
        {
            assert!(is_html(page), "{page}");
        }
        for note in ["<3 my cat", "<I hate this", "a <b>bold</b> word", "<", "", "<- see there"] {
            assert!(!is_html(note), "{note}");
        }
    }

    #[test]
    fn leaves_out_scripts_styles_and_marks() {
        let page = "<html><head><title>t</title><style>p {}</style></head><body><script>var hidden = 1;</script>\
                    <p>one <b>bold</b> word &amp; caf&eacute;</p><p>next</p></body></html>";
        let text = text(page).expect("a page");
        assert!(text.contains("one bold word & café"), "{text}");
        assert!(text.contains("next"));
        assert!(!text.contains("hidden") && !text.contains("{}"), "{text}");
    }

    #[test]
    fn a_page_of_rules_stays_small() {
        let text = text(&format!("<html>{}word", "<hr>".repeat(2_000))).expect("a page");
        assert!(text.contains("word"));
        assert!(text.len() < 10_000, "{} bytes", text.len());
    }

    #[test]
    fn deep_nesting_ends_without_a_crash() {
        let _ = text(&format!("<html>{}word", "<div>".repeat(3_000)));
    }

    #[test]
    fn keeps_the_cells_of_a_table() {
        let text = text("<table><tr><td>left</td><td>right</td></tr></table>").expect("a page");
        assert!(text.contains("left") && text.contains("right"), "{text}");
    }
}
