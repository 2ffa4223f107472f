//! What an audit found, as it is kept for ever: numbers, and nothing about a person.
//!
//! Fields are only ever added, with a default: an audit of years ago still reads.

mod licence;
mod number;
mod state;
mod title;

use std::collections::BTreeMap;

use caretaker_shared::policy::Licences;
use jiff::civil::{Date, ISOWeekDate};
use serde::{Deserialize, Serialize};

use super::model::Pence;

pub use licence::{LicencePosition, Phase};
pub use number::Number;
pub use state::{Permission, TitleState, Verdict};
pub use title::{Counted, Doubt, Owned, TitleOutcome};

/// Days in which a licence that ends is told of, shortest first.
pub const WARN_DAYS: [u32; 3] = [30, 60, 90];

/// One audit, of every site or of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Day of the school's calendar.
    pub on: Date,
    /// The one site that it is about; `None` for every site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// By what it was made.
    pub measures: Measures,
    /// The devices.
    pub fleet: Fleet,
    /// Sums over the titles.
    pub totals: Totals,
    /// Every title that is installed or that the register names, by slug.
    pub titles: Vec<TitleOutcome>,
    /// Digest of the catalogue, hexadecimal; empty when none was loaded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub catalogue: String,
}

impl Outcome {
    /// The ISO week that it belongs to: year and number.
    #[must_use]
    pub fn week(&self) -> (i16, i8) {
        let week = ISOWeekDate::from(self.on);
        (week.year(), week.week())
    }

    /// Takes out what was paid for every site, and the sums that it is in: of one site's people, those of all alone know
    /// it.
    pub fn without_shared_costs(&mut self) {
        let (mut at_risk, mut wasted) = (0, 0);
        for title in &mut self.titles {
            if title.licences.iter().any(|licence| licence.site.is_none()) {
                (title.at_risk, title.wasted) = (None, None);
                title.licences.iter_mut().filter(|licence| licence.site.is_none()).for_each(|one| one.cost = None);
            }
            at_risk += title.at_risk.map_or(0, |pence| pence.0);
            wasted += title.wasted.map_or(0, |pence| pence.0);
        }
        let count = |of: fn(&TitleOutcome) -> bool| self.titles.iter().filter(|title| of(title)).count();
        let (risk, waste) = (count(TitleOutcome::risk_is_not_known), count(TitleOutcome::waste_is_not_known));
        self.totals.at_risk_unknown = u32::try_from(risk).unwrap_or(u32::MAX);
        self.totals.wasted_unknown = u32::try_from(waste).unwrap_or(u32::MAX);
        (self.totals.at_risk, self.totals.wasted) = (Pence(at_risk), Pence(wasted));
    }

    /// The title of this slug.
    #[must_use]
    pub fn title(&self, slug: &str) -> Option<&TitleOutcome> {
        let place = self.titles.binary_search_by(|title| title.slug.as_str().cmp(slug)).ok()?;
        self.titles.get(place)
    }

    /// Whether the requirement C3 is met, title by title.
    #[must_use]
    pub fn counts(&self) -> TitleCounts {
        TitleCounts::of(self.titles.iter().map(|title| title.state))
    }
}

/// How many titles meet C3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TitleCounts {
    /// In order, or exempt.
    pub met: u32,
    /// Over, without a licence, expired.
    pub not_met: u32,
    /// What cannot be told, and names that the catalogue does not know.
    pub unknown: u32,
}

impl TitleCounts {
    /// Counts states.
    pub fn of(states: impl IntoIterator<Item = TitleState>) -> Self {
        let mut counts = Self::default();
        for state in states {
            match state.verdict() {
                Verdict::Met => counts.met += 1,
                Verdict::NotMet => counts.not_met += 1,
                Verdict::Unknown => counts.unknown += 1,
                Verdict::NotJudged => {}
            }
        }
        counts
    }
}

/// From when on something is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// A device that was not seen for so many days is stale.
    pub stale_days: u32,
    /// A title that was not opened for so many days is unused.
    pub unused_days: u32,
    /// A licence that ends within so many days is told of; the longest of three.
    pub warn_days: [u32; 3],
}

impl From<&Licences> for Measures {
    /// As a policy says.
    fn from(policy: &Licences) -> Self {
        let Licences { unused_days, stale_days, warn_days, .. } = policy;
        Self { stale_days: *stale_days, unused_days: *unused_days, warn_days: *warn_days }
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self { stale_days: 30, unused_days: 90, warn_days: WARN_DAYS }
    }
}

/// The devices that the numbers rest on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fleet {
    /// Active devices: `counted + stale + silent`.
    pub enrolled: u32,
    /// Seen lately, with a list of software: what `installed` counts.
    pub counted: u32,
    /// Not seen for longer: shown apart.
    pub stale: u32,
    /// Have never given a list of software: not counted.
    pub silent: u32,
    /// Of the counted, those whose newest list is not whole: what is missing from it may be there.
    pub partial: u32,
    /// Of the counted, those that record for no title when it was opened.
    pub without_use: u32,
    /// Retired, lost or revoked: not counted, their seats are free.
    pub gone: u32,
}

/// Sums over all titles. The sections of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Titles by the state of their licences: `TitleState::word`.
    pub states: BTreeMap<String, u32>,
    /// Titles that nobody approved, installed on a counted device.
    pub unapproved: u32,
    /// Titles that were refused, and are installed.
    pub refused: u32,
    /// Titles of which a copy was not opened for long.
    pub unused: u32,
    /// Licences that end within the days of `Measures::warn_days`, each in the shortest that holds it.
    pub ending: [u32; 3],
    /// Licences that have lapsed.
    pub expired: u32,
    /// What buying the missing seats would cost; only of titles whose cost is known,
    pub at_risk: Pence,
    /// and how many lack seats and have no known cost.
    pub at_risk_unknown: u32,
    /// What seats cost that nobody uses, a year where the licence is paid by the year;
    pub wasted: Pence,
    /// and how many titles have such seats and no known cost.
    pub wasted_unknown: u32,
}
