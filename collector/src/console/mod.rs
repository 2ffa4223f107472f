//! The operators' services: gRPC over a Unix socket in the data folder, and over the port for those with an operator's
//! certificate.
//!
//! Who calls is known from the connection itself: the account at the other end of the socket, or the certificate. Every
//! call is authorised first, by the table in `permissions`; every change is written to the audit chain in the
//! transaction that makes it, every refusal after it.

mod account;
mod alerts;
#[cfg(test)]
pub(crate) mod bench;
mod calls;
pub(crate) mod cases;
mod catalogue;
mod compliance;
mod dashboard;
mod devices;
mod entries;
#[cfg(test)]
mod entries_tests;
mod executables;
mod farewell;
mod figures;
mod findings;
mod guard;
mod keys;
mod licence_audit;
mod licences;
#[cfg(test)]
mod matrix_tests;
mod operators;
mod outcome;
mod paging;
pub(crate) mod peer;
pub(crate) mod permissions;
mod personal;
mod policies;
mod proof;
mod refusal;
mod reports;
mod router;
#[cfg(test)]
mod scope_tests;
mod service;
mod socket;
mod status;
mod tokens;
mod verdicts;
#[cfg(test)]
mod view_tests;

use std::sync::Arc;

use caretaker_shared::checkpoint::AuditKey;
use caretaker_shared::clock::Clock;
use caretaker_shared::pki::Authority;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Notify;

use crate::audit_check::Found;
use crate::data::OwnRules;
use crate::guidance::Guidance;
use crate::store::Store;

pub(crate) use catalogue::TOML_BYTES as RULES_BYTES;
pub(crate) use entries::{ENTRIES, LETTERS};
pub use figures::{Figures, SiteFigures, figures};
pub use guard::Services;
pub(crate) use operators::message_of as operator_message;
pub use outcome::Outcome;
pub(crate) use policies::TOML_BYTES as POLICY_BYTES;
pub(crate) use proof::audit_message;
pub use router::services;
pub use socket::{SOCKET, bind, serve, serve_port};

/// The largest message that goes to an operator.
pub const ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Where mail goes, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailRoutes {
    /// "smtp mail.example.school:587", "maildir ./caretaker-data/mail".
    pub first: String,
    /// The mail server that takes over, when one is set.
    pub second: Option<String>,
    /// The webhook's host and port, when one is set.
    pub webhook: Option<String>,
}

/// What the service works with.
#[derive(Clone)]
pub struct Context {
    /// The collector's memory.
    pub store: Store,
    /// Told when mail waits to go out.
    pub mail_waits: Arc<Notify>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the school is: what counts as today.
    pub zone: TimeZone,
    /// Name of the school or trust.
    pub school: String,
    /// Host and port that devices reach the collector under: goes into enrolment tokens.
    pub address: String,
    /// Signs the certificates of operators; its fingerprint goes into enrolment tokens and login codes.
    pub authority: Arc<Authority>,
    /// Where mail goes.
    pub routes: MailRoutes,
    /// What the check of the audit chain has found.
    pub audit: Found,
    /// What to do about a concern.
    pub guidance: Guidance,
    /// The school's own rules of titles.
    pub rules: OwnRules,
    /// Signs counts of what is erased.
    pub audit_key: Arc<AuditKey>,
    /// When this collector was started.
    pub started_at: Timestamp,
}
