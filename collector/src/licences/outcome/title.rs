//! What an audit found of one title.

use serde::{Deserialize, Serialize};

use super::licence::LicencePosition;
use super::state::{Permission, TitleState};
use crate::licences::model::Pence;

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

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
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

impl Doubt {
    /// Whether no figure hangs on it.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        matches!(self, Self::PlaceNotTold { devices: 0, .. })
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
    /// A licence is for a place that no device at its site belongs to: it is counted over the whole site.
    PlaceNotTold {
        /// Number of the licence.
        licence: i64,
        /// What it is for.
        place: String,
        /// It is of no single site.
        every_site: bool,
        /// Copies that only such licences of the title cover; 0 where nothing hangs on it.
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
    /// A licence counts seats, and nobody recorded how many.
    NoQuantity,
    /// It is only on stale devices, and nothing covers these.
    OnlyStale {
        /// Stale devices.
        devices: u32,
    },
    /// Beside what `over` counts, so many full-time equivalents are not reached.
    FteShort {
        /// Full-time equivalents, rounded up.
        seats: u32,
    },
}
