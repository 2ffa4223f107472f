//! What a school owns against what it has installed: pure, no input or output.
//!
//! `model` is an entry of the register, `register` all of them as the audit reads them, `reconcile` the weekly comparison.

pub(crate) mod check;
mod edit;
mod estate;
pub mod import;
mod kind;
mod model;
mod outcome;
mod reconcile;
mod register;
mod standing;

pub use check::Problem;
pub use edit::{Change, Edit};
pub use estate::{Build, Day, Device, Estate, Group, Installation, Reading, Title};
pub use kind::Kind;
pub use model::{Approval, Decision, Exemption, Licence, LicenceId, Metric, Pence, Scope, Term};
pub use outcome::{
    Counted, Doubt, Fleet, LicencePosition, Measures, Number, Outcome, Owned, Permission, Phase, TitleCounts,
    TitleOutcome, TitleState, Totals, Verdict, WARN_DAYS,
};
pub use reconcile::{Audited, Behind, audit};
pub use register::{Register, Seat, Transfer};
pub use standing::{Next, Standing};
