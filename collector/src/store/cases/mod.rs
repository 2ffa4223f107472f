//! Cases: what people make of safeguarding alerts.
//!
//! A case has the reference and the state of its alert; its file, its steps and its openings stand beside it. Whoever
//! a case is about, and whoever looks after other sites, is told that there is no such case (D4, C11).

mod concern;
mod history;
mod incidents;
mod list;
mod precision;
mod repeat;
mod row;
mod step;
mod viewer;
mod work;

pub(in crate::store) use concern::{Concern, join};
pub use history::EarlierRow;
pub use incidents::{IncidentFilter, IncidentRow};
pub use list::{CaseCard, CaseFilter, CaseKey};
pub use precision::RulePrecision;
pub(crate) use repeat::DAYS as REPEAT_DAYS;
pub(in crate::store) use repeat::{joinable, weigh};
pub use row::{CaseRow, CaseState};
pub use step::{Form, StepKind, StepRow, Words};
pub use viewer::Viewer;
pub use work::{LinkWhy, Worked};
