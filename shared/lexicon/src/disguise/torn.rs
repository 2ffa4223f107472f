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

/// Words put together from short pieces of which at least one is no word.
pub(super) fn fragments(lattice: &mut Lattice<'_>) {
    let mut tried = 0;
    for at in std::mem::take(&mut lattice.fragments) {
        // What an earlier fragment is a part of has been tried there.
        let earliest = tried.max((at + 1).saturating_sub(MOST_FRAGMENTS));
        tried = at + 1;
        // Most stand alone between longer words.
        if (at > earliest && follows(lattice, at)) || follows(lattice, at + 1) {
            Row::around(lattice, at, earliest).put_together(lattice);
        }
    }
}

/// A fragment has up to three pieces before it and three after.
const ROW: usize = 2 * MOST_FRAGMENTS as usize - 1;
/// Room for the letters of all pieces that are put together.
const LETTERS: usize = 32;
const _: () = assert!(MOST_FRAGMENTS as usize * FRAGMENT + 8 <= LETTERS, "pieces have room for all their letters");

/// Pieces that stand side by side. Wiped when it is dropped.
struct Row {
    /// Their letters, the first lowest.
    letters: Zeroizing<[u64; ROW]>,
    /// How many letters each has.
    lengths: [usize; ROW],
    /// How many they are.
    count: usize,
    /// The first of them.
    first: u32,
    /// The fragment, counted from the first.
    inner: usize,
}

impl Row {
    /// The pieces around the fragment `at` that may belong to a word with it, from `earliest` on.
    fn around(lattice: &Lattice<'_>, at: u32, earliest: u32) -> Self {
        let mut first = at;
        while first > earliest && follows(lattice, first) && lattice.letters(first - 1).is_some() {
            first -= 1;
        }
        let inner = (at - first) as usize;
        let mut row = Self { letters: Zeroizing::new([0; ROW]), lengths: [0; ROW], count: 0, first, inner };
        let places = row.letters.iter_mut().zip(&mut row.lengths);
        for (token, (letters, length)) in (first..at + MOST_FRAGMENTS).zip(places) {
            if token > at && !follows(lattice, token) {
                break;
            }
            let Some(piece) = lattice.letters(token) else { break };
            (*letters, *length) = piece;
            row.count += 1;
        }
        row
    }

    /// Looks for words in all ways to put pieces together, the fragment among them.
    fn put_together(&self, lattice: &mut Lattice<'_>) {
        let tables = lattice.tables;
        for from in 0..=self.inner.min(self.count) {
            let (mut letters, mut length) = (0, 0);
            let pieces = self.letters.iter().zip(&self.lengths).take(self.count).enumerate();
            for (to, (&piece, &more)) in pieces.skip(from).take(MOST_FRAGMENTS as usize) {
                if length < fingerprint::FEW {
                    letters |= u128::from(piece) << (8 * length);
                }
                length += more;
                if to < self.inner.max(from + 1) {
                    continue;
                }
                lattice.steps += 1;
                if length < SHORTEST {
                    continue;
                }
                let few = length <= fingerprint::FEW;
                let print = if few { fingerprint::of_few(letters, length) } else { self.long(from, to) };
                let word = if tables.may_have(print) { tables.word_with(print, MASKABLE) } else { 0 };
                if word != 0 {
                    let (from, to) = (self.first + from as u32, self.first + to as u32 + 1);
                    lattice.edges.push(Edge { from, to, word, disguise: Disguise::Torn });
                }
            }
        }
    }

    /// The fingerprint of many letters, those of the pieces `from` to `to`.
    #[inline(never)]
    fn long(&self, from: usize, to: usize) -> u64 {
        let mut letters = Zeroizing::new([0; LETTERS]);
        let mut end = 0;
        for (piece, length) in self.letters.iter().zip(self.lengths).take(to + 1).skip(from) {
            if let Some(place) = letters.get_mut(end..end + 8) {
                place.copy_from_slice(&piece.to_le_bytes());
            }
            end += length;
        }
        fingerprint::of_ascii(&*letters, 0, end)
    }
}

/// Whether only a blank, a stop or a stroke stands between a word and the one before, and no sentence ends there.
#[inline]
fn follows(lattice: &Lattice<'_>, token: u32) -> bool {
    let at = token as usize;
    match (lattice.tokens.get(at.wrapping_sub(1)), lattice.tokens.get(at)) {
        (Some(before), Some(this)) => {
            let between = lattice.text.as_bytes().get(before.end as usize);
            this.start == before.end + 1 && !this.breaks() && matches!(between, Some(b' ' | b'.' | b'-' | b'_' | b','))
        }
        (None, _) | (_, None) => false,
    }
}
