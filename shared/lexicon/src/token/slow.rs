//! Words that are not plain ASCII, letter by letter.

use unicode_segmentation::UnicodeSegmentation as _;
use zeroize::Zeroizing;

use super::between::Between;
use super::bytes::{APOSTROPHE, OTHER_SCRIPT, STROKE, SYMBOL, WORD, class};
use super::{Sink, Word};
use crate::letters;

/// Plain letters that are collected before a word must end: no word is longer.
const LONGEST: usize = 4096;
/// From here on a run of letters is cut where it can be.
const CUT: usize = 1024;

/// The way of words that are not plain ASCII. Its buffers are wiped.
pub(super) struct Slow {
    /// Plain letters.
    plain: Zeroizing<String>,
    /// For each byte of `plain`, where its letter stands in the text.
    places: Vec<usize>,
    /// For each byte of `plain`, the Latin letter that its letter looks like, or 0.
    looks: Zeroizing<Vec<u8>>,
    /// A word whose look-alikes have been undone.
    undone: Zeroizing<String>,
}

impl Default for Slow {
    fn default() -> Self {
        Self {
            plain: Zeroizing::new(String::new()),
            places: Vec::new(),
            looks: Zeroizing::new(Vec::new()),
            undone: Zeroizing::new(String::new()),
        }
    }
}

impl Slow {
    /// Hands on the words that begin at `from`, up to the next mark or blank of ASCII; returns where that is.
    pub(super) fn read<S: Sink>(&mut self, text: &str, from: usize, between: &mut Between, sink: &mut S) -> usize {
        if self.plain.capacity() < 2 * LONGEST {
            // All that is ever needed, so that no copy is left behind by growing.
            self.plain.reserve_exact(2 * LONGEST);
            self.looks.reserve_exact(2 * LONGEST);
            self.undone.reserve_exact(2 * LONGEST);
        }
        if let Some(end) = self.ascii(text, from, between, sink) {
            return end;
        }
        let mut end = text.len();
        for (offset, letter) in text.get(from..).unwrap_or_default().char_indices() {
            let at = from + offset;
            if letter.is_ascii() && class(letter as u8) & (WORD | APOSTROPHE) == 0 {
                end = at;
                break;
            }
            self.take(letter, at);
            let full = self.plain.len() >= LONGEST || (self.plain.len() >= CUT && !letter.is_alphanumeric());
            if full {
                self.flush(text, between, sink);
            }
        }
        self.flush(text, between, sink);
        end
    }

    /// Hands on a word of ASCII with apostrophes in it; `None` if it is any other.
    fn ascii<S: Sink>(&mut self, text: &str, from: usize, between: &mut Between, sink: &mut S) -> Option<usize> {
        let rest = text.as_bytes().get(from..)?;
        let length = rest.iter().take(CUT).take_while(|&&byte| class(byte) & (WORD | APOSTROPHE) != 0).count();
        let closed = rest.get(length).is_none_or(|&byte| class(byte) & (WORD | APOSTROPHE | OTHER_SCRIPT) == 0);
        let written = rest.get(..length).filter(|_| closed)?;
        let is_letter = |byte: &u8| class(*byte) & WORD != 0;
        let (first, last) = (written.iter().position(is_letter)?, written.iter().rposition(is_letter)?);
        let letters = written.iter().filter(|byte| is_letter(byte));
        self.plain.extend(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
        sink.word(Word {
            start: from + first,
            end: from + last + 1,
            plain: Some(&self.plain),
            digits: self.plain.bytes().any(|byte| byte.is_ascii_digit()),
            breaks: between.breaks,
            symbols: false,
            struck: false,
        });
        *between = Between::default();
        self.plain.clear();
        Some(from + length)
    }

    fn take(&mut self, letter: char, at: usize) {
        if letters::is_invisible(letter) || letters::is_apostrophe(letter) {
            return;
        }
        let looks = letters::looks_like(letter).unwrap_or(0);
        let Self { plain, places, looks: all_looks, .. } = self;
        letters::plain(letter, |part| {
            // A mark that a compatibility form brings ends a word like any other.
            let part = if part.is_ascii() && !part.is_ascii_alphanumeric() { ' ' } else { part };
            if plain.len() + part.len_utf8() <= plain.capacity() {
                plain.push(part);
                places.resize(plain.len(), at);
                all_looks.resize(plain.len(), looks);
            }
        });
    }

    fn flush<S: Sink>(&mut self, text: &str, between: &mut Between, sink: &mut S) {
        let Self { plain, places, looks, undone } = self;
        for (start, word) in plain.split_word_bound_indices() {
            let place = |at: usize| places.get(at).copied().unwrap_or_default();
            let letter_at = |at: usize| text.get(at..).and_then(|rest| rest.chars().next());
            if !word.contains(char::is_alphanumeric) {
                if let Some(letter) = letter_at(place(start)) {
                    between.other(letter);
                }
                continue;
            }
            let last = place(start + word.len() - 1);
            let end = last + letter_at(last).map_or(0, char::len_utf8);
            undone.clear();
            let word = if undo(word, looks.get(start..).unwrap_or_default(), undone) { undone.as_str() } else { word };
            sink.word(Word {
                start: place(start),
                end,
                plain: Some(word),
                digits: word.bytes().any(|byte| byte.is_ascii_digit()),
                breaks: between.breaks,
                symbols: beside_symbol(text, place(start), end),
                struck: false,
            });
            *between = Between::default();
        }
        plain.clear();
        places.clear();
        looks.clear();
    }
}

/// Invisible letters that are passed over on the way to a symbol.
const HIDDEN: usize = 4;

/// Whether a symbol that may stand for a letter touches a word.
fn beside_symbol(text: &str, start: usize, end: usize) -> bool {
    let is_symbol = |letter: char| {
        // Full-width marks are those of ASCII, as far apart from them as the blank is from the first.
        let wide = u32::from(letter).checked_sub(0xfee0).and_then(|plain| u8::try_from(plain).ok());
        let byte = u8::try_from(letter).ok().filter(u8::is_ascii).or(wide);
        byte.is_some_and(|byte| class(byte) & (SYMBOL | STROKE) != 0)
    };
    let is_seen = |letter: &char| !letters::is_invisible(*letter);
    let before = text.get(..start).and_then(|before| before.chars().rev().take(HIDDEN).find(is_seen));
    let behind = text.get(end..).and_then(|behind| behind.chars().take(HIDDEN).find(is_seen));
    before.is_some_and(is_symbol) || behind.is_some_and(is_symbol)
}

/// Writes `word` with its look-alikes as the Latin letters that they look like, if there are Latin ones beside them and
/// nothing else is left over.
fn undo(word: &str, looks: &[u8], undone: &mut String) -> bool {
    let latin = word.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if !latin || word.is_ascii() {
        return false;
    }
    for (at, letter) in word.char_indices() {
        let plain = if letter.is_ascii() { letter } else { char::from(looks.get(at).copied().unwrap_or(0)) };
        if plain == '\0' {
            return false;
        }
        undone.push(plain);
    }
    true
}
