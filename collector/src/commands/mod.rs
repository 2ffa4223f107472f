//! What a person types: one file a noun. All but `init` and `serve` are clients of the console.

pub mod client;

mod alerts;
mod connect;
mod devices;
mod failure;
mod findings;
mod output;
mod policy;
mod software;
mod status;
mod token;
