//! One text that a visit to a page gave.

use std::fmt;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::Source;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::Browser;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VisitKind {
    /// What was searched for.
    Search,
    /// A page's title.
    Title,
    /// The host and the words of the path of an address: never its account, query or fragment.
    Address,
}

impl VisitKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Search, Self::Title, Self::Address];

    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Title => "title",
            Self::Address => "address",
        }
    }
}

impl From<VisitKind> for Source {
    fn from(kind: VisitKind) -> Self {
        match kind {
            VisitKind::Search => Self::Search,
            VisitKind::Title => Self::Title,
            VisitKind::Address => Self::Address,
        }
    }
}

/// A text of one visit. It prints without the text, which is wiped when this is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Visit {
    /// What the text is.
    pub kind: VisitKind,
    /// The text: at most 2,048 bytes.
    pub text: Zeroizing<String>,
    /// Keyed hash of the path of the profile's database.
    pub profile: Sha256,
    /// The account that owns the home.
    pub user: String,
    /// The browser.
    pub browser: Browser,
    /// When the browser says that it was.
    pub visited_at: Timestamp,
}

impl fmt::Debug for Visit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Visit")
            .field("kind", &self.kind)
            .field("profile", &self.profile)
            .field("browser", &self.browser)
            .field("visited_at", &self.visited_at)
            .finish_non_exhaustive()
    }
}
