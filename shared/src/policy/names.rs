//! In which form people are named to those who open a case (E9).

/// How the account that a case is about is shown to whoever has opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameForm {
    /// By the collector's pseudonym alone: "p-3fa2c1".
    Pseudonym,
    /// By the first letters: "J.S.".
    Initials,
    /// As the account is called: "j.smith".
    #[default]
    Full,
}

impl NameForm {
    /// All, from the least telling on.
    pub const ALL: [Self; 3] = [Self::Pseudonym, Self::Initials, Self::Full];

    /// As policies and the wire write it: "initials".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pseudonym => "pseudonym",
            Self::Initials => "initials",
            Self::Full => "full",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.word() == word)
    }
}
