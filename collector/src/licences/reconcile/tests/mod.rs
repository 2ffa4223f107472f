//! The audit against truths that are known before it begins.

mod cases;
mod golden;
mod property;
mod school;
mod suites;
mod truth;
