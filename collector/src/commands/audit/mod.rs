//! `audit run`, `audit show`, `audit list`, `audit diff`, `audit export`, `audit mail`: licences held against what is installed.
//! `audit verify`, `audit log`, `audit checkpoint`: the log of everything that was done.

mod export;
mod licences;
mod log;
mod verify;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::listing::Listing;
use super::output::Output;

pub(super) use verify::stopped;

/// What can be done with licence audits, and with the log of everything that was done.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum AuditCommand {
    /// Licences: hold what was bought against what is installed, now
    Run(licences::RunArgs),
    /// Licences: what the newest audit found, or one of a week; all of it or one title
    Show(licences::ShowArgs),
    /// Licences: the audits that were made
    List(licences::ListArgs),
    /// Licences: what changed between two audits, and why
    Diff(licences::DiffArgs),
    /// Licences: write an audit as a spreadsheet, a table, a page, a PDF or data
    Export(export::ExportArgs),
    /// Licences: mail an audit to whom the policies name under "licences"
    Mail(export::MailArgs),
    /// Log: prove that nobody changed it; also on the data folder of a collector that is stopped
    Verify(VerifyArgs),
    /// Log: what was done, by whom, and when
    Log(LogArgs),
    /// Log: the newest checkpoint, to be kept where the collector's administrator is not
    Checkpoint,
}

/// Options of `audit verify`.
#[derive(Debug, Clone, clap::Args)]
pub struct VerifyArgs {
    /// A checkpoint that was kept elsewhere: a file with the text of its mail, or - to paste it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `audit log`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogArgs {
    /// Only about this case
    #[arg(long, value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    case: Option<String>,
    /// Only what somebody of this name did
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    actor: Option<String>,
    /// Only from this day on, for example 2026-11-01, or for so long: 24h, 7d
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Look through so many rows at most, the newest [default: 100; all with a filter, an order or pages]
    #[arg(long, value_name = "NUMBER")]
    most: Option<u32>,
    #[command(flatten)]
    pub(super) listing: Listing,
}

impl AuditCommand {
    /// The list options of the one that lists.
    pub(super) fn listing(&self) -> Option<&Listing> {
        match self {
            Self::List(args) => Some(&args.listing),
            Self::Log(args) => Some(&args.listing),
            Self::Run(_)
            | Self::Show(_)
            | Self::Diff(_)
            | Self::Export(_)
            | Self::Mail(_)
            | Self::Verify(_)
            | Self::Checkpoint => None,
        }
    }
}

pub(super) async fn run(command: AuditCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        AuditCommand::Run(args) => licences::run(args, channel, output).await,
        AuditCommand::Show(args) => licences::show(args, channel, output).await,
        AuditCommand::List(args) => licences::list(args, channel, output).await,
        AuditCommand::Diff(args) => licences::diff(args, channel, output).await,
        AuditCommand::Verify(args) => verify::running(args, channel, output).await,
        AuditCommand::Log(args) => log::run(args, channel, output).await,
        AuditCommand::Export(args) => export::run(args, channel, output).await,
        AuditCommand::Mail(args) => export::mail(args, channel, output).await,
        AuditCommand::Checkpoint => verify::checkpoint(channel, output).await,
    }
}
