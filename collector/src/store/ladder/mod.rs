//! The ladder of each safeguarding alert: begun in the transaction of its cause, climbed while nobody answers.
//!
//! What the steps are is decided in [`crate::delivery::ladder`], who stands on a rung by the policy in force; here both
//! become rows. An alert that is no longer 'new' has been answered: its ladder is over.

mod again;
mod begin;
mod case;
mod climb;
mod redirect;

pub(super) use again::{tell_again, tell_broken_glass};
pub(super) use begin::{DAILY, begin};
pub(super) use redirect::redirect;
