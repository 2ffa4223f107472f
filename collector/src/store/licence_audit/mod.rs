//! Licence audits: made in one look at the database, kept for ever, compared.
//!
//! Reading and reckoning are done on a connection that only reads; the writer gets what came of it.

mod diff;
mod estate;
mod mails;
mod papers;
mod rows;
mod run;
mod sets;
mod trend;
mod weekly;

pub use diff::{AuditDiff, DeviceMove, LicenceMove, Reason, TitleDiff};
pub use papers::Asked;
pub use rows::{AuditDevice, AuditRow, KeptAudit, WhichAudit};
pub use trend::TrendWeek;

/// Who asked for the audit that the calendar asks for.
pub const WEEKLY: &str = "weekly";
/// The audit of every site, among those of each.
const EVERY_SITE: i64 = 0;
