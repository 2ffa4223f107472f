//! Where flagged text may come from.

/// A kind of text that a device may look at (detection.md 3.0). Each can be off for a group, and outside of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A saved document.
    Document,
    /// What was typed into a search engine, from the browser's history.
    Search,
    /// The title of a page that was visited.
    Title,
    /// The address of a page that was visited.
    Address,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Document, Self::Search, Self::Title, Self::Address];

    /// The word for it in policies: "documents".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Document => "documents",
            Self::Search => "searches",
            Self::Title => "titles",
            Self::Address => "addresses",
        }
    }

    /// The source that a policy means by `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}
