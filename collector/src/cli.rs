//! What can be typed. Types only.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::access::LoginArgs;
use crate::commands::backup::BackupCommand;
use crate::commands::client::ClientCommand;
use crate::commands::generate::{CompletionsArgs, ManArgs};
use crate::commands::lexicon::LexiconCommand;
use crate::commands::{init, serve};

/// The collector of a school: gathers what its devices report, and tells the right people.
#[derive(Debug, Parser)]
#[command(name = "caretaker-collector", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Folder of the collector [default: CARETAKER_DATA, ./caretaker-data or /var/lib/caretaker-collector]
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// Of several logins, the one to work with
    #[arg(long, value_name = "NAME", global = true, conflicts_with = "data")]
    pub profile: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Set up a new collector in a folder
    Init(init::Args),
    /// Run the collector
    Serve(serve::Args),
    /// Check and measure the keyword rules, and see why they find what they find
    #[command(subcommand)]
    Lexicon(LexiconCommand),
    /// Make, look through and restore backups
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Exchange a login code for access from this machine
    Login(LoginArgs),
    /// End this machine's access
    Logout,
    /// Print what a shell reads to complete commands
    Completions(CompletionsArgs),
    /// Print the manual, or write its pages
    Man(ManArgs),
    /// A question to a running collector.
    #[command(flatten)]
    Client(ClientCommand),
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{CommandFactory as _, Parser as _};

    use super::Cli;

    #[test]
    fn it_says_its_version() {
        Cli::command().debug_assert();
        let said = Cli::try_parse_from(["caretaker-collector", "--version"]).expect_err("says it and ends");
        assert_eq!(said.kind(), ErrorKind::DisplayVersion);
        assert_eq!(said.to_string(), format!("caretaker-collector {}\n", env!("CARGO_PKG_VERSION")));
    }
}
