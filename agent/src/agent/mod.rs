//! The running service: its wiring, and the loops that belong to no other part.

mod browsing;
mod canary;
mod cost;
mod looking;
mod probing;
mod service;
mod watching;

pub use service::{hostname, run, run_when_enrolled};
