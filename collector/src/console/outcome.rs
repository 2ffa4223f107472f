//! How an alert can end.

/// An outcome: what was done about an alert, or why nothing had to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The rule was wrong.
    FalseAlarm,
    /// It was right, but nothing had to be done.
    NoAction,
    /// Looked after by the pastoral team.
    Pastoral,
    /// Spoken about with the parents.
    Parents,
    /// Referred to early help.
    EarlyHelp,
    /// Referred to children's social care.
    SocialCare,
    /// Referred to the police.
    Police,
    /// Referred to Prevent.
    Prevent,
    /// Referred to the local authority designated officer.
    Lado,
    /// The device was put right.
    Fixed,
}

impl Outcome {
    const SAFEGUARDING: [Self; 9] = [
        Self::FalseAlarm,
        Self::NoAction,
        Self::Pastoral,
        Self::Parents,
        Self::EarlyHelp,
        Self::SocialCare,
        Self::Police,
        Self::Prevent,
        Self::Lado,
    ];
    const DEVICE: [Self; 3] = [Self::Fixed, Self::FalseAlarm, Self::NoAction];

    /// The outcomes that an alert of this kind can have.
    #[must_use]
    pub fn all_for(kind: &str) -> &'static [Self] {
        if kind == "device" { &Self::DEVICE } else { &Self::SAFEGUARDING }
    }

    /// The outcome of that word that an alert of this kind can have.
    #[must_use]
    pub fn parse(word: &str, kind: &str) -> Option<Self> {
        Self::all_for(kind).iter().copied().find(|outcome| outcome.word() == word)
    }

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FalseAlarm => "false-alarm",
            Self::NoAction => "no-action",
            Self::Pastoral => "pastoral",
            Self::Parents => "parents",
            Self::EarlyHelp => "early-help",
            Self::SocialCare => "social-care",
            Self::Police => "police",
            Self::Prevent => "prevent",
            Self::Lado => "lado",
            Self::Fixed => "fixed",
        }
    }

    /// All words for an alert of this kind, for a person to choose from.
    #[must_use]
    pub fn words_for(kind: &str) -> String {
        Self::all_for(kind).iter().map(|outcome| outcome.word()).collect::<Vec<_>>().join(", ")
    }
}
