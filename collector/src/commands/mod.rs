//! What a person types: one file a command. Each writes its answer to `out` and its outcome is an [`Exit`].

pub mod access;
pub mod client;
pub mod init;
pub mod keys;
pub mod lexicon;
pub mod serve;

mod alerts;
pub mod audit;
pub mod backup;
pub mod canary;
pub mod cases;
mod catalogue;
#[cfg(test)]
mod catalogue_tests;
mod check;
mod connect;
mod dashboard;
mod devices;
mod exchange;
#[cfg(test)]
mod exchange_tests;
mod executables;
mod findings;
pub mod generate;
#[cfg(test)]
mod groups_tests;
mod keyholder;
pub mod licences;
mod listing;
mod output;
mod policy;
mod presets;
#[cfg(test)]
mod presets_tests;
pub mod privacy;
mod progress;
mod refused;
pub mod registers;
pub mod report;
pub mod retention;
mod software;
mod span;
mod status;
pub mod subject;
#[cfg(test)]
mod tests;
mod token;
#[cfg(test)]
mod truth_tests;

use std::io::{self, Write};
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use client::ClientCommand;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// As it should.
    Fine,
    /// It is a check, and found something; or it could not be done.
    Findings,
    /// It was not asked in a way that it understands.
    Usage,
    /// No collector answers.
    Unreachable,
    /// It may not be done by this person.
    Denied,
    /// It is a check for a monitoring system, and something is badly wrong.
    Critical,
    /// It is a check for a monitoring system, and cannot tell.
    Unknown,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Usage | Exit::Critical => 2,
            Exit::Unreachable | Exit::Unknown => 3,
            Exit::Denied => 4,
        })
    }
}

/// A failure with an exit code of its own. Lines of the message after the first are its remedy.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// How the command ends.
    pub exit: Exit,
    /// What went wrong, and what to do.
    pub message: String,
}

/// Runs what was typed.
///
/// # Errors
/// When it could not be done; [`exit_of`] says how the program ends then.
pub fn run(cli: Cli, out: &mut dyn Write) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Init(args) => init::run(args, out),
        Command::Serve(args) => serve::run(&args),
        Command::Backup(command) => backup::run(&command, cli.data, out),
        Command::Lexicon(command) => lexicon::run(&command, &client::data_dir(cli.data), out),
        Command::Client(ClientCommand::Keys(command)) if !command.needs_collector() => keys::run(&command, out),
        Command::Client(ClientCommand::Policy(command)) if !command.needs_collector() => {
            here(async |output| policy::here(&command, output), out)
        }
        Command::Login(args) => here(async |output| access::login(args, cli.profile.as_deref(), output).await, out),
        Command::Completions(args) => generate::completions(&args, out),
        Command::Man(args) => generate::man(&args, out),
        Command::Logout => here(async |output| access::logout(cli.profile.as_deref(), output).await, out),
        Command::Client(command) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let place = client::place(cli.data, cli.profile.as_deref())?;
            runtime.block_on(client::run(command, &place, out))
        }
    }
}

/// Runs what is about this machine's logins.
fn here(
    command: impl AsyncFnOnce(&mut output::Output<'_>) -> anyhow::Result<Exit>,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let screen = crate::render::Screen::of_stdout();
    runtime.block_on(command(&mut output::Output { out, screen: &screen, personal: false }))
}

/// How the program ends after this error. A reader that went away (`| head`) is no failure.
#[must_use]
pub fn exit_of(error: &anyhow::Error) -> Exit {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(closed) {
        return Exit::Fine;
    }
    error.chain().find_map(|cause| cause.downcast_ref::<Failure>()).map_or(Exit::Findings, |failure| failure.exit)
}
