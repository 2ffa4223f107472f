//! The operators' service: gRPC over a Unix socket in the data folder.
//!
//! Who calls is known from the socket itself: root, or the account that the collector runs under. Every call is
//! authorised first; every change is written to the audit chain in the transaction that makes it.

mod alerts;
mod compliance;
mod devices;
mod executables;
mod farewell;
mod findings;
mod outcome;
mod paging;
mod peer;
mod policies;
mod refusal;
mod service;
mod socket;
mod status;
mod tokens;
mod verdicts;

use std::sync::Arc;

use caretaker_shared::clock::Clock;
use caretaker_shared::digest::Sha256;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit_check::Found;
use crate::store::Store;

pub use outcome::Outcome;
pub(crate) use policies::TOML_BYTES as POLICY_BYTES;
pub use socket::{SOCKET, bind, serve};

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
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the school is: what counts as today.
    pub zone: TimeZone,
    /// Name of the school or trust.
    pub school: String,
    /// Host and port that devices reach the collector under: goes into enrolment tokens.
    pub address: String,
    /// SHA-256 of the authority's certificate: goes into enrolment tokens.
    pub authority: Sha256,
    /// Where mail goes.
    pub routes: MailRoutes,
    /// What the check of the audit chain has found.
    pub audit: Found,
    /// When this collector was started.
    pub started_at: Timestamp,
}
