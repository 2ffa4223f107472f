//! What a page shows, as lines of words.
//!
//! A page says where each piece of text stands and not what a word or a line is. Pieces are taken in the order in which
//! they were written; a gap along the line is a space, a step across it a new line.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::allowance::Allowance;
use super::super::{Refusal, TEXT_LIMIT_BYTES};
use super::file::File;
use super::font::{Font, Fonts};
use super::lexer::{Lexer, Piece};
use super::object::{Dictionary, Object};
use super::place::Matrix;
use super::stroke::{Gap, Pen, Stroke, Style};

/// Operands of one operator.
const OPERANDS: usize = 4_096;
/// States that may be kept for later, and drawings that stand in each other.
const STATES: usize = 128;
const DRAWINGS: usize = 8;
/// A drawing costs as many times its content.
const DRAWN: u64 = 4;
/// Names of fonts that one page keeps at hand.
const NAMES: usize = 16;

/// What `q` keeps and `Q` brings back.
#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<RefCell<Font>>>,
    style: Style,
    leading: f64,
}

impl Default for State {
    fn default() -> Self {
        Self { place: Matrix::UNIT, font: None, style: Style::default(), leading: 0.0 }
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
    pen: Pen,
    depth: usize,
    /// Fonts by their names here.
    fonts: HashMap<Vec<u8>, Rc<RefCell<Font>>>,
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
        let (pen, fonts) = (Pen::default(), HashMap::new());
        let mut walk = Walk { resources, state, kept, text, line, pen, depth, fonts };
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
            b"Tc" => walk.state.style.apart = number(0),
            b"Tw" => walk.state.style.words_apart = number(0),
            b"Tz" => walk.state.style.stretch = number(0) / 100.0,
            b"TL" => walk.state.leading = number(0),
            b"Tf" => {
                walk.state.style.size = number(1);
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
                (walk.state.style.words_apart, walk.state.style.apart) = (number(0), number(1));
                walk.next_line(0.0, -walk.state.leading);
                self.show(walk, operands.get(2))?;
            }
            b"TJ" => {
                if let Some(Object::List(pieces)) = operands.first() {
                    for piece in pieces {
                        if let Some(back) = piece.number() {
                            walk.advance(-back / 1000.0 * walk.state.style.size * walk.state.style.stretch);
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

    fn font(&mut self, walk: &mut Walk<'_>, name: Option<&Object>) -> Result<Option<Rc<RefCell<Font>>>, Refusal> {
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

    fn font_of(&mut self, resources: &Dictionary, name: &[u8]) -> Result<Option<Rc<RefCell<Font>>>, Refusal> {
        let fonts = self.file.dictionary(resources.get("Font")).unwrap_or_default();
        let object = fonts.get(&String::from_utf8_lossy(name)).clone();
        if let Object::Reference(number) = object
            && let Some(font) = self.fonts.get(number)
        {
            return Ok(Some(font));
        }
        let Some(dictionary) = self.file.dictionary(&object) else { return Ok(None) };
        let font = Rc::new(RefCell::new(Font::read(self.file, &dictionary, self.allowance)?));
        if let Object::Reference(number) = object {
            self.fonts.keep(number, font.clone());
        }
        Ok(Some(font))
    }

    fn show(&mut self, walk: &mut Walk<'_>, codes: Option<&Object>) -> Result<(), Refusal> {
        let (Some(Object::Text(codes)), Some(font)) = (codes, walk.state.font.clone()) else { return Ok(()) };
        let mut font = font.borrow_mut();
        let place = walk.text.times(&walk.state.place);
        let mut stroke = Stroke::begin(walk.state.style, &place, walk.pen, font.count(codes));
        let over_spaces = font.space_width().is_some_and(|width| stroke.is_seen(width));
        let mut rest: &[u8] = codes;
        while let Some((code, behind)) = font.first(rest) {
            let glyph = font.glyph(code);
            if glyph.is_blank {
                stroke.pass(glyph.width, code.is_space);
                rest = behind;
                continue;
            }
            if glyph.is_letter() {
                self.part(stroke.gap());
            }
            if glyph.is_letter() && stroke.is_close() && !code.is_space {
                stroke.write_run(font.write(&mut rest, over_spaces, &mut self.lines));
            } else {
                self.lines.push_str(&glyph.text);
                stroke.write(glyph.width, code.is_space);
                rest = behind;
            }
        }
        let right;
        (right, walk.pen) = stroke.end(&place);
        walk.advance(right);
        if self.lines.len() > TEXT_LIMIT_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    /// Writes what stands between two letters.
    fn part(&mut self, gap: Gap) {
        match gap {
            Gap::Closed => {}
            Gap::Space if self.lines.ends_with(char::is_whitespace) => {}
            Gap::Space => self.lines.push(' '),
            Gap::Line => self.end_line(),
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use crate::documents::extract::text;

    /// The text of a page that shows strings, with so much behind each letter and each space.
    fn shown(strings: &[String], apart: f64, words_apart: f64) -> String {
        let shown: String = strings.iter().map(|string| format!("({string}) Tj ")).collect();
        let page = format!("BT /F 10 Tf {apart} Tc {words_apart} Tw {shown} ET");
        let file = format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page\
             /Contents 4 0 R/Resources<</Font<</F<</Subtype/Type1/Encoding<</Differences[7/eacute/f_f_i]>>>>>>>>>>endobj\n\
             4 0 obj<</Length {}>>stream\n{page}\nendstream endobj\ntrailer<</Root 1 0 R>>\n",
            page.len()
        );
        text(file.as_bytes()).expect("a page is read")
    }

    #[test]
    fn letters_are_what_the_font_says() {
        assert_eq!(shown(&["o\\010ce, caf\\007  (a  b) ".to_owned()], 0.0, 0.0), "office, café (a b)\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_string_reads_the_same_in_one_piece_and_letter_by_letter(
            codes in "[ab  \u{7}\u{8}\u{9}]{1,12}",
            apart in proptest::sample::select(vec![-0.4, 0.0, 0.2, 1.6]),
            words_apart in proptest::sample::select(vec![-9.0, -4.6, -1.5, 0.0, 3.0]),
        ) {
            let letters: Vec<String> = codes.chars().map(String::from).collect();
            prop_assert_eq!(shown(&[codes], apart, words_apart), shown(&letters, apart, words_apart));
        }
    }
}
