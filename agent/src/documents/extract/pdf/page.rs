//! What a page shows, as lines of words.
//!
//! A page says where each piece of text stands and not what a word or a line is. Pieces are taken in the order in which
//! they were written; a gap along the line is a space, a step across it a new line.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::allowance::Allowance;
use super::super::{Refusal, TEXT_LIMIT_BYTES};
use super::file::File;
use super::font::Font;
use super::object::{Dictionary, Lexer, Object, Piece};
use super::place::Matrix;

/// Operands of one operator.
const OPERANDS: usize = 4_096;
/// States that may be kept for later, and drawings that stand in each other.
const STATES: usize = 128;
const DRAWINGS: usize = 8;
/// A drawing costs as many times its content.
const DRAWN: u64 = 4;
/// Names of fonts that one page keeps at hand.
const NAMES: usize = 16;
/// What is taken for a space, and for a new line, in sizes of the font.
const SPACE: f64 = 0.17;
const LINE: f64 = 0.5;

/// Entries of the tables of all fonts that are kept at once.
const FONT_ENTRIES: usize = 500_000;

/// Fonts by the number of their object.
#[derive(Default)]
pub(super) struct Fonts {
    by_number: HashMap<u32, Rc<Font>>,
    entries: usize,
}

impl Fonts {
    fn keep(&mut self, number: u32, font: Rc<Font>) {
        self.entries += font.entries();
        if self.entries > FONT_ENTRIES {
            self.by_number.clear();
            self.entries = font.entries();
        }
        self.by_number.insert(number, font);
    }
}

/// What `q` keeps and `Q` brings back.
#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    /// Added behind each character, and behind each space.
    apart: f64,
    words_apart: f64,
    stretch: f64,
    leading: f64,
}

impl Default for State {
    fn default() -> Self {
        let (place, font) = (Matrix::UNIT, None);
        Self { place, font, size: 1.0, apart: 0.0, words_apart: 0.0, stretch: 1.0, leading: 0.0 }
    }
}

/// Writes down what pages show.
pub(super) struct Scribe<'a, 'f> {
    pub(super) file: &'a File<'f>,
    pub(super) fonts: Fonts,
    pub(super) allowance: &'a mut Allowance,
    pub(super) lines: String,
}

/// One stream of operators that is being followed.
struct Walk<'r> {
    resources: &'r Dictionary,
    state: State,
    kept: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Where the last piece ended.
    pen: Option<(f64, f64)>,
    depth: usize,
    /// Fonts by their names here.
    fonts: HashMap<Vec<u8>, Rc<Font>>,
}

impl Scribe<'_, '_> {
    /// Writes what a stream of operators shows.
    ///
    /// # Errors
    /// When it, or what it draws, expands beyond the limits.
    pub(super) fn write(&mut self, content: &[u8], resources: &Dictionary) -> Result<(), Refusal> {
        self.follow(content, resources, 0)
    }

