//! Cases: what people make of safeguarding alerts.
//!
//! A case has the reference and the state of its alert; its file, its steps and its openings stand beside it. Whoever
//! a case is about, and whoever looks after other sites, is told that there is no such case (D4, C11).

mod concern;
mod disclosures;
mod evidence;
mod history;
mod hold;
mod incidents;
mod list;
mod openings;
mod person;
mod precision;
mod receipts;
mod release;
mod repeat;
mod row;
mod rule;
mod seats;
mod step;
mod subject;
#[cfg(test)]
mod tests;
mod viewer;
mod work;

pub(in crate::store) use concern::{Concern, join};
pub use disclosures::DisclosureRow;
pub(in crate::store) use evidence::ERASED;
pub use evidence::EvidenceRow;
pub use history::EarlierRow;
pub use hold::Lifted;
pub use incidents::{IncidentFilter, IncidentRow};
pub use list::{CaseCard, CaseFilter, CaseKey};
pub use openings::{Approved, OpeningRow};
pub use precision::RulePrecision;
pub use receipts::{Filed, ReceiptRow};
pub use release::{Ask, Released};
pub(in crate::store) use repeat::{is_demonstration, joinable, weigh};
pub use row::{CaseRow, CaseState};
pub use rule::{Purpose, Way, way};
pub use seats::SubjectSeat;
pub use step::{Form, StepRow, Words};
pub use subject::{SubjectAccess, SubjectData, SubjectErased, SubjectEvent};
pub use viewer::Viewer;
pub use work::{LinkWhy, Worked};
