//! Pieces of the text in which letters may be in disguise.

use std::ops::Range;

/// Letters, digits and symbols without a blank: where they stand, and the first word among them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) token: u32,
}

/// Pieces in which letters may be in disguise, in order.
#[derive(Default)]
pub(crate) struct Pieces {
    found: Vec<Piece>,
    /// Where the last one that was looked at ends.
    end: usize,
}

impl Pieces {
    /// Whether the word that begins at `start` is in none that was looked at.
    pub(super) fn is_new(&self, start: usize) -> bool {
        start >= self.end
    }

    /// Adds one that was looked at, if it counts. `token` is the first word in it.
    pub(super) fn push(&mut self, place: Range<usize>, token: u32, counts: bool) {
        self.end = place.end;
        if counts {
            self.found.push(Piece { start: place.start, end: place.end, token });
        }
    }

    /// The words behind `token` have become so many more.
    pub(super) fn shift(&mut self, token: u32, more: u32) {
        let behind = self.found.iter_mut().rev().take_while(|piece| piece.token > token);
        behind.for_each(|piece| piece.token += more);
    }

    /// Takes them out.
    pub(crate) fn take(&mut self) -> Vec<Piece> {
        std::mem::take(&mut self.found)
    }
}
