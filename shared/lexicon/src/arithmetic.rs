//! How the severity of a finding comes about: a few named numbers that travel with it, and print as a sentence.
//!
//! A reason is one of a closed list. There is no field for text, so that none can travel along.

use std::fmt;

use crate::Severity;

/// Why a score is higher or lower. The order is that of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// What the rule itself says.
    Base,
    /// Somebody means to do it.
    Intent,
    /// Somebody speaks of themselves.
    FirstPerson,
    /// There is a means to do it.
    Means,
    /// There is a time.
    Time,
    /// There is somebody whom it is aimed at.
    Target,
    /// There is a place.
    Place,
    /// It was said three times or more, in one text or within a week.
    Repetition,
    /// Weaker words of the same category stand close by.
    WeakWords,
    /// Several steps of grooming come together.
    Stages,
    /// Whom it comes from: younger weighs more, grown-up less.
    Age,
    /// School work, set texts, news.
    Study,
    /// A story, a play, a song, a game.
    Fiction,
    /// Said for fun.
    Joke,
    /// It is denied.
    Negation,
    /// Somebody else's words.
    Quotation,
    /// Another harmless context.
    Context,
    /// The same person was the subject of a case of this category before: the collector's to add, never a rule's.
    Repeat,
}

impl Reason {
    /// All, in the order of the sentence. Packs hold places in this list: it only grows at its end.
    pub const ALL: [Self; 18] = [
        Self::Base,
        Self::Intent,
        Self::FirstPerson,
        Self::Means,
        Self::Time,
        Self::Target,
        Self::Place,
        Self::Repetition,
        Self::WeakWords,
        Self::Stages,
        Self::Age,
        Self::Study,
        Self::Fiction,
        Self::Joke,
        Self::Negation,
        Self::Quotation,
        Self::Context,
        Self::Repeat,
    ];
    /// What a `boost` of a rule may be for.
    pub(super) const BOOSTS: [Self; 7] =
        [Self::Intent, Self::FirstPerson, Self::Means, Self::Time, Self::Target, Self::Place, Self::Repetition];
    /// What a `not_near` with `sub` may be for.
    pub(super) const DISCOUNTS: [Self; 6] =
        [Self::Study, Self::Fiction, Self::Joke, Self::Negation, Self::Quotation, Self::Context];

    /// The word on the wire and in rules; never changes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Intent => "intent",
            Self::FirstPerson => "first_person",
            Self::Means => "means",
            Self::Time => "time",
            Self::Target => "target",
            Self::Place => "place",
            Self::Repetition => "repetition",
            Self::WeakWords => "weak_words",
            Self::Stages => "stages",
            Self::Age => "age",
            Self::Study => "study",
            Self::Fiction => "fiction",
            Self::Joke => "joke",
            Self::Negation => "negation",
            Self::Quotation => "quotation",
            Self::Context => "context",
            Self::Repeat => "repeat",
        }
    }

    /// The reverse of [`word`](Self::word).
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    fn title(self) -> &'static str {
        match self {
            Self::FirstPerson => "first person",
            Self::WeakWords => "weaker words close by",
            Self::Stages => "several steps of grooming",
            Self::Study => "study context",
            Self::Fiction => "fiction context",
            Self::Joke => "joke context",
            Self::Context => "harmless context",
            Self::Base
            | Self::Intent
            | Self::Means
            | Self::Time
            | Self::Target
            | Self::Place
            | Self::Repetition
            | Self::Age
            | Self::Negation
            | Self::Quotation
            | Self::Repeat => self.word(),
        }
    }
}

/// One number of a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What for.
    pub reason: Reason,
    /// How much.
    pub points: i8,
}

/// Points by [`Reason`], 0 where one adds nothing.
pub(super) type Points = [i8; Reason::ALL.len()];

/// A sum and the range that its result is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arithmetic {
    points: Points,
    least: Severity,
    most: Severity,
    /// What a single step of grooming is held to; more steps lift it.
    alone: Option<Severity>,
}

impl Arithmetic {
    /// A sum that starts with what a rule says. `least` and `most` are those of its category.
    #[must_use]
    pub fn new(base: Severity, least: Severity, most: Severity) -> Self {
        Self::of([Part { reason: Reason::Base, points: i8::try_from(base.level()).unwrap_or(i8::MAX) }], least, most)
    }

    /// A sum from its parts, as they came over the wire.
    #[must_use]
    pub fn of(parts: impl IntoIterator<Item = Part>, least: Severity, most: Severity) -> Self {
        let mut sum = Self::of_points([0; Reason::ALL.len()], least, most);
        for part in parts {
            sum.add(part.reason, part.points);
        }
        sum
    }

    /// A sum from what each reason adds.
    pub(super) fn of_points(points: Points, least: Severity, most: Severity) -> Self {
        Self { points, least, most, alone: None }
    }

    /// Holds the result to `most` for as long as no [`Reason::Stages`] adds to it.
    pub(super) fn held_while_alone(&mut self, most: Severity) {
        self.alone = Some(most);
    }

    /// Adds to the sum. A reason counts once: of two with the same, the larger stays.
    pub fn add(&mut self, reason: Reason, points: i8) {
        add(&mut self.points, reason, points);
    }

    /// The parts, in the order of [`Reason`].
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        let parts = Reason::ALL.into_iter().zip(self.points).map(|(reason, points)| Part { reason, points });
        parts.filter(|part| part.points != 0)
    }

    /// Whether a reason adds to the sum, or takes from it.
    pub(super) fn has(&self, reason: Reason) -> bool {
        self.parts().any(|part| part.reason == reason)
    }

    /// The sum as it is; below 1 there is no finding.
    #[must_use]
    pub fn sum(&self) -> i32 {
        sum(&self.points)
    }

    /// The sum, held to its range.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let (least, most) = (self.least.level(), self.most().level().max(self.least.level()));
        let level = self.sum().clamp(i32::from(least), i32::from(most));
        u32::try_from(level).ok().and_then(Severity::new).unwrap_or(self.least)
    }

    /// The least that it can come to.
    #[must_use]
    pub fn least(&self) -> Severity {
        self.least
    }

    /// The most that it can come to.
    #[must_use]
    pub fn most(&self) -> Severity {
        match self.alone {
            Some(alone) if !self.has(Reason::Stages) => alone.min(self.most),
            Some(_) | None => self.most,
        }
    }
}

/// Adds to some points. Of two for one reason the larger stays.
pub(super) fn add(points: &mut Points, reason: Reason, more: i8) {
    let at = Reason::ALL.iter().position(|&known| known == reason);
    let less = |points: &&mut i8| points.unsigned_abs() < more.unsigned_abs();
    if let Some(points) = at.and_then(|at| points.get_mut(at)).filter(less) {
        *points = more;
    }
}

/// What points come to.
pub(super) fn sum(points: &Points) -> i32 {
    points.iter().map(|&points| i32::from(points)).sum()
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.parts().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            if part.reason == Reason::Base {
                write!(out, "{comma}base {}", part.points)?;
            } else {
                write!(out, "{comma}{} {:+}", part.reason.title(), part.points)?;
            }
        }
        if self.sum() < 1 {
            return write!(out, ": nothing to report");
        }
        write!(out, ": {} of 5", self.severity())?;
        let level = i32::from(self.severity().level());
        match self.sum() {
            sum if sum > level => write!(out, " (never more than {} here)", self.most()),
            sum if sum < level => write!(out, " (never less than {} here)", self.least),
            _ => Ok(()),
        }
    }
}
