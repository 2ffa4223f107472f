//! Rows that show afterwards that everything went as it should.

mod chain;
mod checkpoints;
mod due;
mod erase;
mod log;
mod purge;
mod retention;
#[cfg(test)]
mod retention_tests;
#[cfg(test)]
mod tests;

pub use chain::{Proof, Verdict, prove_file};
pub use checkpoints::Made;
pub(super) use checkpoints::{after as checkpoints_after, incarnation};
pub use due::Why;
pub use log::{AuditQuery, AuditRow, AuditRows, Reader};
pub use purge::Purged;
pub use retention::{ErasedRow, RetentionReport};
