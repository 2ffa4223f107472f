//! The categories of concern: what each is called, how serious it can be, who hears of it, what may be carried of it.

use crate::Severity;

/// The four kinds of risk of Keeping Children Safe in Education, and the school's own rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// What a child reads or sees.
    Content,
    /// Who talks with a child.
    Contact,
    /// How a child behaves.
    Conduct,
    /// What a child pays, or is cheated of.
    Commerce,
    /// What the school does not allow, and harms nobody.
    Policy,
}

/// Who deals with a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The designated safeguarding lead.
    Safeguarding,
    /// The network manager.
    Network,
}

/// Whom a text comes from: a rule may weigh more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeProfile {
    /// 4 to 11.
    Primary,
    /// 11 to 16.
    Secondary,
    /// 16 to 19.
    SixthForm,
    /// Staff.
    Adult,
}

impl AgeProfile {
    /// All, from young to old.
    pub const ALL: [Self; 4] = [Self::Primary, Self::Secondary, Self::SixthForm, Self::Adult];

    /// As rules and policies write it: "sixth_form".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::SixthForm => "sixth_form",
            Self::Adult => "adult",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.word() == word)
    }
}

/// A step by which somebody wins a child over. One alone says little; several make a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Asks how old the child is, or lies about it.
    Age,
    /// Asks whether the child is alone.
    Alone,
    /// Asks to keep a secret.
    Secrecy,
    /// Wants to talk elsewhere.
    Move,
    /// Wants a picture.
    Image,
    /// Wants to meet.
    Meet,
    /// Gives or promises something.
    Gift,
    /// Flatters, or sets the child against others.
    Trust,
}

impl Stage {
    /// All.
    pub const ALL: [Self; 8] =
        [Self::Age, Self::Alone, Self::Secrecy, Self::Move, Self::Image, Self::Meet, Self::Gift, Self::Trust];

    /// As rules and the wire write it: "secrecy".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Alone => "alone",
            Self::Secrecy => "secrecy",
            Self::Move => "move",
            Self::Image => "image",
            Self::Meet => "meet",
            Self::Gift => "gift",
            Self::Trust => "trust",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// A category of concern that a policy can turn on (detection.md 3.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// "selfharm".
    pub id: &'static str,
    /// "self-harm".
    pub title: &'static str,
    /// What kind of risk it is.
    pub risk: Risk,
    /// The least that a finding can weigh.
    pub least: Severity,
    /// The most that a finding can weigh.
    pub most: Severity,
    /// Who hears of it.
    pub audience: Audience,
    /// Whether any of the text, or where it stands, may travel with a finding. Where not, no code path can say it.
    pub carries_text: bool,
}

const fn row(id: &'static str, title: &'static str, risk: Risk, range: (u8, u8)) -> Category {
    let (least, most) = (Severity::at(range.0), Severity::at(range.1));
    Category { id, title, risk, least, most, audience: Audience::Safeguarding, carries_text: true }
}

const fn without_text(category: Category) -> Category {
    Category { carries_text: false, ..category }
}

const fn for_the_network(category: Category) -> Category {
    Category { audience: Audience::Network, ..category }
}

/// The categories that rules can have, the gravest first.
pub const CATEGORIES: &[Category] = &[
    without_text(row("csa", "sexual abuse of children", Risk::Content, (5, 5))),
    row("suicide", "suicide", Risk::Content, (3, 5)),
    row("selfharm", "self-harm", Risk::Content, (3, 5)),
    row("disclosure", "harm at home, running away, a call for help", Risk::Contact, (3, 5)),
    row("grooming", "grooming", Risk::Contact, (3, 5)),
    without_text(row("sexual_images", "sharing of intimate pictures, threats with them", Risk::Conduct, (3, 5))),
    row("eating", "eating disorders", Risk::Content, (3, 5)),
    row("violence", "threats of violence", Risk::Conduct, (2, 5)),
    row("weapons", "carrying weapons", Risk::Conduct, (2, 5)),
    row("extremism", "support for violent extremism", Risk::Content, (2, 4)),
    row("hate", "hatred of a group", Risk::Conduct, (2, 4)),
    row("bullying", "bullying", Risk::Conduct, (2, 4)),
    row("drugs", "buying, selling or carrying drugs", Risk::Content, (1, 3)),
    row("fraud", "fraud, money mules", Risk::Commerce, (2, 3)),
    row("porn", "pornography", Risk::Content, (1, 2)),
    row("gambling", "gambling", Risk::Commerce, (1, 2)),
    row("personal_data", "giving personal data away", Risk::Conduct, (1, 2)),
    for_the_network(row("bypass", "getting round the school's filter or protection", Risk::Policy, (1, 2))),
    for_the_network(row("copyright", "pirated films, music and programs", Risk::Policy, (1, 1))),
    row("profanity", "swearing, only counted", Risk::Conduct, (1, 1)),
    row("demonstration", "a made-up sentence, to test the way of an alert", Risk::Policy, (4, 4)),
];

/// The category `id`.
#[must_use]
pub fn category(id: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.id == id)
}
