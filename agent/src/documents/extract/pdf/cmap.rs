//! The table in which a font says which text its codes are ("ToUnicode").

use std::collections::HashMap;

use caretaker_shared::order;

use super::lexer::{Lexer, Piece};
use super::object::Object;

/// Entries of one table.
const ENTRIES: usize = 70_000;
/// Characters that one code may stand for: a ligature is few.
const CHARACTERS: usize = 16;

/// Text by code.
#[derive(Debug, Default)]
pub(super) struct CodeMap {
    single: HashMap<u32, String>,
    /// First and last code, and the character of the first. Sorted once it is read.
    ranges: Vec<(u32, u32, u32)>,
    /// How many bytes a code takes, where the table says so.
    pub(super) code_bytes: Option<usize>,
}

impl CodeMap {
    /// Reads a table. What is wrong in it is passed over.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::of(bytes, 0);
        let mut values: Vec<Object> = Vec::new();
        while let Some(piece) = lexer.next_piece() {
            match piece {
                Piece::Value(value) if values.len() < ENTRIES => values.push(value),
                Piece::Value(_) => {}
                Piece::Operator(operator) => {
                    match operator {
                        b"endcodespacerange" => map.code_bytes = longest(&values),
                        b"endbfchar" => map.add_single(&values),
                        b"endbfrange" => map.add_ranges(&values),
                        _ => {}
                    }
                    values.clear();
                }
            }
        }
        order::sort(&mut map.ranges);
        map
    }

    /// The text of a code.
    pub(super) fn text(&self, code: u32) -> Option<String> {
        if let Some(text) = self.single.get(&code) {
            return Some(text.clone());
        }
        let behind = self.ranges.partition_point(|(first, _, _)| *first <= code);
        let (first, last, character) = self.ranges.get(behind.checked_sub(1)?)?;
        let found = (code <= *last).then(|| char::from_u32(character.checked_add(code - first)?))??;
        Some(found.into())
    }

    /// How many entries it has.
    pub(super) fn entries(&self) -> usize {
        self.single.len() + self.ranges.len()
    }

    fn add_single(&mut self, values: &[Object]) {
        for pair in values.chunks_exact(2) {
            if let [Object::Text(code), Object::Text(text)] = pair {
                self.insert(number(code), text);
            }
        }
    }

    fn add_ranges(&mut self, values: &[Object]) {
        for range in values.chunks_exact(3) {
            let [Object::Text(first), Object::Text(last), target] = range else { continue };
            let (first, last) = (number(first), number(last));
            match target {
                Object::List(texts) => {
                    for (code, text) in (first..=last).zip(texts) {
                        if let Object::Text(text) = text {
                            self.insert(code, text);
                        }
                    }
                }
                Object::Text(text) => {
                    let text = utf16(text);
                    let mut characters = text.chars();
                    if let (Some(character), None) = (characters.next(), characters.next())
                        && self.ranges.len() < ENTRIES
                    {
                        self.ranges.push((first, last, character.into()));
                    } else if first == last {
                        self.single.insert(first, text);
                    }
                }
                Object::Null | Object::Number(_) | Object::Name(_) | Object::Dictionary(_) | Object::Reference(_) => {}
            }
        }
    }

    fn insert(&mut self, code: u32, text: &[u8]) {
        if self.single.len() < ENTRIES {
            self.single.insert(code, utf16(text));
        }
    }
}

fn longest(values: &[Object]) -> Option<usize> {
    let lengths =
        values.iter().filter_map(|value| if let Object::Text(code) = value { Some(code.len()) } else { None });
    lengths.max().filter(|length| (1..=4).contains(length))
}

/// A code of up to four bytes.
pub(super) fn number(code: &[u8]) -> u32 {
    code.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Text in the one encoding that these tables are written in.
fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).take(CHARACTERS).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).filter_map(Result::ok).filter(|c| *c != '\0').collect();
    if bytes.len() == 1 { char::from(bytes[0]).into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::CodeMap;

    #[test]
    fn reads_codes_ranges_and_ligatures() {
        let map = CodeMap::read(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfchar <0003> <0020> <0010> <00660069>\n\
              endbfchar 3 beginbfrange <0024> <0026> <0041> <0030><0031>[<0078> <D83DDE00>] <0040> <0040> <0066006C>\n\
              endbfrange",
        );
        assert_eq!(map.code_bytes, Some(2));
        let texts = [3, 0x10, 0x24, 0x26, 0x27, 0x30, 0x31, 0x40].map(|code| map.text(code).unwrap_or_default());
        assert_eq!(texts, [" ", "fi", "A", "C", "", "x", "\u{1f600}", "fl"]);
    }
}
