//! How well rules find what they should, in figures that a person can hold against a claim. No input or output.
//!
//! A corpus is texts with what must be found in each (`corpus`); what the rules say of them is counted (`tally`), also
//! over ordinary texts in which nothing should be found (`silence`). Every share comes with its interval (`share`).

mod corpus;
mod met;
mod share;
mod silence;
mod spread;
mod tally;
mod units;

pub use corpus::{CorpusError, LINE_BYTES, Sample, Samples, held_out};
pub use met::Met;
pub use share::Share;
pub use silence::{Alert, Rate, Silence};
pub use spread::spread;
pub use tally::{Behaviour, Counts, FalseAlarm, Grave, Missed, Tally};
pub use units::{Unit, Units};

use std::fmt;

use serde::Serialize;

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Which of the files that were named, from 0: their order is that of the listing.
    #[serde(skip)]
    pub order: usize,
    /// Its name, as it was typed.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}
