//! What a page shows, as lines of words.
//!
//! A page says where each piece of text stands and not what a word or a line is. Pieces are taken in the order in which
//! they were written; a gap along the line is a space, a step across it a new line.

use std::collections::HashMap;
use std::rc::Rc;

use super::super::allowance::Allowance;
use super::super::{Refusal, TEXT_LIMIT_BYTES};
use super::file::File;
use super::font::{Font, Fonts};
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
/// What is taken for a space, for one where a space is written, and for a new line, in sizes of the font.
const SPACE: f64 = 0.17;
const WRITTEN_SPACE: f64 = 0.06;
const LINE: f64 = 0.5;
/// Glyphs of one string with wide gaps between them are a word with its letters apart, from so many on; fewer are words
/// of one letter, or the end of one and the beginning of the next.
const LETTERS_APART: usize = 4;

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
    /// Where the last glyph ended that is no space.
    pen: Option<(f64, f64)>,
    /// Whether spaces were written since, and whether nothing says how wide one of them is.
    wrote_space: bool,
    is_space_unknown: bool,
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
        let (pen, fonts) = (None, HashMap::new());
        let (wrote_space, is_space_unknown) = (false, false);
        let mut walk = Walk { resources, state, kept, text, line, pen, wrote_space, is_space_unknown, depth, fonts };
        let mut lexer = Lexer::of(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(piece) = lexer.next_piece() {
            match piece {
                Piece::Value(value) if operands.len() < OPERANDS => operands.push(value),
                Piece::Value(_) => {}
                Piece::Operator(b"ID") => {
                    lexer.skip_picture();
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
            && let Some(font) = self.fonts.get(number)
        {
            return Ok(Some(font));
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
        let wide = walk.state.apart > SPACE * walk.state.size && font.glyphs(codes).nth(LETTERS_APART - 1).is_some();
        let behind = walk.state.apart * walk.state.stretch;
        // Letters that touch are one run, which is measured as a whole.
        let (mut run, mut in_run) = (0.0, false);
        for glyph in font.glyphs(codes) {
            let words_apart = if glyph.is_space { walk.state.words_apart * walk.state.stretch } else { 0.0 };
            let width = glyph.width * walk.state.size * walk.state.stretch;
            if in_run && (glyph.is_blank || glyph.text.is_empty()) {
                walk.write_to(run);
                in_run = false;
            }
            if glyph.is_blank {
                // Only a way to the right: what is set behind its letters may take it back.
                walk.wrote_space = true;
                walk.is_space_unknown |= width == 0.0;
                walk.advance(width + words_apart + behind);
                continue;
            }
            if !in_run {
                if !glyph.text.is_empty() {
                    self.part_from_last(walk);
                }
                run = 0.0;
            }
            self.lines.push_str(&glyph.text);
            run += width;
            in_run = (wide || behind == 0.0) && words_apart == 0.0 && !glyph.text.is_empty();
            if in_run {
                run += behind;
            } else {
                // Ended before what is set behind each letter: some programs set the space between words so.
                walk.write_to(run);
                walk.advance(behind + words_apart);
            }
        }
        if in_run {
            walk.write_to(run);
        }
        if self.lines.len() > TEXT_LIMIT_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    /// Writes a space or a new line where the gap to the last glyph is one.
    fn part_from_last(&mut self, walk: &Walk<'_>) {
        let Some(pen) = walk.pen else { return };
        if !walk.wrote_space && pen == walk.text.origin_in(&walk.state.place) {
            return;
        }
        let place = walk.text.times(&walk.state.place);
        let (along, across) = place.steps_from(pen, walk.state.size);
        let space = if walk.wrote_space { WRITTEN_SPACE } else { SPACE };
        if across.abs() > LINE {
            self.end_line();
        } else if (walk.is_space_unknown || !(-LINE..=space).contains(&along))
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
        self.text = self.text.advanced(right);
    }

    /// Glyphs go from here so far to the right, and end there.
    fn write_to(&mut self, right: f64) {
        self.advance(right);
        self.pen = Some(self.text.origin_in(&self.state.place));
        (self.wrote_space, self.is_space_unknown) = (false, false);
    }
}
