//! Rich text: the words between the braces and the control words.
//!
//! What a program adds for itself (fonts, styles, pictures, lists) is left out. Notes, remarks and text boxes stand
//! inside the line that they belong to, and are put behind the body, so that they part no phrase.

mod code_page;
mod tokens;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use self::tokens::{Token, Tokens};
use super::Refusal;

/// Groups may stand in each other this deep.
const DEPTH: usize = 256;
/// Fonts of one document.
const FONTS: usize = 4_096;

/// The text of a document.
///
/// # Errors
/// When its groups are nested too deep.
pub(super) fn text(bytes: &[u8]) -> Result<String, Refusal> {
    let mut page = Page::default();
    for token in Tokens::of(bytes) {
        match token {
            Token::Open => page.open()?,
            Token::Close => page.close(),
            Token::Ignorable => page.group.is_ignorable = true,
            Token::Word(name, value) => page.word(name, value),
            Token::Byte(byte) => page.byte(byte),
            Token::Plain(letters) => page.letters(letters),
            Token::Character(character) => page.character(character),
        }
    }
    page.flush();
    Ok(page.body + &page.asides)
}

/// What holds within one pair of braces.
#[derive(Clone, Copy)]
struct Group {
    /// It begins with the mark of what an older program may leave out.
    is_ignorable: bool,
    is_skipped: bool,
    is_aside: bool,
    is_aside_outermost: bool,
    is_font_table: bool,
    font: i32,
    /// How many characters stand in for one of Unicode.
    stand_ins: usize,
}

struct Page {
    body: String,
    asides: String,
    group: Group,
    opened: Vec<Group>,
    /// The encoding of the document, and those of its fonts.
    encoding: &'static Encoding,
    fonts: HashMap<i32, &'static Encoding>,
    /// Bytes of an encoding that takes several for one character.
    pending: Vec<u8>,
    left_stand_ins: usize,
    /// The first half of a character beyond the sixteen bits that a control word holds.
    high_half: Option<u16>,
}

impl Default for Page {
    fn default() -> Self {
        let group = Group {
            is_ignorable: false,
            is_skipped: false,
            is_aside: false,
            is_aside_outermost: false,
            is_font_table: false,
            font: -1,
            stand_ins: 1,
        };
        Self {
            body: String::new(),
            asides: String::new(),
            group,
            opened: Vec::new(),
            encoding: WINDOWS_1252,
            fonts: HashMap::new(),
            pending: Vec::new(),
            left_stand_ins: 0,
            high_half: None,
        }
    }
}

impl Page {
    fn open(&mut self) -> Result<(), Refusal> {
        if self.opened.len() == DEPTH {
            return Err(Refusal::TooLarge);
        }
        self.flush();
        self.left_stand_ins = 0;
        self.opened.push(self.group);
        self.group.is_ignorable = false;
        self.group.is_aside_outermost = false;
        Ok(())
    }

    fn close(&mut self) {
        self.flush();
        self.left_stand_ins = 0;
        if self.group.is_aside_outermost && !self.group.is_skipped {
            self.asides.push('\n');
        }
        // One brace too many closes nothing; the words behind it still count.
        if let Some(group) = self.opened.pop() {
            self.group = group;
        }
    }

