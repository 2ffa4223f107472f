//! The text of a web page: what a reader sees, without scripts and styles.

use std::borrow::Cow;
use std::convert::Infallible;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Reader, Span, Tokenizer};

use super::TEXT_LIMIT_BYTES;

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

/// The text of a page, ended a little behind the longest that counts. Never fails: whatever stands in a file, a browser
/// shows something of it too.
pub(super) fn text(page: &str) -> String {
    let mut sheet = Sheet::default();
    let take = |event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
        sheet.take(event);
        None
    };
    let mut emitter = CallbackEmitter::new(take);
    // What stands in a script is no markup.
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(Letters { rest: page.as_bytes() }, Lenient(emitter)).finish();
    sheet.lines
}

/// The bytes of a page. The tokenizer's own reader compares each of them with each that may end a text.
struct Letters<'a> {
    rest: &'a [u8],
}

impl Reader for Letters<'_> {
    type Error = Infallible;

    fn read_byte(&mut self) -> Result<Option<u8>, Infallible> {
        let Some((first, rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        Ok(Some(*first))
    }

    fn try_read_string(&mut self, words: &[u8], case_sensitive: bool) -> Result<bool, Infallible> {
        let Some((begin, rest)) = self.rest.split_at_checked(words.len()) else { return Ok(false) };
        let is_there = begin == words || (!case_sensitive && begin.eq_ignore_ascii_case(words));
        if is_there {
            self.rest = rest;
        }
        Ok(is_there)
    }

    fn read_until<'b>(&'b mut self, ends: &[u8], _: &'b mut [u8; 4]) -> Result<Option<&'b [u8]>, Infallible> {
        // Marks come before letters in ASCII, so that this leaves few bytes to compare.
        let last = ends.iter().max().copied().unwrap_or_default();
        let end = self.rest.iter().position(|byte| *byte <= last && ends.contains(byte));
        let (run, rest) = self.rest.split_at(end.map_or(self.rest.len(), |end| end.max(1)));
        self.rest = rest;
        Ok(if run.is_empty() { None } else { Some(run) })
    }
}

/// Hands on everything but what is wrong with a page: to look for that takes longer than all else.
struct Lenient<F: Callback<Infallible, ()>>(CallbackEmitter<F>);

impl<F: Callback<Infallible, ()>> ForwardingEmitter for Lenient<F> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.0
    }

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// What an element means for the text around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing: words go on through it.
    Inline,
    /// It stands on lines of its own.
    Block,
    /// A block whose spaces and line ends count.
    Verbatim,
    /// A cell of a table.
    Cell,
    /// A line ends there.
    Break,
    /// Nothing in it is seen.
    Unseen,
}

fn kind(name: &[u8]) -> Kind {
    match name {
        b"address" | b"article" | b"aside" | b"blockquote" | b"body" | b"caption" | b"center" | b"dd" | b"details"
        | b"dialog" | b"dir" | b"div" | b"dl" | b"dt" | b"fieldset" | b"figcaption" | b"figure" | b"footer"
        | b"form" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"head" | b"header" | b"hgroup" | b"hr"
        | b"html" | b"legend" | b"li" | b"main" | b"menu" | b"nav" | b"ol" | b"optgroup" | b"option" | b"p"
        | b"search" | b"section" | b"summary" | b"table" | b"tbody" | b"tfoot" | b"thead" | b"title" | b"tr"
        | b"ul" => Kind::Block,
        b"pre" | b"textarea" | b"listing" | b"xmp" | b"plaintext" => Kind::Verbatim,
        b"td" | b"th" => Kind::Cell,
        b"br" => Kind::Break,
        b"script" | b"style" | b"template" => Kind::Unseen,
        _ => Kind::Inline,
    }
}

#[derive(Default)]
struct Sheet {
    lines: String,
    /// A space is due before the next word, unless that begins a line.
    space: bool,
    unseen: usize,
    verbatim: usize,
    is_alt: bool,
}

