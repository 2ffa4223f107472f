//! Words torn into pieces: "su ic ide".

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice};
use crate::fingerprint;
use crate::lattice::FRAGMENT;
use crate::pack::MASKABLE;

/// Fragments that a word is torn into.
const MOST_FRAGMENTS: u32 = 4;
/// Letters of a word that is put together from fragments.
const SHORTEST: usize = 4;

/// Short words in a row between which only one sign stands each: how many, and the letters and the length of each.
struct Row {
    count: usize,
    pieces: [(u64, usize); MOST_PIECES],
}

/// Pieces before a fragment and behind it, and itself.
const MOST_PIECES: usize = 2 * MOST_FRAGMENTS as usize - 1;

/// A piece with a digit in it: no word with one is torn, and texts are full of numbers.
const NONE: (u64, usize) = (0, 0);

/// Words put together from short pieces of which at least one is no word.
pub(super) fn fragments(lattice: &mut Lattice<'_>) {
    let mut tried = 0;
    for at in std::mem::take(&mut lattice.fragments) {
        // What an earlier fragment is a part of has been tried there.
        let earliest = tried.max((at + 1).saturating_sub(MOST_FRAGMENTS));
        tried = at + 1;
        let mut first = at;
        while first > earliest && follows(lattice, first) && lattice.letters(first - 1).is_some() {
            first -= 1;
        }
        // Most stand alone between longer words.
        if first < at || follows(lattice, at + 1) {
            let row = row(lattice, first, at);
            for from in first..=at {
                put_together(lattice, &row, (first, from, at));
            }
        }
    }
}

/// The pieces from `first` on; up to the fragment `at` they follow each other.
fn row(lattice: &Lattice<'_>, first: u32, at: u32) -> Row {
    let mut row = Row { count: 0, pieces: [(0, 0); MOST_PIECES] };
    for token in first..at + MOST_FRAGMENTS {
        let piece = lattice.letters(token).filter(|_| token <= at || follows(lattice, token));
        let (Some((letters, length)), Some(slot)) = (piece, row.pieces.get_mut(row.count)) else { break };
        *slot = if has_digit(letters, length) { NONE } else { (letters, length) };
        row.count += 1;
    }
    row
}

/// Looks for words that begin with the piece `from` and have the fragment `at` among them, in pieces of which the first is
/// `first`.
fn put_together(lattice: &mut Lattice<'_>, row: &Row, (first, from, at): (u32, u32, u32)) {
    let tables = lattice.tables;
    let pieces = row.pieces.get((from - first) as usize..row.count).unwrap_or_default();
    // In a register, the first lowest.
    let (mut letters, mut length) = (0, 0);
    for (token, &(piece, more)) in (from..from + MOST_FRAGMENTS).zip(pieces) {
        if (piece, more) == NONE {
            return;
        }
        if length < fingerprint::FEW {
            letters |= u128::from(piece) << (8 * length);
        }
        length += more;
        if token < at || token == from || length < SHORTEST {
            continue;
        }
        lattice.steps += 1;
        let few = length <= fingerprint::FEW;
        let print = if few { fingerprint::of_few(letters, length) } else { long(lattice, from, token) };
        let word = if tables.may_have(print) { tables.word_with(print, MASKABLE) } else { 0 };
        if word != 0 {
            lattice.edges.push(Edge { from, to: token + 1, word, disguise: Disguise::Torn });
        }
    }
}

/// Whether a digit is among the first `length` letters and digits.
#[inline]
fn has_digit(piece: u64, length: usize) -> bool {
    const LETTER: u64 = 0x4040_4040_4040_4040;
    !piece & LETTER & (u64::MAX >> (u64::BITS as usize - 8 * length.clamp(1, 8))) != 0
}

/// Room for the letters of all pieces that are put together.
const LETTERS: usize = 32;
const _: () = assert!(MOST_FRAGMENTS as usize * FRAGMENT + 8 <= LETTERS, "pieces have room for all their letters");

/// The fingerprint of many letters, those of the pieces `from` to `to`.
#[inline(never)]
fn long(lattice: &Lattice<'_>, from: u32, to: u32) -> u64 {
    let mut letters = Zeroizing::new([0; LETTERS]);
    let mut end = 0;
    for (piece, length) in (from..=to).filter_map(|token| lattice.letters(token)) {
        if let Some(place) = letters.get_mut(end..end + 8) {
            place.copy_from_slice(&piece.to_le_bytes());
        }
        end += length;
    }
    fingerprint::of_ascii(&*letters, 0, end)
}

/// Whether it may stand between the pieces of a word: a blank, a stop or a stroke.
#[inline]
pub(crate) fn may_tear(byte: u8) -> bool {
    matches!(byte, b' ' | b'.' | b'-' | b'_' | b',')
}

/// Whether only one sign that may tear a word stands between a word and the one before, and no sentence ends there.
#[inline]
fn follows(lattice: &Lattice<'_>, token: u32) -> bool {
    let at = token as usize;
    match (lattice.tokens.get(at.wrapping_sub(1)), lattice.tokens.get(at)) {
        (Some(before), Some(this)) => {
            let between = lattice.text.as_bytes().get(before.end as usize);
            this.start == before.end + 1 && !this.breaks() && between.is_some_and(|&byte| may_tear(byte))
        }
        (None, _) | (_, None) => false,
    }
}
