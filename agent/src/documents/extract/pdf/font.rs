//! A font, as far as reading goes: which text its codes are, and how wide they run.

use std::cell::RefCell;
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

/// Glyphs that a font keeps at hand: all that codes of one byte can be.
const GLYPHS: usize = 256;

/// What codes mean.
#[derive(Debug)]
pub(super) struct Font {
    /// Each where the last byte of its code says: all that a font of one-byte codes has, else those that came last.
    glyphs: Box<[Glyph; GLYPHS]>,
    code_bytes: usize,
    tables: Tables,
}

/// Where a font looks up codes of several bytes.
#[derive(Debug, Default)]
struct Tables {
    to_unicode: Option<CodeMap>,
    /// Codes are UTF-16 themselves.
    is_utf16: bool,
    widths: HashMap<u32, f64>,
    usual_width: f64,
    /// From the widths' unit to the size's.
    scale: f64,
}

/// One code of a string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    number: u32,
    /// Whether the space between words is added to it, whatever it shows.
    pub(super) is_space: bool,
}

/// What one code shows.
#[derive(Debug)]
pub(super) struct Glyph {
    code: u32,
    /// Whether the text is one letter, whose code in ASCII this is.
    is_own: bool,
    /// Empty where nothing says what it is.
    pub(super) text: String,
    /// Whether that is nothing but white space.
    pub(super) is_blank: bool,
    /// In sizes of the font; 0 where nothing says how wide it is.
    pub(super) width: f64,
}

/// Letters that follow each other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    /// How many there are, with the spaces between them, and how many spaces.
    pub(super) characters: usize,
    pub(super) spaces: usize,
    /// How wide they are together, in sizes of the font.
    pub(super) width: f64,
}

impl Glyph {
    /// Whether it shows something.
    pub(super) fn is_letter(&self) -> bool {
        !self.is_blank && !self.text.is_empty()
    }

