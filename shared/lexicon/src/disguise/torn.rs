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
    let mut row = Row { letters: Zeroizing::new([0; 48]), starts: [0; ROW + 1], count: 0 };
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
        if first == at && !follows(lattice, at + 1) {
            continue;
        }
        row.gather(lattice, first, at);
        row.put_together(lattice, first, at);
    }
}

/// Pieces that stand side by side. Wiped when it is dropped.
struct Row {
    /// Their letters, with room for reading eight bytes at a time.
    letters: Zeroizing<[u8; 48]>,
    /// Where each begins; one more at the end.
    starts: [usize; ROW + 1],
    count: usize,
}

/// A fragment has up to three pieces before it and three after.
const ROW: usize = 2 * MOST_FRAGMENTS as usize - 1;
const _: () = assert!(ROW * FRAGMENT + 8 <= 48, "a row of pieces has room for all their letters");

impl Row {
    /// The pieces from `first` on, up to the last that may belong to a word with the piece `at`.
    fn gather(&mut self, lattice: &Lattice<'_>, first: u32, at: u32) {
        self.count = 0;
        let mut end = 0;
        for token in first..at + MOST_FRAGMENTS {
            let Some((block, length)) = lattice.letters(token).filter(|_| token <= at || follows(lattice, token))
            else {
                break;
            };
            if let Some(place) = self.letters.get_mut(end..end + 8) {
                place.copy_from_slice(&block.to_le_bytes());
            }
            end += length;
            self.count += 1;
            if let Some(start) = self.starts.get_mut(self.count) {
                *start = end;
            }
        }
    }

    /// Looks for words in all ways to put pieces together, the piece `at` among them.
    fn put_together(&self, lattice: &mut Lattice<'_>, first: u32, at: u32) {
        let inner = (at - first) as usize;
        for from in 0..=inner.min(self.count) {
            for to in inner.max(from + 1)..self.count.min(from + MOST_FRAGMENTS as usize) {
                lattice.steps += 1;
                let (start, end) = (self.starts[from], self.starts[to + 1]);
                if end - start < SHORTEST {
                    continue;
                }
                let print = fingerprint::of_ascii(&*self.letters, start, end);
                let word = lattice.tables.word_with(print, MASKABLE);
                if word != 0 {
                    let (from, to) = (first + from as u32, first + to as u32 + 1);
                    lattice.edges.push(Edge { from, to, word, disguise: Disguise::Torn });
                }
            }
        }
    }
}

/// Whether only a blank, a stop or a stroke stands between a word and the one before, and no sentence ends there.
fn follows(lattice: &Lattice<'_>, token: u32) -> bool {
    let at = token as usize;
    match (lattice.tokens.get(at.wrapping_sub(1)), lattice.tokens.get(at)) {
        (Some(before), Some(this)) => {
            let between = lattice.text.as_bytes().get(before.end as usize..this.start as usize);
            !this.breaks() && matches!(between, Some(b" " | b"." | b"-" | b"_" | b","))
        }
        (None, _) | (_, None) => false,
    }
}
