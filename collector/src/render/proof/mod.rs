//! The audit log in words, and what its proof came to.

mod audit;
mod words;

pub use audit::{checkpoint, log, verdict};
