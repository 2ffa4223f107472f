//! The licence register as it is meant: what was bought, for what, for whom and until when.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A licence's number: "L-0042" in front of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceId(pub i64);

impl LicenceId {
    /// Reads "L-0042", "l-42" or "42".
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix(['L', 'l']).map_or(text, |digits| digits.strip_prefix('-').unwrap_or(digits));
        let number = digits.parse().ok().filter(|number| *number > 0)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(Self(number))
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "L-{:04}", self.0)
    }
}

/// An amount of money in pence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pence(pub u64);

impl fmt::Display for Pence {
    /// "£1,208.00".
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pounds = crate::render::text::number(self.0 / 100);
        write!(out, "£{pounds}.{:02}", self.0 % 100)
    }
}

/// What a licence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Devices that have the title.
    Device,
    /// People who were given a seat.
    User,
    /// Full-time equivalents of the school: as many as it employs are needed, and any number of devices is covered.
    Fte,
    /// Copies that run at the same time in a room.
    Concurrent,
    /// One site, with any number of devices.
    Site,
    /// Every site of the trust.
    Trust,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 6] = [Self::Device, Self::User, Self::Fte, Self::Concurrent, Self::Site, Self::Trust];

    /// One word: device, user, fte, concurrent, site, trust.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::User => "user",
            Self::Fte => "fte",
            Self::Concurrent => "concurrent",
            Self::Site => "site",
            Self::Trust => "trust",
        }
    }

    /// The metric of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.word() == word)
    }

    /// Whether a place that a licence of it names says for which devices it is. What people or full-time equivalents have
    /// is theirs wherever they are.
    #[must_use]
    pub fn binds_to_place(self) -> bool {
        match self {
            Self::Device | Self::Concurrent | Self::Site => true,
            Self::User | Self::Fte | Self::Trust => false,
        }
    }

    /// Whether a licence of it has a quantity.
    #[must_use]
    pub fn is_counted(self) -> bool {
        match self {
            Self::Device | Self::User | Self::Fte | Self::Concurrent => true,
            Self::Site | Self::Trust => false,
        }
    }
}

/// For how long a licence is owned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Until its end; the cost is a year's.
    Subscription,
    /// For ever.
    Perpetual,
    /// For ever; its end is that of the maintenance, after which newer versions are not covered.
    Maintenance,
    /// Came with something else that was bought.
    Bundled,
    /// Costs nothing.
    Free,
    /// To try, until its end.
    Trial,
}

impl Term {
    /// Every term.
    pub const ALL: [Self; 6] =
        [Self::Subscription, Self::Perpetual, Self::Maintenance, Self::Bundled, Self::Free, Self::Trial];

    /// One word: subscription, perpetual, maintenance, bundled, free, trial.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Perpetual => "perpetual",
            Self::Maintenance => "maintenance",
            Self::Bundled => "bundled",
            Self::Free => "free",
            Self::Trial => "trial",
        }
    }

    /// The term of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|term| term.word() == word)
    }

    /// Whether nothing is owned any more after its end.
    #[must_use]
    pub fn lapses(self) -> bool {
        match self {
            Self::Subscription | Self::Trial => true,
            Self::Perpetual | Self::Maintenance | Self::Bundled | Self::Free => false,
        }
    }
}

/// Where something holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Scope {
    /// Name of the site; `None` for every site.
    pub site: Option<String>,
    /// Room, group or phase, as the school calls it; empty for all of it.
    pub place: String,
}

/// One licence of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its number.
    pub id: LicenceId,
    /// Slug of a title of the catalogue, or of a suite.
    pub title: String,
    /// "2019" covers that version and older ones; empty covers all.
    pub version: String,
    /// "standard"; empty covers all.
    pub edition: String,
    /// What it counts.
    pub metric: Metric,
    /// For how long it is owned.
    pub term: Term,
    /// How many; 0 where the metric does not count.
    pub quantity: u32,
    /// Where it holds.
    pub scope: Scope,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Its last day: on the day after, it has expired.
    pub ends_on: Option<Date>,
    /// The last day on which notice can be given.
    pub notice_on: Option<Date>,
    /// For the whole term; a year's of a subscription.
    pub cost: Option<Pence>,
    /// Whom it was bought from.
    pub supplier: String,
    /// Of the order or invoice.
    pub order_ref: String,
    /// Who keeps the proof.
    pub proof_holder: String,
    /// Anything else.
    pub note: String,
}

/// What an approval group decided (A5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// May be bought and installed.
    Approved,
    /// May not.
    Refused,
}

impl Decision {
    /// One word: approved, refused.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    /// The decision of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Approved, Self::Refused].into_iter().find(|decision| decision.word() == word)
    }
}

/// An entry of the register of approvals (A5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Slug of the title.
    pub title: String,
    /// What was decided.
    pub decision: Decision,
    /// The group or person that decided.
    pub decided_by: String,
    /// The day.
    pub decided_on: Date,
    /// Where it holds.
    pub scope: Scope,
    /// Its last day; `None` for one that stays.
    pub ends_on: Option<Date>,
}

/// What the audit shall not complain of, for a reason and until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Slug of the title.
    pub title: String,
    /// Where it holds.
    pub scope: Scope,
    /// Number of the one device that it is for; `None` for all.
    pub device: Option<i64>,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub ends_on: Date,
}

#[cfg(test)]
mod tests {
    use super::{LicenceId, Metric, Term};

    #[test]
    fn a_number_reads_as_it_is_printed() {
        for text in ["L-0042", "l-42", "42", " L-0042 "] {
            assert_eq!(LicenceId::parse(text), Some(LicenceId(42)), "{text}");
        }
        for text in ["", "L-", "0", "-3", "L-+4", "42a", "L-99999999999999999999"] {
            assert_eq!(LicenceId::parse(text), None, "{text}");
        }
        assert_eq!(LicenceId(42).to_string(), "L-0042");
    }

    #[test]
    fn words_are_read_back() {
        assert!(Metric::ALL.into_iter().all(|metric| Metric::parse(metric.word()) == Some(metric)));
        assert!(Term::ALL.into_iter().all(|term| Term::parse(term.word()) == Some(term)));
    }
}
