//! What an audit found, as it is kept for ever: numbers, and nothing about a person.
//!
//! Fields are only ever added, with a default: an audit of years ago still reads.

use std::collections::BTreeMap;

use jiff::civil::{Date, ISOWeekDate};
use serde::{Deserialize, Serialize};

use super::model::Pence;

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

    /// The title of this slug.
    #[must_use]
    pub fn title(&self, slug: &str) -> Option<&TitleOutcome> {
        let place = self.titles.binary_search_by(|title| title.slug.as_str().cmp(slug)).ok()?;
        self.titles.get(place)
    }

    /// Whether the requirement C3 is met, title by title.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut standing = Standing::default();
        for title in &self.titles {
            match title.state.verdict() {
                Verdict::Met => standing.met += 1,
                Verdict::NotMet => standing.not_met += 1,
                Verdict::Unknown => standing.unknown += 1,
                Verdict::NotJudged => {}
            }
        }
        standing
    }
}

/// How many titles meet C3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// In order, or exempt.
    pub met: u32,
    /// Over, without a licence, expired.
    pub not_met: u32,
    /// What cannot be told, and names that the catalogue does not know.
    pub unknown: u32,
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
    /// All copies that nothing covers are exempt.
    Exempt,
    /// Every copy is covered.
    InOrder,
    /// A licence is owned and nothing is installed.
    NotInstalled,
    /// Needs no licence: free, open source, or part of the system.
    NotNeeded,
}

impl TitleState {
    /// Every state, what needs attention first.
    pub const ALL: [Self; 9] = [
        Self::Over,
        Self::Unlicensed,
        Self::Expired,
        Self::CannotTell,
        Self::UnknownName,
        Self::Exempt,
        Self::InOrder,
        Self::NotInstalled,
        Self::NotNeeded,
    ];

    /// One word: over, unlicensed, expired, cannot-tell, unknown-name, exempt, in-order, not-installed, not-needed.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Unlicensed => "unlicensed",
            Self::Expired => "expired",
            Self::CannotTell => "cannot-tell",
            Self::UnknownName => "unknown-name",
            Self::Exempt => "exempt",
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
            Self::NotNeeded => Verdict::NotJudged,
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
    /// Needs no licence.
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

/// How many are owned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owned {
    /// So many.
    Seats(u32),
    /// As many as there are, at least at one site.
    Unlimited,
}

impl Default for Owned {
    fn default() -> Self {
        Self::Seats(0)
    }
}

/// One title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TitleOutcome {
    /// Its name in the catalogue's files; also of a suite.
    pub slug: String,
    /// Its name in front of people.
    pub name: String,
    /// One word of the catalogue; empty for unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// paid, free, open-source, bundled, freemium; empty for unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licensing: String,
    /// Slug of the suite that it is a member of; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suite: String,
    /// Of its licences.
    pub state: TitleState,
    /// Of its approval.
    pub permission: Permission,
    /// Seats of licences in force; what lapsed is not among them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owned: Owned,
    /// Counted devices that have it, the exempt among them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub installed: u32,
    /// Stale devices that had it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stale: u32,
    /// Of `installed`, those with an exception.
    #[serde(default, skip_serializing_if = "is_default")]
    pub exempt: u32,
    /// Of `installed`, those that a licence of its suite covers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub in_suite: u32,
    /// Seats given to people and to devices that are still there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assigned: u32,
    /// Of `installed`, those that opened it within the days of `Measures::unused_days`,
    #[serde(default, skip_serializing_if = "is_default")]
    pub used: u32,
    /// those that did not,
    #[serde(default, skip_serializing_if = "is_default")]
    pub unused: u32,
    /// and those that do not record it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub use_unknown: u32,
    /// Seats that are missing, however those that are owned are spread.
    #[serde(default, skip_serializing_if = "is_default")]
    pub over: u32,
    /// What `over` counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub over_of: Counted,
    /// Seats that are owned, and that neither a counted nor a stale device takes. Of licences with seats alone.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spare: u32,
    /// Installed where nobody approved it, and where it was refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unapproved: u32,
    /// See `unapproved`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refused: u32,
    /// Cost of the seats that are missing (see `reconcile::money`); absent when it is not known or none is missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at_risk: Option<Pence>,
    /// Cost of the seats that nobody uses; absent when it is not known or all are used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wasted: Option<Pence>,
    /// Why the state is `CannotTell`, or what to keep in mind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
    /// Its licences, also lapsed ones, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<LicencePosition>,
}

