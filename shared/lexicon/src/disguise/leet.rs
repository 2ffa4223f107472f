//! Digits and symbols for letters, stars over letters: "su1c1de", "k!ll", "k*ll".

use std::ops::Range;

use zeroize::Zeroizing;

use super::{Disguise, Edge, LONGEST, Lattice, Span, TakeApart, exactly, joined, misspelt, squeezed};
use crate::letters;
use crate::pack::{GUESSABLE, MASKABLE};
use crate::token::{STRUCK, belongs};

/// Signs with two readings that are read both ways; further ones only the first.
const BOTH_WAYS: usize = 4;
/// Letters and signs of a word that is looked for misspelt or run together with others too: longer ones are digests and
/// keys, of which texts on programs are full.
const LONGEST_LIKELY: usize = 32;
/// Letters that may be masked.
const MASKS: usize = 2;
/// Letters and masks of a word that has some.
const MASKED: usize = 24;
/// Of a word of three, one may be masked.
const SHORT: usize = 3;
/// A mask within short words.
const STROKE: u8 = b'_';

/// What a sign may stand for, the likelier first; nothing for one that is no letter in disguise.
pub(super) fn readings(sign: u8) -> &'static [u8] {
    match sign {
        b'0' => b"o",
        b'1' | b'!' => b"il",
        b'|' => b"li",
        b'3' => b"e",
        b'4' | b'@' => b"a",
        b'5' | b'$' => b"s",
        b'6' => b"gb",
        b'7' | b'+' => b"t",
        b'8' => b"b",
        b'9' => b"g",
        _ => b"",
    }
}

fn is_mask(sign: u8) -> bool {
    matches!(sign, b'*' | b'#' | STROKE)
}

/// Whether it may be a part of a word.
pub(super) fn is_letter_or_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !readings(byte).is_empty()
}

/// What a letter says within a piece; `None` where it ends one, 0 where it says nothing.
fn sign(letter: char) -> Option<u8> {
    if letter.is_ascii() {
        return Some(letter as u8).filter(|&byte| belongs(byte));
    }
    if letters::is_invisible(letter) {
        return Some(0);
    }
    let (mut sign, mut more) = (None, false);
    letters::plain(letter, |plain| more |= sign.replace(plain).is_some());
    let plain = sign.filter(|sign| sign.is_ascii() && !more).map(|sign| sign as u8);
    plain.or_else(|| letters::looks_like(letter)).filter(|&byte| belongs(byte))
}

/// Where the letters, digits and symbols around the word that begins at `start` stand.
pub(crate) fn piece_around(text: &str, start: usize) -> Range<usize> {
    around(text, start, |sign| sign != STROKE)
}

/// Whether there may be a word in disguise there.
pub(crate) fn is_piece(lattice: &Lattice<'_>, place: &Range<usize>) -> bool {
    let is_word = |piece: &str| piece.bytes().all(|byte| byte.is_ascii_alphanumeric());
    lattice.text.get(place.clone()).is_some_and(|piece| !is_word(piece)) && !lattice.comes_to_nothing(place)
}

/// Whether a word that begins at `start` may have a stroke in it that is a letter.
pub(crate) fn is_near_stroke(text: &str, start: usize) -> bool {
    let near = text.as_bytes().get(start.saturating_sub(STRUCK)..text.len().min(start + STRUCK));
    // To the end in any case: several bytes at once.
    near.is_some_and(|near| near.iter().fold(false, |any, &byte| any | (byte == STROKE) | !byte.is_ascii()))
}

/// Where the letters, digits and symbols around the word that begins at `start` stand, with strokes.
pub(crate) fn struck_around(text: &str, start: usize) -> Range<usize> {
    around(text, start, |_| true)
}

/// Whether there may be a word there of which one letter is a stroke.
pub(crate) fn is_struck(lattice: &Lattice<'_>, place: &Range<usize>) -> bool {
    let piece = lattice.text.get(place.clone()).unwrap_or_default();
    let signs =
        if piece.is_ascii() { piece.len() } else { piece.chars().filter_map(sign).filter(|&sign| sign != 0).count() };
    let strokes = || piece.chars().filter_map(sign).filter(|&sign| sign == STROKE).count();
    signs <= STRUCK && strokes() == 1 && !lattice.comes_to_nothing(place)
}

