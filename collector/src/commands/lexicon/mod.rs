//! `lexicon`: what the keyword rules are, and what they find. None of it needs a running collector.

mod ask;
mod check;
mod explain;
mod files;
mod import;
mod list_file;
mod packs;
mod silence;
mod test;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

use super::Exit;
use super::output::Output;
use crate::render::Screen;

/// What can be done with keyword rules.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum LexiconCommand {
    /// Hold the rules of a pack to their own tests; ends with 1 when one fails. Without a pack: list the built-in ones
    Check(check::Args),
    /// Hold the rules against texts of which is known what must be found in them
    Test(test::Args),
    /// Show how a text is understood, and what comes of each rule that it touches
    Explain(explain::Args),
    /// Take a licensed list, or terms of the school's own, into the rules; the words are kept nowhere
    Import(import::ImportArgs),
    /// List what was imported
    List(import::ListArgs),
    /// Remove what was imported
    Remove(import::RemoveArgs),
}

/// Runs a command, for the screen that this program writes to. `data` is the folder of the collector.
///
/// # Errors
/// When it was not done: [`super::exit_of`] says how the program ends then.
pub fn run(command: &LexiconCommand, data: &Path, out: &mut dyn Write) -> anyhow::Result<Exit> {
    run_on(command, data, &Screen::of_stdout(), out)
}

/// The same for any screen.
///
/// # Errors
/// As [`run`].
pub fn run_on(command: &LexiconCommand, data: &Path, screen: &Screen, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let mut output = Output { out, screen, personal: false };
    match command {
        LexiconCommand::Check(args) => check::run(args, &mut output),
        LexiconCommand::Test(args) => test::run(args, &mut output),
        LexiconCommand::Explain(args) => explain::run(args, &mut output),
        LexiconCommand::Import(args) => import::import(args, data, &mut output),
        LexiconCommand::List(args) => import::list(args, data, &mut output),
        LexiconCommand::Remove(args) => import::remove(args, data, &mut output),
    }
}
