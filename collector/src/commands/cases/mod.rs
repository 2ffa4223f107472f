//! `cases`, `case ...`, `incident-log`, `guidance`: the work on concerns, from somebody's own machine.

mod desk;
mod export;

mod list;
mod log;
mod open;
mod pages;

#[cfg(test)]
mod proof_tests;
#[cfg(test)]
mod tests;
mod work;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::keyholder::KeyArgs;
use super::listing::Listing;
use super::output::Output;
use desk::Desk;

/// Options of `cases`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Only these: new, seen, acting, closed
    #[arg(long)]
    state: Option<String>,
    /// Only of this level or above
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=5))]
    level: Option<u32>,
    /// Only of this site
    #[arg(long)]
    site: Option<String>,
    /// Only what is with me
    #[arg(long)]
    mine: bool,
    /// Closed ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// What can be done with one case.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CaseCommand {
    /// What is known of a case without opening it
    Show(ShowArgs),
    /// Open it with your key: who, and what was written
    Open(OpenArgs),
    /// Tell Caretaker that you have it
    Ack(OneArgs),
    /// Give it to somebody
    Assign(AssignArgs),
    /// Write down what you did and decided
    Note(NoteArgs),
    /// Close it with an outcome, and what was done
    Close(CloseArgs),
    /// Open a closed case anew
    Reopen(ReopenArgs),
    /// Say that two cases belong together
    Link(LinkArgs),
    /// Be the second person: allow an opening, or look at one that did without
    Approve(ApproveArgs),
    /// Make the pages for the child-protection file
    Export(ExportArgs),
    /// Say that an export lies in the child-protection file
    Receipt(ReceiptArgs),
}

/// Options of `case ack`.
#[derive(Debug, Clone, clap::Args)]
pub struct OneArgs {
    /// Its number, for example 26-0042
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `case show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    #[command(flatten)]
    one: OneArgs,
}

/// Options of `case open`.
#[derive(Debug, Clone, clap::Args)]
pub struct OpenArgs {
    /// Its number, for example 26-0042
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// Why, without a name; needed where a second person has to approve
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// Open it alone where two people are the rule, for this reason; the others are told at once
    #[arg(long, value_name = "REASON", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "reason")]
    break_glass: Option<String>,
    /// Show the account as it is called, where the policy asks for initials or a pseudonym
    #[arg(long)]
    full_name: bool,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case assign`.
#[derive(Debug, Clone, clap::Args)]
pub struct AssignArgs {
    #[command(flatten)]
    one: OneArgs,
    /// An operator's name
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    to: String,
}

/// Options of `case note`.
#[derive(Debug, Clone, clap::Args)]
pub struct NoteArgs {
    #[command(flatten)]
    one: OneArgs,
    /// What to write down; asked for when left out, so that it stays out of the history of your shell
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case close`.
#[derive(Debug, Clone, clap::Args)]
pub struct CloseArgs {
    #[command(flatten)]
    one: OneArgs,
    /// How it ended; leave it out to see the choices
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    outcome: Option<String>,
    /// What was done, and why; asked for when left out
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Whose incident it was, as the incident log shows it: initials
    #[arg(long, value_name = "INITIALS")]
    by_whom: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case reopen`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReopenArgs {
    #[command(flatten)]
    one: OneArgs,
    /// Why; asked for when left out
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case link`.
#[derive(Debug, Clone, clap::Args)]
pub struct LinkArgs {
    #[command(flatten)]
    one: OneArgs,
    /// The other one's number
    #[arg(value_name = "OTHER", value_parser = NonEmptyStringValueParser::new())]
    other: String,
    /// Why: same-person, same-incident
    #[arg(long, default_value = "same-incident")]
    why: String,
}

/// Options of `case approve`.
#[derive(Debug, Clone, clap::Args)]
pub struct ApproveArgs {
    #[command(flatten)]
    one: OneArgs,
    /// Say no
    #[arg(long)]
    refuse: bool,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// Its number, for example 26-0042
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// Why, without a name: an export needs a second person
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// Folder for the two files
    #[arg(long, value_name = "DIR", default_value = ".")]
    to: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
}

/// Options of `case receipt`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReceiptArgs {
    /// Number of the receipt, for example 26-0042-1
    #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
    number: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `incident-log`.
#[derive(Debug, Clone, clap::Args)]
pub struct LogArgs {
    /// First day, for example 2026-09-01
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Only of this site
    #[arg(long)]
    site: Option<String>,
    /// Print a page for paper
    #[arg(long, conflicts_with_all = ["json", "csv", "watch"])]
    html: bool,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// Options of `guidance`.
#[derive(Debug, Clone, clap::Args)]
pub struct GuidanceArgs {
    /// Of this case, where its kind needs steps of its own
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(args: ListArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    list::run(args, Desk::new(channel), output).await
}

pub(super) async fn incident_log(args: LogArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    log::incidents(args, Desk::new(channel), output).await
}

pub(super) async fn guidance(args: GuidanceArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    log::guidance(args, Desk::new(channel), output).await
}

pub(super) async fn run(command: CaseCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let desk = Desk::new(channel);
    match command {
        CaseCommand::Show(args) => list::show(args, desk, output).await,
        CaseCommand::Open(args) => open::run(args, desk, output).await,
        CaseCommand::Ack(args) => work::acknowledge(args, desk, output).await,
        CaseCommand::Assign(args) => work::assign(args, desk, output).await,
        CaseCommand::Note(args) => work::note(args, desk, output).await,
        CaseCommand::Close(args) => work::close(args, desk, output).await,
        CaseCommand::Reopen(args) => work::reopen(args, desk, output).await,
        CaseCommand::Link(args) => work::link(args, desk, output).await,
        CaseCommand::Approve(args) => open::approve(args, desk, output).await,

        CaseCommand::Export(args) => export::run(args, desk, output).await,
        CaseCommand::Receipt(args) => export::receipt(args, desk, output).await,
    }
}