    fn follow(&mut self, content: &[u8], resources: &Dictionary, depth: usize) -> Result<(), Refusal> {
        let (state, kept) = (State::default(), Vec::new());
        let (text, line) = (Matrix::UNIT, Matrix::UNIT);
        let mut walk = Walk { resources, state, kept, text, line, pen: None, depth, fonts: HashMap::new() };
        let mut lexer = Lexer::of(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(piece) = lexer.next_piece() {
            match piece {
                Piece::Value(value) if operands.len() < OPERANDS => operands.push(value),
                Piece::Value(_) => {}
                Piece::Operator(b"ID") => {
                    skip_picture(&mut lexer);
                    operands.clear();
                }
                Piece::Operator(operator) => {
                    self.operate(&mut walk, operator, &operands)?;
                    operands.clear();
                }
            }
        }
        self.end_line();
        if self.lines.len() > TEXT_LIMIT_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    fn operate(&mut self, walk: &mut Walk<'_>, operator: &[u8], operands: &[Object]) -> Result<(), Refusal> {
        let number = |at: usize| if let Some(Object::Number(number)) = operands.get(at) { *number } else { 0.0 };
        let matrix = || Matrix([number(0), number(1), number(2), number(3), number(4), number(5)]);
        match operator {
            b"q" if walk.kept.len() < STATES => walk.kept.push(walk.state.clone()),
            b"Q" => walk.state = walk.kept.pop().unwrap_or_else(|| walk.state.clone()),
            b"cm" => walk.state.place = matrix().times(&walk.state.place),
            b"BT" => walk.set_line(Matrix::UNIT),
            b"Tc" => walk.state.apart = number(0),
            b"Tw" => walk.state.words_apart = number(0),
            b"Tz" => walk.state.stretch = number(0) / 100.0,
            b"TL" => walk.state.leading = number(0),
            b"Tf" => {
                walk.state.size = number(1);
                walk.state.font = self.font(walk, operands.first())?;
            }
            b"Tm" => walk.set_line(matrix()),
            b"Td" => walk.next_line(number(0), number(1)),
            b"TD" => {
                walk.state.leading = -number(1);
                walk.next_line(number(0), number(1));
            }
            b"T*" => walk.next_line(0.0, -walk.state.leading),
            b"Tj" => self.show(walk, operands.first())?,
            b"'" => {
                walk.next_line(0.0, -walk.state.leading);
                self.show(walk, operands.first())?;
            }
            b"\"" => {
                (walk.state.words_apart, walk.state.apart) = (number(0), number(1));
                walk.next_line(0.0, -walk.state.leading);
                self.show(walk, operands.get(2))?;
            }
            b"TJ" => {
                if let Some(Object::List(pieces)) = operands.first() {
                    for piece in pieces {
                        if let Some(back) = piece.number() {
                            walk.advance(-back / 1000.0 * walk.state.size * walk.state.stretch);
                        } else {
                            self.show(walk, Some(piece))?;
                        }
                    }
                }
            }
            b"Do" => self.draw(walk, operands.first())?,
            _ => {}
        }
        Ok(())
    }

    fn font(&mut self, walk: &mut Walk<'_>, name: Option<&Object>) -> Result<Option<Rc<Font>>, Refusal> {
        let Some(Object::Name(name)) = name else { return Ok(None) };
        if let Some(font) = walk.fonts.get(name) {
            return Ok(Some(font.clone()));
        }
        let font = self.font_of(walk.resources, name)?;
        if let Some(font) = font.clone().filter(|_| walk.fonts.len() < NAMES) {
            walk.fonts.insert(name.clone(), font);
        }
        Ok(font)
    }

    fn font_of(&mut self, resources: &Dictionary, name: &[u8]) -> Result<Option<Rc<Font>>, Refusal> {
        let fonts = self.file.dictionary(resources.get("Font")).unwrap_or_default();
        let object = fonts.get(&String::from_utf8_lossy(name)).clone();
        if let Object::Reference(number) = object
            && let Some(font) = self.fonts.by_number.get(&number)
        {
            return Ok(Some(font.clone()));
        }
        let Some(dictionary) = self.file.dictionary(&object) else { return Ok(None) };
        let font = Rc::new(Font::read(self.file, &dictionary, self.allowance)?);
        if let Object::Reference(number) = object {
            self.fonts.keep(number, font.clone());
        }
        Ok(Some(font))
    }

    fn show(&mut self, walk: &mut Walk<'_>, codes: Option<&Object>) -> Result<(), Refusal> {
        let (Some(Object::Text(codes)), Some(font)) = (codes, walk.state.font.clone()) else { return Ok(()) };
        for glyph in font.glyphs(codes) {
            if !glyph.text.is_empty() {
                self.part_from_last(walk, &glyph.text);
                self.lines.push_str(&glyph.text);
            }
            let words_apart = if glyph.is_space { walk.state.words_apart } else { 0.0 };
            let run = glyph.width * walk.state.size;
            walk.advance(run * walk.state.stretch);
            // Before what is set behind each letter: some programs set the space between words so.
            walk.pen = Some(walk.text.times(&walk.state.place).origin());
            walk.advance((words_apart + walk.state.apart) * walk.state.stretch);
        }
        if self.lines.len() > TEXT_LIMIT_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    fn part_from_last(&mut self, walk: &Walk<'_>, text: &str) {
        let Some(pen) = walk.pen else { return };
        let place = walk.text.times(&walk.state.place);
        let (along, across) = place.steps_from(pen, walk.state.size);
        if across.abs() > LINE {
            self.end_line();
        } else if !(-LINE..=SPACE).contains(&along)
            && !text.starts_with(char::is_whitespace)
            && !self.lines.ends_with(char::is_whitespace)
        {
            self.lines.push(' ');
        }
    }

    fn end_line(&mut self) {
        if !self.lines.is_empty() && !self.lines.ends_with('\n') {
            self.lines.push('\n');
        }
    }

    /// A drawing with a content of its own.
    fn draw(&mut self, walk: &Walk<'_>, name: Option<&Object>) -> Result<(), Refusal> {
        if walk.depth == DRAWINGS {
            return Ok(());
        }
        let Some(Object::Name(name)) = name else { return Ok(()) };
        let drawings = self.file.dictionary(walk.resources.get("XObject")).unwrap_or_default();
        let drawing = drawings.get(&String::from_utf8_lossy(name)).clone();
        let Some(dictionary) = self.file.dictionary(&drawing) else { return Ok(()) };
        if !dictionary.says("Subtype", "Form") {
            return Ok(());
        }
        // Spent each time that it is drawn, and for the work on it: few drawings that draw each other have no end.
        let Some(content) = self.file.stream(&drawing, self.allowance)? else { return Ok(()) };
        self.allowance.spend(DRAWN * content.len() as u64)?;
        let own = self.file.dictionary(dictionary.get("Resources"));
        self.end_line();
        self.follow(&content, own.as_ref().unwrap_or(walk.resources), walk.depth + 1)
    }
}

impl Walk<'_> {
    fn set_line(&mut self, line: Matrix) {
        (self.line, self.text) = (line, line);
    }

    fn next_line(&mut self, right: f64, up: f64) {
        self.set_line(Matrix::moved(right, up).times(&self.line));
    }

    fn advance(&mut self, right: f64) {
        self.text = Matrix::moved(right, 0.0).times(&self.text);
    }
}

/// A picture within the content ends at an "EI" that stands alone.
fn skip_picture(lexer: &mut Lexer<'_>) {
    let rest = lexer.rest();
    let end = rest
        .windows(4)
        .position(|part| part[0].is_ascii_whitespace() && part[1..3] == *b"EI" && part[3].is_ascii_whitespace());
    lexer.skip(end.map_or(rest.len(), |end| end + 3));
}
