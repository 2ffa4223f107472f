//! Reads what a PDF is written in: values, and in the content of pages also operators.

use super::bytes::{ENDS_WORD, digit, is_space};
use super::object::{Dictionary, Object};

/// Lists and dictionaries may stand in each other this deep; what is deeper reads as nothing.
const DEPTH: usize = 32;

/// Values that one value may hold, in all that stands in it.
const VALUES: usize = 500_000;

/// One piece of a page's content.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    Value(Object),
    Operator(&'a [u8]),
}

/// Reads values one after the other.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Values that the one being read may still hold.
    left_values: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn of(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at: at.min(bytes.len()), left_values: VALUES }
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Passes over bytes.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.bytes.len());
    }

    /// Passes over a picture within the content: it ends at an "EI" that stands alone.
    pub(super) fn skip_picture(&mut self) {
        let rest = self.rest();
        let is_end = |part: &[u8]| matches!(part, [before, b'E', b'I', behind] if before.is_ascii_whitespace() && behind.is_ascii_whitespace());
        let end = rest.windows(4).position(is_end);
        self.skip(end.map_or(rest.len(), |end| end + 3));
    }

    // Asked for each byte, and else not inlined where the program is to be small.
    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => {
                    let end = self.rest().iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    self.skip(end.unwrap_or(usize::MAX / 2));
                }
                byte if is_space(byte) => self.at += 1,
                _ => return,
            }
        }
    }

    /// The next value, with references to other objects; nothing at an operator, which is passed over.
    pub(super) fn value(&mut self) -> Object {
        self.left_values = VALUES;
        match self.piece(true, 0) {
            Some(Piece::Value(value)) => value,
            Some(Piece::Operator(_)) | None => Object::Null,
        }
    }

    /// The next piece of content, in which references mean nothing.
    pub(super) fn next_piece(&mut self) -> Option<Piece<'a>> {
        self.left_values = VALUES;
        self.piece(false, 0)
    }

    fn piece(&mut self, references: bool, depth: usize) -> Option<Piece<'a>> {
        self.skip_space();
        let first = self.peek()?;
        let value = match first {
            b'/' => {
                self.at += 1;
                Object::Name(self.name())
            }
            b'(' => Object::Text(self.text()),
            b'<' if self.rest().starts_with(b"<<") => {
                self.at += 2;
                self.dictionary(references, depth)
            }
            b'<' => Object::Text(self.hexadecimal()),
            b'[' => {
                self.at += 1;
                self.list(references, depth)
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number(references),
            b']' | b'>' | b'{' | b'}' | b')' => {
                self.at += 1;
                return Some(Piece::Operator(&self.bytes[self.at - 1..self.at]));
            }
            _ => {
                let word = self.word();
                return Some(match word {
                    b"true" | b"false" | b"null" => Piece::Value(Object::Null),
                    word => Piece::Operator(word),
                });
            }
        };
        Some(Piece::Value(value))
    }

    fn word(&mut self) -> &'a [u8] {
        let length = self.rest().iter().position(|byte| ENDS_WORD[usize::from(*byte)]);
        let word = &self.rest()[..length.unwrap_or(self.rest().len())];
        self.at += word.len();
        word
    }

    fn number(&mut self, references: bool) -> Object {
        let word = self.word();
        if references && word.iter().all(u8::is_ascii_digit) {
            let mut ahead = self.clone();
            ahead.skip_space();
            let generation = ahead.word();
            ahead.skip_space();
            let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
            let is_whole = !generation.is_empty() && generation.iter().all(u8::is_ascii_digit);
            if let Some(number) = number.filter(|_| is_whole && ahead.word() == b"R") {
                self.at = ahead.at;
                return Object::Reference(number);
            }
        }
        let number: Option<f64> = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
        Object::Number(number.filter(|number| number.is_finite()).unwrap_or(0.0))
    }

    fn name(&mut self) -> Vec<u8> {
        let word = self.word();
        if !word.contains(&b'#') {
            return word.to_vec();
        }
        let mut name = Vec::with_capacity(word.len());
        let mut rest = word;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            match (byte, behind) {
                (b'#', [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    name.push(digit(*high) << 4 | digit(*low));
                    rest = &behind[2..];
                }
                _ => name.push(*byte),
            }
        }
        name
    }

    fn text(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 0;
        loop {
            let rest = self.rest();
            let run = rest.iter().position(|byte| matches!(byte, b'(' | b')' | b'\\')).unwrap_or(rest.len());
            text.extend_from_slice(&rest[..run]);
            self.at += run;
            let Some(byte) = self.peek() else { return text };
            self.at += 1;
            match byte {
                b'\\' => text.extend(self.escape()),
                b'(' => {
                    depth += 1;
                    if depth > 1 {
                        text.push(byte);
                    }
                }
                _ => {
                    depth -= 1;
                    if depth == 0 {
                        return text;
                    }
                    text.push(byte);
                }
            }
        }
    }

    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                Some((value & 0xFF) as u8)
            }
            b'\n' => None,
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
                None
            }
            byte => Some(byte),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let end = self.rest().iter().position(|byte| *byte == b'>').unwrap_or(self.rest().len());
        let mut text = Vec::with_capacity(end.div_ceil(2));
        let mut high = None;
        for digit in self.rest()[..end].iter().filter_map(|byte| char::from(*byte).to_digit(16)) {
            match high.take() {
                None => high = Some(digit << 4),
                Some(high) => text.push((high | digit) as u8),
            }
        }
        text.extend(high.map(|high| high as u8));
        self.skip(end + 1);
        text
    }

    fn list(&mut self, references: bool, depth: usize) -> Object {
        if depth == DEPTH {
            return Object::Null;
        }
        let mut values = Vec::new();
        loop {
            match self.piece(references, depth + 1) {
                Some(Piece::Value(value)) => {
                    if self.may_hold() {
                        values.push(value);
                    }
                }
                Some(Piece::Operator(b"]")) | None => return Object::List(values),
                // The end of the object: the list was never closed.
                Some(Piece::Operator(b"endobj" | b"stream")) => return Object::List(values),
                Some(Piece::Operator(_)) => {}
            }
        }
    }

    fn may_hold(&mut self) -> bool {
        let left = self.left_values.checked_sub(1);
        self.left_values = left.unwrap_or(0);
        left.is_some()
    }

    fn dictionary(&mut self, references: bool, depth: usize) -> Object {
        if depth == DEPTH {
            return Object::Null;
        }
        let mut entries = Vec::new();
        let mut name = None;
        loop {
            match (self.piece(references, depth + 1), name.take()) {
                (Some(Piece::Value(Object::Name(key))), None) => name = Some(key),
                (Some(Piece::Value(value)), Some(key)) => {
                    if self.may_hold() {
                        entries.push((key, value));
                    }
                }
                (Some(Piece::Value(_)), None) => {}
                (Some(Piece::Operator(b">")), _) => {
                    if self.peek() == Some(b'>') {
                        self.at += 1;
                    }
                    return Object::Dictionary(Dictionary::of(entries));
                }
                (Some(Piece::Operator(b"endobj" | b"stream")) | None, _) => {
                    return Object::Dictionary(Dictionary::of(entries));
                }
                (Some(Piece::Operator(_)), _) => {}
            }
        }
    }
}
