//! Canaries: devices prove that their alerts arrive.
//!
//! A run asks devices by a number each. The device answers once, with a sentence of its own; the first answer of a run at
//! a site opens a case and is mailed as a concern would be, answers that come while it is open join it. Whoever takes the
//! case closes it, and with it the loop of every device that has answered. Such a case counts nowhere else.

mod answer;
mod ask;
mod list;
mod proof;
mod row;

pub(in crate::store) use answer::answered;
pub(in crate::store) use ask::open_question;
pub use list::Proof;
pub use proof::ProvenRow;
pub(in crate::store) use proof::acknowledged;
pub use row::{CanaryRow, CanaryState};
