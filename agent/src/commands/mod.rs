//! One file a command. Each writes to the handle that it is given.

mod as_json;
mod check_text;
mod enrol;
mod explain;
mod notice;
mod probe;
mod run;
mod service;
mod status;
mod words;

use std::ffi::OsString;
use std::io::Write;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::plain::Exit;

/// Does what the arguments say, the program's name first.
///
/// # Errors
/// Those of the command.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(asked) if !asked.use_stderr() => {
            write!(out, "{asked}")?;
            return Ok(Exit::Fine);
        }
        Err(wrong) => {
            write!(std::io::stderr(), "{wrong}")?;
            return Ok(Exit::Usage);
        }
    };
    match cli.command {
        Command::Run(options) => run::run(options),
        Command::Enrol(options) => enrol::run(&options, out),
        Command::Status(options) => status::run(&options, out),
        Command::Probe(options) => probe::run(&options, out),
        Command::Explain(options) => explain::run(&options, out),
        Command::Notice(options) => notice::run(&options, out),
        Command::CheckText(options) => check_text::run(&options, out),
        Command::Service(options) => service::run(options, out),
    }
}

/// A runtime for a command that talks to somebody: one thread, and a few more where things block.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(8)
        .thread_stack_size(1024 * 1024)
        .build()
}