impl TitleOutcome {
    /// Whether seats are missing whose cost nobody recorded.
    #[must_use]
    pub fn risk_is_not_known(&self) -> bool {
        self.over > 0 && self.at_risk.is_none()
    }

    /// Whether paid seats are idle whose cost nobody recorded.
    #[must_use]
    pub fn waste_is_not_known(&self) -> bool {
        self.wasted.is_none() && self.licences.iter().any(|licence| licence.idle > 0)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Devices.
    #[default]
    Devices,
    /// Accounts with a copy of their own.
    Users,
    /// Full-time equivalents that the licences do not reach.
    Fte,
}

impl Counted {
    /// One word: devices, users, fte.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::Users => "users",
            Self::Fte => "fte",
        }
    }
}

/// Why a figure is not the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doubt", rename_all = "kebab-case")]
pub enum Doubt {
    /// So many copies do not tell the version or edition that a licence asks for: they may need one of their own.
    VersionNotTold {
        /// Copies.
        devices: u32,
    },
    /// More copies than may run at the same time; nobody measures how many do.
    Concurrent {
        /// Copies beyond what may run.
        beyond: u32,
    },
    /// A licence per full-time equivalent, and the site has not told how many it has.
    FteNotTold {
        /// Names of sites.
        sites: Vec<String>,
    },
    /// The catalogue does not have the title: nobody can tell where it is installed.
    NotInCatalogue,
    /// The catalogue does not say whether it has to be paid for.
    LicensingNotTold,
    /// It is free for some uses, and no licence says which these are.
    Freemium,
    /// A licence counts seats and its quantity is 0.
    NoQuantity,
}

/// How a licence stands on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its first day is to come.
    NotStarted,
    /// In force.
    InForce,
    /// In force, its maintenance has ended: newer versions are not covered.
    MaintenanceEnded,
    /// Lapsed.
    Expired,
}

impl Phase {
    /// One word: not-started, in-force, maintenance-ended, expired.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::InForce => "in-force",
            Self::MaintenanceEnded => "maintenance-ended",
            Self::Expired => "expired",
        }
    }
}

/// A licence, as it was on the day of the audit. Nothing of it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicencePosition {
    /// Its number.
    pub id: i64,
    /// `Metric::word`.
    pub metric: String,
    /// `Term::word`.
    pub term: String,
    /// What it covers; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edition: String,
    /// Name of its site; `None` for every site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Room, group or phase.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Seats that are its own: what was bought less what was handed on. 0 where the metric does not count.
    pub quantity: u32,
    /// Counted devices that it covers (accounts, where those are counted).
    pub taken: u32,
    /// Seats that nobody uses: neither taken nor possibly held by a stale device, or taken by a copy that is not opened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub idle: u32,
    /// Seats given out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assigned: u32,
    /// Seats that were given to devices that have left since: free again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub freed: u32,
    /// Seats that were handed to other sites.
    #[serde(default, skip_serializing_if = "is_default")]
    pub handed_on: u32,
    /// How it stands.
    pub phase: Phase,
    /// Its last day, or that of its maintenance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// Days that are left, from the day of the audit (0: today is the last); absent where nothing ends within
    /// `Measures::warn_days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_in: Option<u32>,
    /// The last day for notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<Date>,
    /// What it cost; absent when nobody recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pence>,
    /// Whom it was bought from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub supplier: String,
    /// Of the order.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order_ref: String,
}

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