    fn word(&mut self, name: &[u8], value: Option<i32>) {
        if self.left_stand_ins > 0 && name != b"u" {
            self.left_stand_ins -= 1;
            return;
        }
        match name {
            b"u" => self.unicode(value.unwrap_or(0)),
            b"uc" => self.group.stand_ins = usize::try_from(value.unwrap_or(1)).unwrap_or(1).min(64),
            b"par" | b"line" | b"sect" | b"page" | b"column" | b"row" | b"nestrow" | b"softline" => {
                self.character('\n')
            }
            b"tab" | b"cell" | b"nestcell" => self.character('\t'),
            b"emspace" | b"enspace" | b"qmspace" => self.character(' '),
            b"emdash" => self.character('\u{2014}'),
            b"endash" => self.character('\u{2013}'),
            b"lquote" => self.character('\u{2018}'),
            b"rquote" => self.character('\u{2019}'),
            b"ldblquote" => self.character('\u{201c}'),
            b"rdblquote" => self.character('\u{201d}'),
            b"bullet" => self.character('\u{2022}'),
            b"ansicpg" => self.encoding = value.map_or(self.encoding, code_page::of_number),
            b"mac" => self.encoding = encoding_rs::MACINTOSH,
            b"f" | b"deff" => self.font(value.unwrap_or(0)),
            b"plain" => self.font(-1),
            b"fcharset" => self.font_encoding(value.and_then(code_page::of_charset)),
            b"cpg" => self.font_encoding(value.map(code_page::of_number)),
            _ => self.destination(name),
        }
    }

    /// A control word may say where the words of its group belong.
    fn destination(&mut self, name: &[u8]) {
        match name {
            b"fonttbl" => {
                self.group.is_font_table = true;
                self.group.is_skipped = true;
            }
            b"footnote" | b"annotation" | b"shptxt" | b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer"
            | b"footerl" | b"footerr" | b"footerf" => {
                self.flush();
                self.group.is_aside_outermost = !self.group.is_aside;
                self.group.is_aside = true;
                self.group.is_ignorable = false;
            }
            b"shpinst" => self.group.is_ignorable = false,
            b"bkmkend"
            | b"bkmkstart"
            | b"colorschememapping"
            | b"colortbl"
            | b"datastore"
            | b"filetbl"
            | b"fldinst"
            | b"generator"
            | b"info"
            | b"latentstyles"
            | b"listoverridetable"
            | b"listtable"
            | b"listtext"
            | b"mmathPr"
            | b"nesttableprops"
            | b"nonshppict"
            | b"objclass"
            | b"objdata"
            | b"objname"
            | b"pgptbl"
            | b"pict"
            | b"pntext"
            | b"revtbl"
            | b"rsidtbl"
            | b"rxe"
            | b"sp"
            | b"stylesheet"
            | b"tc"
            | b"themedata"
            | b"wgrffmtfilter"
            | b"xe"
            | b"xmlnstbl" => self.group.is_skipped = true,
            // Of two forms of the same words, the one for older programs is read.
            _ if self.group.is_ignorable => {
                self.group.is_skipped = true;
                self.group.is_ignorable = false;
            }
            _ => {}
        }
    }

    fn font(&mut self, number: i32) {
        self.flush();
        self.group.font = number;
    }

    fn font_encoding(&mut self, encoding: Option<&'static Encoding>) {
        if let Some(encoding) = encoding.filter(|_| self.group.is_font_table && self.fonts.len() < FONTS) {
            self.fonts.insert(self.group.font, encoding);
        }
    }

