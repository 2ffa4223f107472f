//! Licences out of other people's tables, and back into one.

pub mod cells;
mod csv_text;
pub mod sheet;

pub use csv_text::{neutral, plain};
