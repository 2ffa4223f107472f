//! Pages for paper: headings, paragraphs and fields, one under the other, as a PDF.
//!
//! Letters are looked up one by one in a shipped font: Latin, Greek and Cyrillic. What it lacks is shown as a box, and
//! stands in the text of the PDF all the same.

mod figures;
mod sheet;
mod typeface;

pub use figures::Shade;
pub use sheet::{About, PaperError, Sheet, Weight};
