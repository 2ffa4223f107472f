//! What the policy makes of what devices report: pure functions from a reading to verdicts, one file per requirement.
//!
//! Nothing here reads a clock or a database. A verdict is a whole sentence in three parts for a tired network manager:
//! what is so, how we know, what to do. What could not be told is a verdict of its own and never counts as met.

use caretaker_shared::model::{Reading, Requirement};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;

/// What one reading says about the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The requirements that this reading answers. Findings of others are left alone.
    pub covers: Vec<Requirement>,
    /// Whether everything was looked at. When it was not, a subject without a verdict may still exist.
    pub complete: bool,
    /// One for each requirement and subject.
    pub verdicts: Vec<Verdict>,
}

/// What is so of one subject of one requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What is asked.
    pub requirement: Requirement,
    /// Of what: a user, a path; empty for the device.
    pub subject: String,
    /// What came of it.
    pub outcome: VerdictOutcome,
}

/// What came of comparing. A summary is a few words ("never locks"), a reason says how we know and where it stands,
/// a remedy says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerdictOutcome {
    /// As the policy asks.
    Meets {
        /// In a few words.
        summary: String,
        /// How we know.
        reason: String,
    },
    /// Not as the policy asks.
    Fails {
        /// In a few words.
        summary: String,
        /// How we know.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// It cannot be told.
    Unknown {
        /// In a few words.
        summary: String,
        /// What kept us from knowing.
        reason: String,
        /// What to do.
        remedy: String,
    },
}

/// Compares a reading with the policy.
#[must_use]
pub fn judge(_reading: &Reading, _policy: &Policy, _now: Timestamp) -> Judgement {
    unimplemented!("written next")
}

/// Compares the time of a device's last word with the policy (A1).
#[must_use]
pub fn judge_contact(
    _last_seen: Option<Timestamp>,
    _enrolled: Timestamp,
    _policy: &Policy,
    _now: Timestamp,
) -> Judgement {
    unimplemented!("written next")
}
