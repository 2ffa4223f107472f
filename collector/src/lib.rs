//! The collector: one server and one command line.
//!
//! `grpc` speaks with devices, `console` with operators; both go through `store`, which alone knows SQL. `rules` turn
//! readings into findings, `catalogue` turns raw names of software into titles, `exchange` writes software lists for
//! other programs and reads theirs, `licences` holds what was bought against what is installed, `explained` says a
//! policy in plain English and `clauses` what holds which clause, `alerts` turn events into alerts, `delivery` and
//! `mail` carry them out of the house. `filter` says which rows of a list somebody wants, `dashboard` shows the school
//! on one screen, `metrics` gives figures to monitoring. `server` wires them and nothing else; `commands` are what a
//! person types.

pub mod audit;
pub mod audit_check;
pub mod audit_papers;
pub mod backup;
pub mod catalogue;
pub mod clauses;
pub mod cli;
pub mod commands;
pub mod config;
pub mod console;
pub mod daily;
pub mod dashboard;
pub mod data;
pub mod delivery;
pub mod evaluation;
pub mod exchange;
pub mod explained;
pub mod filter;
pub mod grpc;
pub mod guidance;
pub mod licences;
pub mod mail;
pub mod metrics;
pub mod opening;
pub mod paper;
pub mod presets;
pub mod render;
pub mod rules;
pub mod scheduler;
pub mod server;
mod service_manager;
pub mod store;
