//! What a school owns against what it has installed: pure, no input or output.
//!
//! `model` is the register, `reconcile` the weekly comparison.

mod model;

pub use model::{Approval, Decision, Exemption, Licence, LicenceId, Metric, Pence, Scope, Term};
