//! Rows that show afterwards that everything went as it should.

mod chain;
mod checkpoints;
mod due;
mod erase;
mod log;
mod purge;
mod requests;
mod retention;
#[cfg(test)]
mod retention_tests;
#[cfg(test)]
mod tests;

pub use chain::{Proof, Verdict, prove_file};
pub use checkpoints::Made;
pub(super) use checkpoints::{after as checkpoints_after, incarnation};
pub use due::Why;
pub(super) use erase::{case_content as erase_case, events_of_nobody as erase_events, label as erase_label};
pub use log::{AuditQuery, AuditRow, AuditRows, Reader};
pub use purge::Purged;
pub(super) use purge::sign as sign_count;
pub use requests::{KINDS, OUTCOMES, Registered, RequestRow, due};
pub use retention::{ErasedRow, RetentionReport};
