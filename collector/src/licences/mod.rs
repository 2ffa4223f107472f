//! What a school owns against what it has installed: pure, no input or output.
//!
//! `model` is an entry of the register, `register` all of them as the audit reads them, `reconcile` the weekly comparison.

pub(crate) mod check;
mod edit;
pub mod import;
mod kind;
mod model;
mod register;
mod standing;

pub use check::Problem;
pub use edit::{Change, Edit};
pub use kind::Kind;
pub use model::{Approval, Decision, Exemption, Licence, LicenceId, Metric, Pence, Scope, Term};
pub use register::{Register, Seat, Transfer};
pub use standing::{Next, Standing};
