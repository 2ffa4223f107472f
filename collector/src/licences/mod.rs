//! What a school owns against what it has installed: pure, no input or output.
//!
//! `model` is an entry of the register, `register` all of them as the audit reads them, `reconcile` the weekly comparison.

mod model;
mod outcome;
mod register;

pub use model::{Approval, Decision, Exemption, Licence, LicenceId, Metric, Pence, Scope, Term};
pub use outcome::{
    Counted, Doubt, Fleet, LicencePosition, Measures, Number, Outcome, Owned, Permission, Phase, Standing,
    TitleOutcome, TitleState, Totals, Verdict, WARN_DAYS,
};
pub use register::{Register, Seat, Transfer};
