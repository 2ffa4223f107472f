//! A font, as far as reading goes: which text its codes are, and how wide they run.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::Refusal;
use super::super::allowance::Allowance;
use super::cmap::{self, CodeMap};
use super::file::File;
use super::glyphs::{self, Base};
use super::object::{Dictionary, Object};

/// Entries of a table of widths.
const WIDTHS: usize = 70_000;
/// The width of a glyph that nothing is known about, in thousandths of the size: that of a middling letter.
const USUAL_WIDTH: f64 = 500.0;

/// Entries of the tables of all fonts that are kept at once.
const FONT_ENTRIES: usize = 500_000;

/// What codes mean.
#[derive(Debug)]
pub(super) struct Font {
    /// All that is known of the codes of one byte, where there are no others.
    single: Vec<Single>,
    to_unicode: Option<CodeMap>,
    /// Codes are UTF-16 themselves.
    is_utf16: bool,
    code_bytes: usize,
    widths: HashMap<u32, f64>,
    usual_width: f64,
    /// From the widths' unit to the size's.
    scale: f64,
}

/// A code of one byte.
#[derive(Debug)]
struct Single {
    text: String,
    is_blank: bool,
    width: f64,
}

/// One code of a string that is shown.
pub(super) struct Glyph<'a> {
    /// Empty where nothing says what it is.
    pub(super) text: Cow<'a, str>,
    /// Whether that is nothing but white space.
    pub(super) is_blank: bool,
    /// In sizes of the font; 0 where nothing says how wide it is.
    pub(super) width: f64,
    /// Whether it is the one-byte code 32, to which the space between words is added.
    pub(super) is_space: bool,
}

impl Font {
    /// Reads a font.
    ///
    /// # Errors
    /// When its tables expand beyond the limits.
    pub(super) fn read(file: &File<'_>, font: &Dictionary, allowance: &mut Allowance) -> Result<Self, Refusal> {
        let to_unicode = file.stream(font.get("ToUnicode"), allowance)?.map(|bytes| CodeMap::read(&bytes));
        if font.says("Subtype", "Type0") {
            return Ok(Self::composite(file, font, to_unicode));
        }
        let is_type3 = font.says("Subtype", "Type3");
        let scale = file.list(font.get("FontMatrix")).first().and_then(|scale| file.number(scale));
        let mut widths = HashMap::new();
        let first = file.number(font.get("FirstChar")).unwrap_or(0.0) as u32;
        for (code, width) in (first..).zip(file.list(font.get("Widths"))).take(256) {
            widths.extend(file.number(&width).map(|width| (code, width)));
        }
        let usual_width = if widths.is_empty() && !is_type3 { USUAL_WIDTH } else { 0.0 };
        let scale = scale.filter(|_| is_type3).unwrap_or(0.001).abs();
        let single = (0..).zip(texts(file, font)).map(|(code, text)| {
            let text = to_unicode.as_ref().and_then(|map| map.text(code)).or(text).unwrap_or_default();
            let width = widths.get(&code).copied().unwrap_or(usual_width) * scale;
            Single { is_blank: is_blank(&text), text, width }
        });
        let (single, widths) = (single.collect(), HashMap::new());
        Ok(Self { single, to_unicode: None, is_utf16: false, code_bytes: 1, widths, usual_width, scale })
    }

    fn composite(file: &File<'_>, font: &Dictionary, to_unicode: Option<CodeMap>) -> Self {
        let descendant = file.list(font.get("DescendantFonts")).first().and_then(|font| file.dictionary(font));
        let descendant = descendant.unwrap_or_default();
        let encoding = file.resolved(font.get("Encoding"));
        let is_utf16 =
            matches!(&encoding, Object::Name(name) if name.windows(3).any(|part| part == b"UCS" || part == b"UTF"));
        let code_bytes = to_unicode.as_ref().and_then(|map| map.code_bytes).filter(|_| !is_utf16);
        let is_identity = matches!(&encoding, Object::Name(name) if name.starts_with(b"Identity"));
        Self {
            single: Vec::new(),
            to_unicode,
            is_utf16,
            code_bytes: code_bytes.filter(|_| !is_identity).unwrap_or(2),
            widths: wide(file, descendant.get("W")),
            usual_width: file.number(descendant.get("DW")).unwrap_or(1000.0),
            scale: 0.001,
        }
    }

