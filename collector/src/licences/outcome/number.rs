//! The numbers of a title behind which there are devices.

/// What stands behind a number of a title: which devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// `TitleOutcome::installed`.
    Installed,
    /// `TitleOutcome::stale`.
    Stale,
    /// `TitleOutcome::exempt`.
    Exempt,
    /// `TitleOutcome::used`.
    Used,
    /// `TitleOutcome::unused`.
    Unused,
    /// Those among which seats are missing: whichever of them is taken off, it helps. At least `TitleOutcome::over`.
    Over,
    /// `TitleOutcome::unapproved`.
    Unapproved,
    /// `TitleOutcome::refused`.
    Refused,
}

impl Number {
    /// Every number.
    pub const ALL: [Self; 8] = [
        Self::Installed,
        Self::Stale,
        Self::Exempt,
        Self::Used,
        Self::Unused,
        Self::Over,
        Self::Unapproved,
        Self::Refused,
    ];

    /// One word: installed, stale, exempt, used, unused, over, unapproved, refused.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Stale => "stale",
            Self::Exempt => "exempt",
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Over => "over",
            Self::Unapproved => "unapproved",
            Self::Refused => "refused",
        }
    }

    /// The number of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|number| number.word() == word)
    }
}
