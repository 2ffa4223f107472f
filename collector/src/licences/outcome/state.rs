//! How a title stands: its licences, and its approval.

use serde::{Deserialize, Serialize};

/// How the licences of a title stand, apart from whether it was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitleState {
    /// More is installed (or more people, or full-time equivalents) than is owned.
    Over,
    /// It is paid for, and there is no licence at all.
    Unlicensed,
    /// What covered it has lapsed, and it is still installed where nothing else covers it.
    Expired,
    /// The figures do not tell; `TitleOutcome::doubts` says why.
    CannotTell,
    /// A name that the catalogue does not know.
    UnknownName,
    /// Every copy is exempt.
    Exempt,
    /// Every copy is for the licence of its suite, which is judged as a title of its own.
    InSuite,
    /// Every copy is covered.
    InOrder,
    /// A licence is owned and nothing is installed.
    NotInstalled,
    /// Needs no licence: free, open source, or part of the system.
    NotNeeded,
}

impl TitleState {
    /// Every state, what needs attention first.
    pub const ALL: [Self; 10] = [
        Self::Over,
        Self::Unlicensed,
        Self::Expired,
        Self::CannotTell,
        Self::UnknownName,
        Self::Exempt,
        Self::InSuite,
        Self::InOrder,
        Self::NotInstalled,
        Self::NotNeeded,
    ];

    /// One word: over, unlicensed, expired, cannot-tell, unknown-name, exempt, in-suite, in-order, not-installed, not-needed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Unlicensed => "unlicensed",
            Self::Expired => "expired",
            Self::CannotTell => "cannot-tell",
            Self::UnknownName => "unknown-name",
            Self::Exempt => "exempt",
            Self::InSuite => "in-suite",
            Self::InOrder => "in-order",
            Self::NotInstalled => "not-installed",
            Self::NotNeeded => "not-needed",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// What it means for C3.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Over | Self::Unlicensed | Self::Expired => Verdict::NotMet,
            Self::CannotTell | Self::UnknownName => Verdict::Unknown,
            Self::Exempt | Self::InOrder | Self::NotInstalled => Verdict::Met,
            Self::InSuite | Self::NotNeeded => Verdict::NotJudged,
        }
    }
}

/// What a state means for C3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In order.
    Met,
    /// Not.
    NotMet,
    /// Nobody can tell.
    Unknown,
    /// Needs no licence, or is judged with its suite.
    NotJudged,
}

/// Whether a title may be there (A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Somebody decided against it, at least for a site where it is.
    Refused,
    /// Nobody has approved it, at least for a site where it is.
    Missing,
    /// Nobody knows what it is.
    Unknown,
    /// Approved wherever it is installed.
    Approved,
    /// Comes with the system or with another product, is not installed, or is exempt.
    NotNeeded,
}

impl Permission {
    /// One word: refused, missing, unknown, approved, not-needed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Approved => "approved",
            Self::NotNeeded => "not-needed",
        }
    }
}
