//! Licences out of other people's tables, and back into one.

pub mod cells;
mod columns;
mod csv_text;
mod export;
mod field;
mod rows;
pub mod sheet;
#[cfg(test)]
mod tests;

pub use columns::{Mapping, MappingError, find as find_columns};
pub use csv_text::{neutral, plain};
pub use export::{Listed, csv as as_csv, snipe_it as as_snipe_it};
pub use field::Field;
pub use rows::{CellError, ImportedRow, licences};
