//! How one licence stood on the day of an audit.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::title::is_default;
use crate::licences::model::Pence;

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