impl Sheet {
    fn take(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.open(kind(name)),
            CallbackEvent::EndTag { name } => self.close(kind(name)),
            CallbackEvent::String { value } => self.write(value),
            // What is shown, or read out, in place of a picture.
            CallbackEvent::AttributeName { name } => self.is_alt = name == b"alt",
            CallbackEvent::AttributeValue { value } if self.is_alt => {
                self.space = true;
                self.write(value);
                self.space = true;
            }
            CallbackEvent::AttributeValue { .. }
            | CallbackEvent::CloseStartTag { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    fn open(&mut self, kind: Kind) {
        match kind {
            Kind::Inline => {}
            Kind::Block => self.end_line(),
            Kind::Verbatim => {
                self.end_line();
                self.verbatim += 1;
            }
            Kind::Cell => self.end_cell(),
            Kind::Break => self.lines.push('\n'),
            Kind::Unseen => self.unseen += 1,
        }
    }

    fn close(&mut self, kind: Kind) {
        match kind {
            Kind::Inline => {}
            Kind::Block | Kind::Break => self.end_line(),
            Kind::Verbatim => {
                self.end_line();
                self.verbatim = self.verbatim.saturating_sub(1);
            }
            Kind::Cell => self.end_cell(),
            Kind::Unseen => self.unseen = self.unseen.saturating_sub(1),
        }
    }

    fn write(&mut self, words: &[u8]) {
        if self.unseen > 0 || self.lines.len() > TEXT_LIMIT_BYTES {
            return;
        }
        // Nearly always it is UTF-8, which this finds faster.
        let words = str::from_utf8(words).map_or_else(|_| String::from_utf8_lossy(words), Cow::Borrowed);
        if self.verbatim > 0 {
            self.lines.push_str(&words);
            return;
        }
        let mut rest = words.as_ref();
        while !rest.is_empty() {
            let (run, behind) = rest.split_at(plain_run(rest.as_bytes()));
            if !run.is_empty() {
                if self.space && !self.is_at_beginning() {
                    self.lines.push(' ');
                }
                self.lines.push_str(run);
                self.space = false;
            }
            let spaces = behind.bytes().take_while(|&byte| is_space(byte)).count();
            self.space |= spaces > 0;
            rest = behind.get(spaces..).unwrap_or_default();
        }
    }

    fn end_line(&mut self) {
        self.space = false;
        if !self.lines.is_empty() && !self.lines.ends_with('\n') {
            self.lines.push('\n');
        }
    }

    fn end_cell(&mut self) {
        self.space = false;
        if !self.is_at_beginning() {
            self.lines.push('\t');
        }
    }

    fn is_at_beginning(&self) -> bool {
        self.lines.is_empty() || self.lines.ends_with(['\n', '\t'])
    }
}

/// How long the words at the beginning are that stand one blank apart: they are taken as they are.
fn plain_run(words: &[u8]) -> usize {
    let ends = |at: usize| {
        let byte = words.get(at).copied();
        byte.is_some_and(is_space) && (byte != Some(b' ') || words.get(at + 1).is_none_or(|&next| is_space(next)))
    };
    if words.first().copied().is_some_and(is_space) {
        return 0;
    }
    (0..words.len()).find(|&at| ends(at)).unwrap_or(words.len())
}

/// Spaces that a page may have any number of. A no-break space is not one of them.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
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
        assert_eq!(text(page), "t\none bold word & café\nnext\n");
    }

    #[test]
    fn only_blocks_part_words() {
        let page = "<p>pl<b>an</b> to\n  <i> le</i>ave<br>now</p><div>here</div>there<img src=x alt='a picture'>end";
        assert_eq!(text(page), "plan to leave\nnow\nhere\nthere a picture end");
    }

    #[test]
    fn keeps_lines_that_are_set_by_hand() {
        assert_eq!(text("<pre>one\n  two</pre>three"), "one\n  two\nthree");
    }

    #[test]
    fn deep_nesting_costs_nothing() {
        assert_eq!(text(&format!("<html>{}word", "<div>".repeat(100_000))), "word");
    }

    #[test]
    fn keeps_the_cells_of_a_table() {
        let table = "<table><tr><td>one</td><td>two</td></tr><tr><th>three</th></tr></table>";
        assert_eq!(text(table), "one\ttwo\t\nthree\t\n");
    }

    #[test]
    fn a_page_that_is_cut_gives_what_is_there() {
        assert_eq!(text("<p>some wor"), "some wor");
        assert_eq!(text("<p>some <a href='x"), "some");
    }
}
