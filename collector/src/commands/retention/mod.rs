//! `retention report`, `hold set`, `hold release`: how long what is kept, and what is kept longer.

use caretaker_proto::console::v1::proof_client::ProofClient;
use caretaker_proto::console::v1::{GetRetentionRequest, HoldCaseRequest, ReleaseHoldRequest};
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::listing::Listing;
use super::output::Output;
use super::refused::refused;
use crate::console::ANSWER_BYTES;
use crate::render;

/// What can be asked about what is kept.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum RetentionCommand {
    /// What was erased when, what is due, and how long what is kept
    Report(ReportArgs),
}

/// Options of `retention report`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReportArgs {
    /// Of what was erased.
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// What can be done with a legal hold.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum HoldCommand {
    /// Let nothing of a case be erased by age
    Set(HoldArgs),
    /// Lift the hold; a second person has to do the same
    Release(HoldArgs),
}

/// Options of `hold`.
#[derive(Debug, Clone, clap::Args)]
pub struct HoldArgs {
    /// Its number, for example 26-0042
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// Why, without a name
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: RetentionCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let RetentionCommand::Report(ReportArgs { listing }) = command;
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let mut answer =
        client.get_retention(GetRetentionRequest {}).await.map_err(|status| refused(&status))?.into_inner();
    let erased = listing.choose(std::mem::take(&mut answer.erased), output)?;
    let whole = serde_json::to_value(&answer)?;
    if let Some(exit) = listing.machine_with("erased", &erased, whole, output)? {
        return Ok(exit);
    }
    let footer = erased.footer(output.screen);
    answer.erased = erased.rows;
    output.text(&(render::proof::retention(&answer, output.screen) + &footer))
}

pub(super) async fn hold(command: HoldCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let (answer, json, set) = match command {
        HoldCommand::Set(HoldArgs { reference, reason, json }) => {
            (client.hold_case(HoldCaseRequest { reference, reason }).await, json, true)
        }
        HoldCommand::Release(HoldArgs { reference, reason, json }) => {
            (client.release_hold(ReleaseHoldRequest { reference, reason }).await, json, false)
        }
    };
    let answer = answer.map_err(|status| refused(&status))?.into_inner();
    if json { output.json(&answer) } else { output.text(&render::proof::hold(&answer, set)) }
}
