//! Digits and symbols for letters, stars over letters: "su1c1de", "k!ll", "k*ll".

use zeroize::Zeroizing;

use super::{Disguise, Edge, LONGEST, Lattice, Span, exactly, joined, squeezed};
use crate::fingerprint;
use crate::lattice::Piece;

/// Signs with two readings that are read both ways; further ones only the first.
const BOTH_WAYS: usize = 4;
/// Letters that may be masked.
const MASKS: usize = 2;

/// What a sign may stand for, the likelier first; nothing for one that is no letter in disguise.
fn readings(sign: u8) -> &'static [u8] {
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
    matches!(sign, b'*' | b'#')
}

fn belongs(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_mask(byte) || matches!(byte, b'@' | b'$' | b'!' | b'|' | b'+')
}

/// The letters, digits and symbols around the word that begins at `start`.
pub(crate) fn piece_around(text: &[u8], start: usize, token: u32) -> Piece {
    let before = text.iter().take(start).rev().take(LONGEST).take_while(|&&byte| belongs(byte)).count();
    let after = text.iter().skip(start).take(2 * LONGEST).take_while(|&&byte| belongs(byte)).count();
    Piece { start: start - before, end: start + after, token }
}

/// Reads pieces that have symbols in them.
pub(super) fn pieces(lattice: &mut Lattice<'_>) {
    for piece in std::mem::take(&mut lattice.pieces) {
        let text = lattice.text.as_bytes();
        let whole = text.get(piece.start..piece.end).unwrap_or_default();
        lattice.steps += 1 + whole.len() as u64 / 8;
        let later = lattice.tokens.get(piece.token as usize..).unwrap_or_default();
        let words = later.iter().take(LONGEST).take_while(|token| (token.start as usize) < piece.end).count() as u32;
        let span = Span { from: piece.token, to: piece.token + words };
        let core = trimmed(whole);
        let found = core.len() < whole.len() && has_signs(core) && read_piece(lattice, span, core);
        // "ki!!", but not "die!": there the mark says what it says.
        let bare = words == 1 && !lattice.is_unknown(piece.token) && core.iter().all(u8::is_ascii_alphabetic);
        let only_behind = whole.starts_with(core);
        let says_so = bare && only_behind && core.len() < whole.len();
        if !found && !says_so && read_piece(lattice, span, whole) {
            // An exclamation mark that is a letter ends no sentence.
            lattice.join(span.to - 1, span.to + 1);
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

fn read_piece(lattice: &mut Lattice<'_>, span: Span, piece: &[u8]) -> bool {
    if !(2..=LONGEST).contains(&piece.len()) {
        return false;
    }
    let mut letters = Zeroizing::new([0; LONGEST]);
    let Some(small) = letters.get_mut(..piece.len()) else { return false };
    small.copy_from_slice(piece);
    small.make_ascii_lowercase();
    // Manuals repeat their options and their tables.
    let print = fingerprint::of(small);
    if lattice.has_no_reading(print) {
        return false;
    }
    let is_masked = small.iter().any(|&byte| is_mask(byte));
    let found = if is_masked { masked(lattice, span, small) } else { read(lattice, span, small) };
    if !found {
        lattice.learn_no_reading(print);
    }
    found
}

/// Reads a word in which digits or symbols stand for letters. Letters must be two of five: a year, a postcode, a
/// number of a list have fewer.
pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let signs = word.len() - letters;
    let clear = word.iter().all(|&byte| byte.is_ascii_alphabetic() || !readings(byte).is_empty());
    if signs == 0 || !clear || letters * 5 < word.len() * 2 || (word.len() <= 3 && letters < 2) {
        return false;
    }
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
        found |= exactly(lattice, span, decoded, Disguise::Leet);
        for squeezed in squeezed(decoded) {
            found |= exactly(lattice, span, &squeezed, Disguise::Leet);
        }
        if !found && choice < 2 {
            found |= joined::read(lattice, span, decoded);
        }
    }
    found
}

/// Reads a word with one or two letters masked: each letter of the alphabet is tried.
fn masked(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let masks: Vec<usize> = (0..word.len()).filter(|&at| word.get(at).is_some_and(|&byte| is_mask(byte))).collect();
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if masks.len() > MASKS || letters < 2 || letters + masks.len() != word.len() || word.len() > 24 {
        return false;
    }
    let mut tried = Zeroizing::new(word.to_vec());
    let mut found = false;
    for first in b'a'..=b'z' {
        for second in if masks.len() == 2 { b'a'..=b'z' } else { b'a'..=b'a' } {
            lattice.steps += 1;
            for (&at, letter) in masks.iter().zip([first, second]) {
                if let Some(slot) = tried.get_mut(at) {
                    *slot = letter;
                }
            }
            let number = lattice.tables.maskable(&tried);
            if number != 0 {
                let disguise = Disguise::Masked;
                lattice.edges.push(Edge { from: span.from, to: span.to, word: number, disguise });
                found = true;
            }
        }
    }
    found
}
