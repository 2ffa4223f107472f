//! A font, as far as reading goes: which text its codes are, and how wide they run.

use std::collections::HashMap;

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

/// What codes mean.
#[derive(Debug)]
pub(super) struct Font {
    to_unicode: Option<CodeMap>,
    /// Texts of the codes of one byte.
    texts: Vec<Option<String>>,
    /// Codes are UTF-16 themselves.
    is_utf16: bool,
    code_bytes: usize,
    widths: HashMap<u32, f64>,
    usual_width: f64,
    /// From the widths' unit to the size's.
    scale: f64,
}

/// One code of a string that is shown.
pub(super) struct Glyph {
    /// Empty where nothing says what it is.
    pub(super) text: String,
    /// In sizes of the font.
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
        Ok(Self {
            to_unicode,
            texts: texts(file, font),
            is_utf16: false,
            code_bytes: 1,
            usual_width: if widths.is_empty() && !is_type3 { USUAL_WIDTH } else { 0.0 },
            widths,
            scale: scale.filter(|_| is_type3).unwrap_or(0.001).abs(),
        })
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
            to_unicode,
            texts: Vec::new(),
            is_utf16,
            code_bytes: code_bytes.filter(|_| !is_identity).unwrap_or(2),
            widths: wide(file, descendant.get("W")),
            usual_width: file.number(descendant.get("DW")).unwrap_or(1000.0),
            scale: 0.001,
        }
    }

    /// How much it keeps in memory, in entries of its tables.
    pub(super) fn entries(&self) -> usize {
        self.widths.len() + self.texts.len() + self.to_unicode.as_ref().map_or(0, CodeMap::entries)
    }

    /// The glyphs of a string.
    pub(super) fn glyphs<'a>(&'a self, codes: &'a [u8]) -> impl Iterator<Item = Glyph> + 'a {
        codes.chunks(self.code_bytes).map(|code| {
            let number = cmap::number(code);
            let text = self.to_unicode.as_ref().and_then(|map| map.text(number)).or_else(|| self.own_text(number));
            let width = self.widths.get(&number).copied().unwrap_or(self.usual_width);
            Glyph { text: text.unwrap_or_default(), width: width * self.scale, is_space: code == b" " }
        })
    }

    fn own_text(&self, code: u32) -> Option<String> {
        if self.is_utf16 {
            return char::from_u32(code).map(String::from);
        }
        self.texts.get(code as usize).cloned().flatten()
    }
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
