//! The collector as its devices and its operators meet it: a real port, real certificates, a clock that the test moves.

mod canary;
mod house;
mod identity;
mod ingest;
mod limits;
mod numbers;
mod operators;
#[path = "../presets/mod.rs"]
mod presets;
mod setup;
mod titles;
mod truth;
