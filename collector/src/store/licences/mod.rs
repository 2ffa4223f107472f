//! The register of licences and what belongs to it: seats, transfers, approvals, exceptions, full-time equivalents.
//!
//! Every change is one transaction together with its row of the audit chain, which holds no free text that may name
//! somebody: not the note, not who keeps the proof, not whose account has a seat.

mod add;
mod approvals;
mod exceptions;
mod fte;
mod place;
pub(in crate::store) mod register;
mod row;
mod seats;
#[cfg(test)]
mod tests;
mod title;
mod transfer;
mod work;

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{SiteScope, StoreError, audit};
use crate::audit::Entry;
use crate::licences::{LicenceId, Problem};

pub use add::Outcome;
pub use approvals::ApprovalRow;
pub use exceptions::ExceptionRow;
pub use fte::FteRow;
pub use place::LicencePlace;
pub use row::{LicenceRow, SeatCounts};
pub use seats::SeatRow;
pub use transfer::TransferRow;

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

impl Unfit {
    /// An entry that would be none, for this reason.
    fn because<T>(field: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Result<T, Self> {
        Err(Self::Problem(Problem::new(field, problem, remedy)))
    }
}

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

/// The licence of this number, when the caller may change it.
fn owned(tx: &Transaction<'_>, id: LicenceId, sites: &SiteScope) -> Done<LicenceRow> {
    let Some(row) = row::one(tx, id, sites)? else { return Ok(Err(Unfit::Unknown)) };
    if !row.own {
        return Ok(Err(Unfit::NotTheirs));
    }
    if row.removed.is_some() {
        let problem = format!("{id} was taken out of the register");
        return Ok(Unfit::because("number", problem, format!("why:  caretaker-collector licences show {id}")));
    }
    Ok(Ok(row))
}
