//! The register of licences and what belongs to it: seats, transfers, approvals, exceptions, full-time equivalents.
//!
//! Every change is one transaction together with its row of the audit chain, which holds no free text that may name
//! somebody: not the note, not who keeps the proof, not whose account has a seat.

mod add;
mod register;
mod row;
mod title;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{StoreError, audit};
use crate::audit::Entry;
use crate::licences::Problem;

pub use add::Outcome;
pub use row::{LicenceRow, SeatCounts};

/// Why a step on the register was not done; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// There is no such entry that the caller may change.
    Unknown,
    /// It is for all sites, and the caller is responsible for some.
    NotTheirs,
    /// There is no such site that the caller may change.
    NoSite(String),
    /// The entry would be none.
    Problem(Problem),
}

/// What a step on the register came to.
pub type Done<T> = Result<Result<T, Unfit>, StoreError>;

/// Who does something, and when.
#[derive(Debug, Clone)]
pub struct Hand {
    /// As the audit chain names them.
    pub actor: String,
    /// Now.
    pub at: Timestamp,
}

impl Hand {
    /// Writes down what was done: "licence.add" of "L-0042".
    fn write_down(
        &self,
        tx: &Transaction<'_>,
        action: &str,
        subject: String,
        detail: String,
    ) -> Result<(), StoreError> {
        let at_ms = self.at.as_millisecond();
        let entry = Entry { at_ms, actor: self.actor.clone(), action: action.to_owned(), subject, detail };
        audit::append(tx, &entry)
    }
}