    fn new(code: u32, text: String, width: f64) -> Self {
        let is_blank = !text.is_empty() && text.chars().all(char::is_whitespace);
        let is_own = matches!(text.as_bytes(), [letter] if !is_blank && u32::from(*letter) == code);
        Self { code, is_own, is_blank, text, width }
    }
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
        for (code, width) in (first..=u32::MAX).zip(file.list(font.get("Widths"))).take(256) {
            widths.extend(file.number(&width).map(|width| (code, width)));
        }
        let usual_width = if widths.is_empty() && !is_type3 { USUAL_WIDTH } else { 0.0 };
        let scale = scale.filter(|_| is_type3).unwrap_or(0.001).abs();
        let mut texts = texts(file, font);
        let glyphs = std::array::from_fn(|at| {
            let code = at as u32;
            let text = to_unicode.as_ref().and_then(|map| map.text(code)).or_else(|| texts[at].take());
            let width = widths.get(&code).copied().unwrap_or(usual_width) * scale;
            Glyph::new(code, text.unwrap_or_default(), width)
        });
        Ok(Self { glyphs: Box::new(glyphs), code_bytes: 1, tables: Tables::default() })
    }

    fn composite(file: &File<'_>, font: &Dictionary, to_unicode: Option<CodeMap>) -> Self {
        let descendant = file.list(font.get("DescendantFonts")).first().and_then(|font| file.dictionary(font));
        let descendant = descendant.unwrap_or_default();
        let encoding = file.resolved(font.get("Encoding"));
        let is_utf16 =
            matches!(&encoding, Object::Name(name) if name.windows(3).any(|part| part == b"UCS" || part == b"UTF"));
        let code_bytes = to_unicode.as_ref().and_then(|map| map.code_bytes).filter(|_| !is_utf16);
        let is_identity = matches!(&encoding, Object::Name(name) if name.starts_with(b"Identity"));
        let tables = Tables {
            to_unicode,
            is_utf16,
            widths: wide(file, descendant.get("W")),
            usual_width: file.number(descendant.get("DW")).unwrap_or(1000.0),
            scale: 0.001,
        };
        let code_bytes = code_bytes.filter(|_| !is_identity).unwrap_or(2);
        Self { glyphs: Box::new(std::array::from_fn(|code| tables.glyph(code as u32))), code_bytes, tables }
    }

    /// How much it keeps in memory, in entries of its tables.
    pub(super) fn entries(&self) -> usize {
        self.glyphs.len() + self.tables.widths.len() + self.tables.to_unicode.as_ref().map_or(0, CodeMap::entries)
    }

    /// The first code of a string, and what is behind it.
    pub(super) fn first<'a>(&self, codes: &'a [u8]) -> Option<(Code, &'a [u8])> {
        let (first, rest) = codes.split_first()?;
        if self.code_bytes == 1 {
            return Some((Code { number: u32::from(*first), is_space: *first == b' ' }, rest));
        }
        let (code, rest) = codes.split_at(self.code_bytes.min(codes.len()));
        Some((Code { number: cmap::number(code), is_space: code == b" " }, rest))
    }

    /// How many codes a string is.
    pub(super) fn count(&self, codes: &[u8]) -> usize {
        codes.len().div_ceil(self.code_bytes)
    }

    /// What a code shows.
    pub(super) fn glyph(&mut self, code: Code) -> &Glyph {
        let glyph = &mut self.glyphs[code.number as usize % GLYPHS];
        if glyph.code != code.number {
            *glyph = self.tables.glyph(code.number);
        }
        glyph
    }

    /// How wide the code of a space is, where it shows one.
    pub(super) fn space_width(&self) -> Option<f64> {
        let glyph = &self.glyphs[usize::from(b' ')];
        (self.code_bytes == 1 && glyph.is_blank).then_some(glyph.width)
    }

    /// Writes the letters that a string begins with, and leaves in it what is behind them. It ends them at a blank, at a
    /// glyph that nothing is known about, and at the code of a space, whatever that shows; `over_spaces` is whether
    /// letters that are the same text as their codes go on behind one that shows a space.
    pub(super) fn write(&mut self, codes: &mut &[u8], over_spaces: bool, lines: &mut String) -> Run {
        let mut run = Run::default();
        if self.code_bytes == 1 {
            run = self.write_own(codes, over_spaces, lines);
        }
        while let Some((code, rest)) = self.first(codes) {
            let glyph = self.glyph(code);
            if !glyph.is_letter() || code.is_space {
                break;
            }
            lines.push_str(&glyph.text);
            run.characters += 1;
            run.width += glyph.width;
            *codes = rest;
        }
        run
    }

    /// Writes the codes of one byte that a string begins with and that are the text themselves: mostly all of it.
    fn write_own(&self, codes: &mut &[u8], over_spaces: bool, lines: &mut String) -> Run {
        let (mut run, mut spaces, mut width) = (Run::default(), 0, 0.0);
        for (at, code) in codes.iter().enumerate() {
            let glyph = &self.glyphs[usize::from(*code)];
            width += glyph.width;
            if glyph.is_own {
                run = Run { characters: at + 1, spaces, width };
            } else if *code == b' ' && over_spaces && at > 0 && run.characters == at {
                spaces += 1;
            } else {
                break;
            }
        }
        let (letters, rest) = codes.split_at(run.characters);
        lines.push_str(str::from_utf8(letters).unwrap_or_default());
        *codes = rest;
        run
    }
}

impl Tables {
    fn glyph(&self, code: u32) -> Glyph {
        let own = || if self.is_utf16 { char::from_u32(code).map(String::from) } else { None };
        let text = self.to_unicode.as_ref().and_then(|map| map.text(code)).or_else(own);
        let width = self.widths.get(&code).copied().unwrap_or(self.usual_width) * self.scale;
        Glyph::new(code, text.unwrap_or_default(), width)
    }
}

/// Fonts by the number of their object.
#[derive(Default)]
pub(super) struct Fonts {
    by_number: HashMap<u32, Rc<RefCell<Font>>>,
    entries: usize,
}

impl Fonts {
    /// One that was kept.
    pub(super) fn get(&self, number: u32) -> Option<Rc<RefCell<Font>>> {
        self.by_number.get(&number).cloned()
    }

    /// Keeps one; before there are too many, all others go.
    pub(super) fn keep(&mut self, number: u32, font: Rc<RefCell<Font>>) {
        let entries = font.borrow().entries();
        self.entries += entries;
        if self.entries > FONT_ENTRIES {
            self.by_number.clear();
            self.entries = entries;
        }
        self.by_number.insert(number, font);
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
            for (code, width) in (first..=u32::MAX).zip(list) {
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