    fn unicode(&mut self, value: i32) {
        self.left_stand_ins = self.group.stand_ins;
        // Written with a sign: the upper half of the sixteen bits is negative.
        let unit = (value & 0xFFFF) as u16;
        let high_half = self.high_half.take();
        match (high_half, unit) {
            (_, 0xD800..=0xDBFF) => self.high_half = Some(unit),
            (Some(high), 0xDC00..=0xDFFF) => {
                char::decode_utf16([high, unit]).filter_map(Result::ok).for_each(|character| self.push(character));
            }
            _ => self.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn character(&mut self, character: char) {
        if self.left_stand_ins > 0 {
            self.left_stand_ins -= 1;
        } else {
            self.push(character);
        }
    }

    /// A byte of the text, which may be one of several that are one character.
    fn byte(&mut self, byte: u8) {
        if self.left_stand_ins > 0 {
            self.left_stand_ins -= 1;
        } else if !self.group.is_skipped {
            self.pending.push(byte);
        }
    }

    /// Letters of the text. The first may be the second byte of a character.
    fn letters(&mut self, letters: &[u8]) {
        let (stand_ins, letters) = letters.split_at(self.left_stand_ins.min(letters.len()));
        self.left_stand_ins -= stand_ins.len();
        if self.group.is_skipped {
            return;
        }
        if self.pending.is_empty() {
            self.sheet().push_str(str::from_utf8(letters).unwrap_or_default());
        } else {
            self.pending.extend_from_slice(letters);
        }
    }

    fn push(&mut self, character: char) {
        self.flush();
        if !self.group.is_skipped {
            self.sheet().push(character);
        }
    }

    /// Writes the bytes that wait, in the encoding of the font that they stand in.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let encoding = self.fonts.get(&self.group.font).copied().unwrap_or(self.encoding);
        let bytes = std::mem::take(&mut self.pending);
        self.sheet().push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }

    fn sheet(&mut self) -> &mut String {
        if self.group.is_aside { &mut self.asides } else { &mut self.body }
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::{Refusal, text};

    fn rtf(body: &str) -> String {
        text(format!("{{\\rtf1\\ansi\\ansicpg1252 {body}}}").as_bytes()).expect("a document")
    }

    #[test]
    fn joins_words_that_are_split_over_formats() {
        assert_eq!(
            rtf("plan to le{\\b a}v\\i e\\i0  now\\par\r\nnext\\tab one\\'e9"),
            "plan to leave now\nnext\tone\u{e9}"
        );
    }

    #[test]
    fn keeps_unicode_and_drops_what_stands_in_for_it() {
        assert_eq!(
            rtf("a\\u8217?b \\uc2\\u322 xyc \\uc0\\u-257 d\\uc1\\u-10179?\\u-8704?e"),
            "a\u{2019}b \u{142}c \u{feff}d\u{1f600}e"
        );
        assert_eq!(rtf("\\u225\\'e1g{\\uc1 \\u233}x"), "\u{e1}g\u{e9}x");
    }

    #[test]
    fn fonts_bring_their_code_pages() {
        let fonts = "{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset238 Arial CE;}{\\f2\\fcharset128 MS Mincho;}}";
        assert_eq!(
            rtf(&format!("{fonts}\\f0\\'b3 {{\\f1\\'b3\\'f3}} {{\\f2\\'93\\'fa\\'96{{}}{{}}}}")),
            "\u{b3} \u{142}\u{f3} \u{65e5}\u{fffd}"
        );
    }

    #[test]
    fn leaves_out_what_is_no_text() {
        let parts = "{\\stylesheet{\\s0 Normal;}}{\\info{\\title hidden}}{\\*\\generator hidden;}{\\pict 00ff}\
                     {\\field{\\*\\fldinst HYPERLINK \"hidden\"}{\\fldrslt shown}}{\\*\\unknown hidden}\\bin5 {{{{{done";
        assert_eq!(rtf(parts), "showndone");
    }

    #[test]
    fn notes_and_boxes_part_no_phrase() {
        let parts = "plan {\\footnote a note}to{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv y}}{\\shptxt boxed\\par}}} leave";
        assert_eq!(rtf(parts), "plan to leavea note\nboxed\n\n");
    }

    #[test]
    fn tables_and_escapes_are_text() {
        assert_eq!(
            rtf("one\\cell two\\cell\\row \\{x\\}\\\\ a\\~b a\\_b a\\-b\\emdash"),
            "one\ttwo\t\n{x}\\ a\u{a0}b a-b ab\u{2014}"
        );
    }

    #[test]
    fn deep_nesting_is_refused_and_odd_braces_are_not() {
        assert_eq!(text(format!("{{\\rtf1 {}", "{".repeat(1_000)).as_bytes()), Err(Refusal::TooLarge));
        assert_eq!(text(b"{\\rtf1 some}}} words").as_deref(), Ok("some words"));
        assert_eq!(text(b"{\\rtf1 cut of").as_deref(), Ok("cut of"));
    }
}