#[inline]
fn around(text: &str, start: usize, is_part: impl Fn(u8) -> bool + Copy) -> Range<usize> {
    let (front, back) = (text.get(..start).unwrap_or_default(), text.get(start..).unwrap_or_default());
    // Most pieces are ASCII.
    let is_sign = |byte: &&u8| belongs(**byte) && is_part(**byte);
    let before = front.as_bytes().iter().rev().take(LONGEST).take_while(is_sign).count();
    let after = back.as_bytes().iter().take(2 * LONGEST).take_while(is_sign).count();
    let ends = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii);
    if ends(front.as_bytes().iter().rev().nth(before)) && ends(back.as_bytes().get(after)) {
        return start - before..start + after;
    }
    let is_part = |letter: &char| sign(*letter).is_some_and(is_part);
    let before = front.chars().rev().take(LONGEST).take_while(is_part);
    let after = back.chars().take(2 * LONGEST).take_while(is_part);
    let length = |letters: usize, letter: char| letters + letter.len_utf8();
    start - before.fold(0, length)..start + after.fold(0, length)
}

/// Reads pieces that have symbols in them.
pub(super) fn pieces(lattice: &mut Lattice<'_>) {
    let struck = lattice.struck.take();
    for piece in lattice.pieces.take().into_iter().chain(struck) {
        let place = piece.start..piece.end;
        if lattice.comes_to_nothing(&place) {
            continue;
        }
        let text = lattice.text.get(place.clone()).unwrap_or_default();
        lattice.steps += 1 + text.len() as u64 / 8;
        let signs = || text.chars().filter_map(sign).filter(|&byte| byte != 0).collect();
        // Of a piece of ASCII every byte is a sign as it is.
        let collected: Zeroizing<Vec<u8>> = Zeroizing::new(if text.is_ascii() { Vec::new() } else { signs() });
        let whole = if text.is_ascii() { text.as_bytes() } else { collected.as_slice() };
        let later = lattice.tokens.get(piece.token as usize..).unwrap_or_default();
        let words = later.iter().take(LONGEST).take_while(|token| (token.start as usize) < piece.end).count() as u32;
        let span = Span { from: piece.token, to: piece.token + words };
        let core = trimmed(whole);
        let mut found = core.len() < whole.len() && has_signs(core) && read_piece(lattice, span, core);
        // "ki!!", but not "die!": there the mark says what it says.
        let bare = !lattice.is_unknown(piece.token) && core.iter().all(u8::is_ascii_alphabetic);
        let says_so = bare && whole.starts_with(core) && core.len() < whole.len();
        if !says_so && read_piece(lattice, span, whole) {
            // An exclamation mark that is a letter ends no sentence.
            lattice.join(span.to - 1, span.to + 1);
            found = true;
        }
        if !found {
            lattice.learn_nothing(&place);
        }
    }
}

/// Without the symbols at either end.
fn trimmed(piece: &[u8]) -> &[u8] {
    let is_symbol = |byte: &u8| !byte.is_ascii_alphanumeric();
    let Some(start) = piece.iter().position(|byte| !is_symbol(byte)) else { return &[] };
    let end = piece.iter().rposition(|byte| !is_symbol(byte)).map_or(start, |last| last + 1);
    piece.get(start..end).unwrap_or_default()
}

fn has_signs(piece: &[u8]) -> bool {
    !piece.iter().all(u8::is_ascii_alphabetic)
}

/// A piece in small letters, and how many there are; `None` for one that is too long.
fn small(piece: &[u8]) -> Option<(Zeroizing<[u8; LONGEST]>, usize)> {
    let mut letters = Zeroizing::new([0; LONGEST]);
    let small = letters.get_mut(..piece.len())?;
    small.copy_from_slice(piece);
    small.make_ascii_lowercase();
    Some((letters, piece.len()))
}

fn read_piece(lattice: &mut Lattice<'_>, span: Span, piece: &[u8]) -> bool {
    if !(2..=LONGEST).contains(&piece.len()) {
        return false;
    }
    let Some((letters, count)) = small(piece) else { return false };
    let small = letters.get(..count).unwrap_or_default();
    if small.iter().any(|&byte| is_mask(byte)) {
        masked(lattice, span, small)
    } else {
        each_reading(lattice, small, |lattice, decoded, disguise, likely| {
            let found = spelt(lattice, span, decoded, disguise, likely);
            found || (likely && joined::beside(lattice, span, decoded))
        })
    }
}

