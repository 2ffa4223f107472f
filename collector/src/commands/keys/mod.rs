//! `keys`: who may open what devices seal. Keys are made and kept on the computers of those who hold them; the collector
//! gets the signed list of public halves and nothing else.

mod admit;
mod create;
mod files;
mod list;
mod passphrase;
pub(super) use passphrase::Passphrase;
mod publish;
mod recover;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;

use tonic::transport::Channel;

use super::Exit;
use super::output::Output;
use crate::render::Screen;

/// What can be done with keys on the computer of their holder; no collector is asked.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum KeysCommand {
    /// Make the safeguarding root and the lead's own key: once for a school, by the safeguarding lead
    Create(create::CreateArgs),
    /// Make a key of your own, and the card that you hand to the safeguarding lead
    Add(create::AddArgs),
    /// Take somebody's card into the list of those who may open evidence
    Admit(admit::AdmitArgs),
    /// Take somebody out of the list
    Remove(admit::RemoveArgs),
    /// Who may open evidence, as the list on this computer says
    List(list::ListArgs),
    /// Whose key lies here, and its card
    Show(list::ShowArgs),
    /// Give the key file another passphrase
    ChangePassphrase(recover::ChangeArgs),
    /// Make a key file again from its recovery sheet
    Recover(recover::RecoverArgs),
    /// Put the list in force: the collector hands it to all devices
    Publish(publish::PublishArgs),
    /// Check that the collector hands out the list of your own root
    Verify(publish::VerifyArgs),
}

/// Where the key lies.
#[derive(Debug, Clone, clap::Args)]
pub struct KeyArgs {
    /// Your key file
    #[arg(long, value_name = "FILE", default_value = "caretaker.key")]
    pub key: PathBuf,
    /// A file with the passphrase, which only you can read [default: asked for on the terminal]
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl KeysCommand {
    /// Whether a collector has to be asked.
    #[must_use]
    pub fn needs_collector(&self) -> bool {
        matches!(self, Self::Publish(_) | Self::Verify(_))
    }
}

/// Runs a command that needs no collector, for the screen that this program writes to.
///
/// # Errors
/// When it was not done: [`super::exit_of`] says how the program ends then.
pub fn run(command: &KeysCommand, out: &mut dyn Write) -> anyhow::Result<Exit> {
    run_on(command, &Screen::of_stdout(), out)
}

/// The same for any screen.
///
/// # Errors
/// As [`run`].
pub fn run_on(command: &KeysCommand, screen: &Screen, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let mut output = Output { out, screen, personal: false };
    match command {
        KeysCommand::Create(args) => create::create(args, &mut output),
        KeysCommand::Add(args) => create::add(args, &mut output),
        KeysCommand::Admit(args) => admit::admit(args, &mut output),
        KeysCommand::Remove(args) => admit::remove(args, &mut output),
        KeysCommand::List(args) => list::list(args, &mut output),
        KeysCommand::Show(args) => list::show(args, &mut output),
        KeysCommand::ChangePassphrase(args) => recover::change(args, &mut output),
        KeysCommand::Recover(args) => recover::recover(args, &mut output),
        KeysCommand::Publish(_) | KeysCommand::Verify(_) => {
            unreachable!("the two that ask a collector are run with a channel to it")
        }
    }
}

/// Runs one of those that ask a collector.
pub(super) async fn ask(command: KeysCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        KeysCommand::Publish(args) => publish::publish(&args, channel, output).await,
        KeysCommand::Verify(args) => publish::verify(&args, channel, output).await,
        KeysCommand::Create(_)
        | KeysCommand::Add(_)
        | KeysCommand::Admit(_)
        | KeysCommand::Remove(_)
        | KeysCommand::List(_)
        | KeysCommand::Show(_)
        | KeysCommand::ChangePassphrase(_)
        | KeysCommand::Recover(_) => run_on(&command, output.screen, output.out),
    }
}
