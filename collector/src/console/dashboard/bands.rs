//! Into which band each device falls: how it reports, how old its signatures are, when it locks.

use jiff::SignedDuration;

use super::{Scene, SiteRules};
use crate::rules;
use crate::store::estate::Member;

/// How a device reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    Reporting,
    Silent,
    Never,
}

/// How old the signatures are that protect a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Day,
    ThreeDays,
    Week,
    Older,
    Unknown,
}

/// After how long a device asks for a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    Five,
    Ten,
    Fifteen,
    Longer,
    Never,
    Unknown,
}

impl Age {
    pub(super) const ALL: [Self; 5] = [Self::Day, Self::ThreeDays, Self::Week, Self::Older, Self::Unknown];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Day => "1d",
            Self::ThreeDays => "3d",
            Self::Week => "7d",
            Self::Older => "older",
            Self::Unknown => "unknown",
        }
    }
}

impl Lock {
    pub(super) const ALL: [Self; 6] = [Self::Five, Self::Ten, Self::Fifteen, Self::Longer, Self::Never, Self::Unknown];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Five => "5min",
            Self::Ten => "10min",
            Self::Fifteen => "15min",
            Self::Longer => "longer",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }
}

impl Scene {
    /// The rules of a device's site.
    pub(super) fn rules(&self, member: &Member) -> &SiteRules {
        // A device is counted at a site of the same list.
        &self.rules[member.state.site]
    }

    pub(super) fn contact(&self, member: &Member) -> Contact {
        match member.state.last_seen_at {
            None => Contact::Never,
            Some(seen) if self.now.duration_since(seen) > self.rules(member).silence => Contact::Silent,
            Some(_) => Contact::Reporting,
        }
    }

    /// How old the signatures of a device are by now; `None` when that is not known.
    pub(super) fn signatures(&self, member: &Member) -> Option<SignedDuration> {
        let policy = self.rules(member).policy.as_ref()?;
        let built = rules::signatures_of(member.products.as_deref()?, policy, self.now)?;
        Some(self.now.duration_since(built))
    }

    pub(super) fn age(&self, member: &Member) -> Age {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        match self.signatures(member) {
            None => Age::Unknown,
            Some(age) if age <= days(1) => Age::Day,
            Some(age) if age <= days(3) => Age::ThreeDays,
            Some(age) if age <= days(7) => Age::Week,
            Some(_) => Age::Older,
        }
    }

    /// What is known of some screens is the least of all: it stands where it is bad, and is not enough to be well.
    pub(super) fn lock(&self, member: &Member) -> Lock {
        const MINUTE: u32 = 60;
        let Some(locks) = member.locks else { return Lock::Unknown };
        if locks.never {
            return Lock::Never;
        }
        match locks.seconds {
            Some(seconds) if seconds > 15 * MINUTE => Lock::Longer,
            Some(seconds) if seconds > 10 * MINUTE => Lock::Fifteen,
            Some(seconds) if seconds > 5 * MINUTE => Lock::Ten,
            // What a device said before it fell silent may be so no longer.
            Some(_) if !locks.unsure && self.contact(member) == Contact::Reporting => Lock::Five,
            Some(_) | None => Lock::Unknown,
        }
    }
}
