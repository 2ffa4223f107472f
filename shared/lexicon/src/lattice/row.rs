//! The words of the row.

use crate::disguise;

/// Bits of a token below these are the number of its word.
const WORD: u32 = (1 << 22) - 1;
/// A phrase begins with this word.
pub(super) const BEGINS: u32 = 1 << 31;
/// A sentence ended before it.
pub(super) const BREAKS: u32 = 1 << 30;
/// There are further readings from here.
pub(super) const MORE: u32 = 1 << 29;
/// Neither a rule nor the list of plain words knows it.
pub(super) const UNKNOWN: u32 = 1 << 28;
/// Its plain letters are not those in the text.
pub(super) const CHANGED: u32 = 1 << 27;
/// A digit is in it.
pub(super) const DIGITS: u32 = 1 << 26;

/// Letters of a fragment of a word that was torn apart.
pub(crate) const FRAGMENT: usize = 5;

/// A word where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(super) bits: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    pub(crate) fn word(self) -> u32 {
        self.bits & WORD
    }

    pub(crate) fn breaks(self) -> bool {
        self.bits & BREAKS != 0
    }

    pub(super) fn is_unknown(self) -> bool {
        self.bits & UNKNOWN != 0
    }

    /// Bytes of it in the text.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it may be a fragment of a word.
    #[inline]
    pub(super) fn is_fragment(self) -> bool {
        (self.bits & (UNKNOWN | DIGITS) == UNKNOWN) & (self.length() <= FRAGMENT)
    }

    /// Whether it and the one before are short, and only one sign stands between them, such as may tear a word.
    #[inline]
    pub(super) fn follows(self, before: &Self, text: &[u8]) -> bool {
        let short = self.length() <= FRAGMENT && before.length() <= FRAGMENT;
        let close = short && self.start.wrapping_sub(before.end) == 1;
        close && text.get(before.end as usize).is_some_and(|&byte| disguise::may_tear(byte))
    }
}
