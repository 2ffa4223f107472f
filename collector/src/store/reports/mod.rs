//! What reports are counted from. Nothing here names a person; what is small is hidden by whoever shows it.

mod concerns;
mod conduct;
mod weekly;

pub use concerns::{ConcernRow, ReportScope};
pub use conduct::{ChangeRow, Conduct, OpenedRow};
pub use weekly::WeeklyFigures;
pub(in crate::store) use weekly::figures;
