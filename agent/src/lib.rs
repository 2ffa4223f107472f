//! The agent: a background service on one school computer, and the few commands around it.
//!
//! `probes` ask the operating system through `host`; `documents` and `history` bring text, of which
//! `detection` makes events; all hand what they find to the `spool`, which the `uplink` empties towards the collector. `agent` wires them and nothing else.

pub mod agent;
mod blocking;
pub mod checkpoints;
pub mod cli;
pub mod clocks;
pub mod commands;
pub mod config;
pub mod detection;
pub mod documents;
pub mod history;
pub mod host;
pub mod identity;
pub mod narrowing;
pub mod panics;
pub mod plain;
pub mod platform;
pub mod probes;
pub mod runner;
pub mod schedule;
pub mod sealing;
pub mod spool;
pub mod uplink;