/// Reads the word that is just being read, in which digits stand for letters.
pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8], take_apart: TakeApart) -> bool {
    each_reading(lattice, word, |lattice, decoded, disguise, likely| {
        let found = spelt(lattice, span, decoded, disguise, likely);
        found || (likely && lattice.cuts.is_empty() && take_apart(lattice, span, decoded))
    })
}

/// What the letters of a reading spell, or nearly spell.
fn spelt(lattice: &mut Lattice<'_>, span: Span, decoded: &[u8], disguise: Disguise, likely: bool) -> bool {
    let mut found = exactly(lattice, span, decoded, disguise);
    for squeezed in squeezed(decoded) {
        found |= exactly(lattice, span, &squeezed, disguise);
    }
    found || (likely && misspelt::read(lattice, span, decoded))
}

/// Hands on the ways to read a word in which digits or symbols stand for letters, and whether each is a likely one; says
/// whether any was good. Where letters are fewer than two of five, as in a year, a postcode, a number of a list, a
/// reading is a guess.
fn each_reading(
    lattice: &mut Lattice<'_>,
    word: &[u8],
    mut each: impl FnMut(&mut Lattice<'_>, &[u8], Disguise, bool) -> bool,
) -> bool {
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let clear = word.iter().all(|&byte| byte.is_ascii_alphabetic() || !readings(byte).is_empty());
    if letters == word.len() || letters == 0 || !clear {
        return false;
    }
    // What is repeated counts once.
    let signs = word.chunk_by(|one, other| one == other).filter(|run| !run.iter().all(u8::is_ascii_alphabetic)).count();
    let few = letters * 3 < signs * 2 || (word.len() <= SHORT && letters < 2);
    let disguise = if few { Disguise::Guessed } else { Disguise::Leet };
    let unsure = word.iter().filter(|&&byte| readings(byte).len() > 1).count().min(BOTH_WAYS);
    let mut found = false;
    for choice in 0..1_usize << unsure {
        let mut nth = 0;
        let mut letters = Zeroizing::new([0; LONGEST]);
        for (slot, &byte) in letters.iter_mut().zip(word) {
            let readings = readings(byte);
            let second = readings.len() > 1 && {
                nth += 1;
                nth <= unsure && choice >> (nth - 1) & 1 == 1
            };
            *slot = readings.get(usize::from(second)).copied().unwrap_or(byte);
        }
        let decoded = letters.get(..word.len()).unwrap_or_default();
        found |= each(lattice, decoded, disguise, choice < 2 && !found && word.len() <= LONGEST_LIKELY);
    }
    found
}

/// Reads a word with one or two letters masked: each letter of the alphabet is tried.
fn masked(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let masks: Vec<usize> = (0..word.len()).filter(|&at| word.get(at).is_some_and(|&byte| is_mask(byte))).collect();
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let clear = word.iter().all(|&byte| byte.is_ascii_alphabetic() || is_mask(byte) || !readings(byte).is_empty());
    let struck = word.contains(&STROKE);
    let inside = !struck || (masks.len() == 1 && trimmed(word).len() == word.len() && word.len() <= STRUCK);
    if masks.len() > MASKS || letters < 2 || !clear || !inside || word.len() > MASKED {
        return false;
    }
    let (flag, disguise) = match word.len() {
        SHORT => (GUESSABLE, Disguise::Guessed),
        _ => (MASKABLE, Disguise::Masked),
    };
    let decoded = word.iter().map(|&byte| readings(byte).first().copied().unwrap_or(byte));
    let mut tried = Zeroizing::new(decoded.collect::<Vec<u8>>());
    let mut found = false;
    for first in b'a'..=b'z' {
        for second in if masks.len() == 2 { b'a'..=b'z' } else { b'a'..=b'a' } {
            lattice.steps += 1;
            for (&at, letter) in masks.iter().zip([first, second]) {
                if let Some(slot) = tried.get_mut(at) {
                    *slot = letter;
                }
            }
            let number = lattice.tables.found_with(&tried, flag);
            if number != 0 {
                lattice.edges.push(Edge { from: span.from, to: span.to, word: number, disguise });
                found = true;
            }
        }
    }
    found
}
