//! Rows that show afterwards that everything went as it should.

mod chain;
mod checkpoints;
mod log;
#[cfg(test)]
mod tests;

pub use chain::{Proof, Verdict, prove_file};
pub use checkpoints::Made;
pub(super) use checkpoints::after as checkpoints_after;
pub use log::{AuditQuery, AuditRow, AuditRows, Reader};
