//! The audit log in words, and what its proof came to.

mod audit;
mod retention;
mod subject;
mod words;

pub use audit::{checkpoint, log, verdict};
pub use retention::{hold, retention};
pub use subject::{erased, exported};
