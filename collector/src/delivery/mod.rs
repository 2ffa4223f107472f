//! Delivery: who is told, when and by which way, until somebody has answered.
//!
//! `ladder` decides the steps, `sending` takes those that are due and sends what is queued, `ways` are the ways out of
//! the house, `webhook` the last of them. Rows are the store's.

pub(crate) mod ladder;
mod sending;
mod ways;
mod webhook;

#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod ladder_tests;
#[cfg(test)]
mod tests;

pub use sending::run;
pub use ways::{Carried, MAIL, SECOND, WEBHOOK, Ways};
pub use webhook::{SIGNATURE, Webhook};