    /// How much it keeps in memory, in entries of its tables.
    pub(super) fn entries(&self) -> usize {
        self.widths.len() + self.single.len() + self.to_unicode.as_ref().map_or(0, CodeMap::entries)
    }

    /// The glyphs of a string.
    pub(super) fn glyphs<'a>(&'a self, codes: &'a [u8]) -> impl Iterator<Item = Glyph<'a>> + 'a {
        codes.chunks(self.code_bytes).map(|code| {
            let is_space = code == b" ";
            let number = cmap::number(code);
            if let Some(Single { text, is_blank, width }) = self.single.get(number as usize) {
                return Glyph { text: Cow::Borrowed(text), is_blank: *is_blank, width: *width, is_space };
            }
            let text = self.text(number).unwrap_or_default();
            let width = self.widths.get(&number).copied().unwrap_or(self.usual_width) * self.scale;
            Glyph { is_blank: is_blank(&text), text: Cow::Owned(text), width, is_space }
        })
    }

    /// The text of a code of several bytes.
    fn text(&self, code: u32) -> Option<String> {
        let own = || if self.is_utf16 { char::from_u32(code).map(String::from) } else { None };
        self.to_unicode.as_ref().and_then(|map| map.text(code)).or_else(own)
    }
}

/// Fonts by the number of their object.
#[derive(Default)]
pub(super) struct Fonts {
    by_number: HashMap<u32, Rc<Font>>,
    entries: usize,
}

impl Fonts {
    /// One that was kept.
    pub(super) fn get(&self, number: u32) -> Option<Rc<Font>> {
        self.by_number.get(&number).cloned()
    }

    /// Keeps one; before there are too many, all others go.
    pub(super) fn keep(&mut self, number: u32, font: Rc<Font>) {
        self.entries += font.entries();
        if self.entries > FONT_ENTRIES {
            self.by_number.clear();
            self.entries = font.entries();
        }
        self.by_number.insert(number, font);
    }
}

fn is_blank(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_whitespace)
}

/// The texts of codes of one byte: the base encoding, and where it differs.
fn texts(file: &File<'_>, font: &Dictionary) -> Vec<Option<String>> {
    let encoding = file.resolved(font.get("Encoding"));
    let usual = if font.says("Subtype", "TrueType") { Base::WinAnsi } else { Base::Standard };
    let (base, differences) = if let Object::Dictionary(encoding) = &encoding {
        let base = file.resolved(encoding.get("BaseEncoding")).name().and_then(Base::of_name);
        (base, file.list(encoding.get("Differences")))
    } else {
        (encoding.name().and_then(Base::of_name), Vec::new())
    };
    let base = base.unwrap_or(usual);
    let mut texts: Vec<Option<String>> = (0..=u8::MAX).map(|code| base.text(code)).collect();
    let mut code = 0;
    for difference in differences {
        if let Some(number) = difference.number() {
            code = number as usize;
        } else if let Some(name) = difference.name() {
            if let Some(text) = texts.get_mut(code) {
                *text = std::str::from_utf8(name).ok().and_then(glyphs::named);
            }
            code = code.saturating_add(1);
        }
    }
    texts
}

/// `first [width width ...]` and `first last width`, one after the other.
fn wide(file: &File<'_>, table: &Object) -> HashMap<u32, f64> {
    let mut widths = HashMap::new();
    let values = file.list(table);
    let mut values = values.iter();
    while let (Some(first), Some(second)) = (values.next(), values.next()) {
        let Some(first) = file.number(first).map(|first| first as u32) else { continue };
        let second = file.resolved(second);
        if let Some(list) = second.list() {
            for (code, width) in (first..).zip(list) {
                widths.extend(file.number(width).map(|width| (code, width)));
            }
        } else if let Some(last) = second.number() {
            let Some(width) = values.next().and_then(|width| file.number(width)) else { break };
            let last = (last as u32).min(first.saturating_add(u32::from(u16::MAX)));
            widths.extend((first..=last).map(|code| (code, width)));
        }
        if widths.len() > WIDTHS {
            break;
        }
    }
    widths
}
