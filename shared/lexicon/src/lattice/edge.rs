//! Further readings of single places.

/// How a word was disguised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disguise {
    /// Digits or symbols for letters.
    Leet,
    /// A letter repeated.
    Repeated,
    /// Letters masked with stars.
    Masked,
    /// One letter wrong, missing, added, or swapped with the next.
    Misspelt,
    /// Words run together.
    Joined,
    /// Letters standing apart.
    Spaced,
    /// Torn into fragments.
    Torn,
    /// Two letters swapped or one dropped, in a word of a rule that is only probable.
    Slipped,
    /// Hardly a letter left as it was.
    Guessed,
}

impl Disguise {
    /// Whether a word in it says little unless the rest of its phrase stands there too.
    pub(crate) fn is_guess(self) -> bool {
        matches!(self, Self::Joined | Self::Slipped | Self::Guessed)
    }
}

/// A further reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Number of the word, 0 for one that only fills.
    pub(crate) word: u32,
    pub(crate) disguise: Disguise,
}
