//! `requests add|list|extend|close`, `disclosures add|list`: the registers of data protection.

use caretaker_proto::console::v1::proof_client::ProofClient;
use caretaker_proto::console::v1::{
    AddDataRequestRequest, AddDisclosureRequest, CloseDataRequestRequest, DataRequestResponse, Disclosure,
    ExtendDataRequestRequest, ListDataRequestsRequest, ListDisclosuresRequest,
};
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::listing::Listing;
use super::output::Output;
use super::refused::refused;
use crate::console::ANSWER_BYTES;
use crate::render;

/// What can be done with the register of requests.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum RequestsCommand {
    /// Enter what somebody asks about their data; the clock runs from the day it came
    Add {
        /// What they ask for: access, erasure, correction, restriction, objection
        #[arg(long, value_name = "KIND")]
        kind: String,
        /// The day it came, for example 2026-11-21 [default: today]
        #[arg(long, value_name = "DATE")]
        received: Option<String>,
        /// Where the office keeps it, without a name
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        note: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List open requests, what is due first
    List(RequestsArgs),
    /// Take two more months for a difficult one; the asker must be told why within the first
    Extend {
        /// Its number, for example R26-0003
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        reference: String,
        /// Why, without a name
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
    /// Close a request
    Close {
        /// Its number, for example R26-0003
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        reference: String,
        /// How it ended: answered, answered-in-part, refused, withdrawn
        #[arg(long, value_name = "OUTCOME")]
        outcome: String,
    },
}

/// Options of `requests list`.
#[derive(Debug, Clone, clap::Args)]
pub struct RequestsArgs {
    /// Closed ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    listing: Listing,
}

/// What can be done with the log of disclosures.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum DisclosuresCommand {
    /// Enter that something about a case was disclosed
    Add(DisclosureArgs),
    /// List disclosures, the newest first
    List(DisclosuresArgs),
}

/// Options of `disclosures list`.
#[derive(Debug, Clone, clap::Args)]
pub struct DisclosuresArgs {
    /// Only about this case
    #[arg(long, value_name = "REF")]
    case: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

/// Options of `disclosures add`.
#[derive(Debug, Clone, clap::Args)]
pub struct DisclosureArgs {
    /// The case, for example 26-0042
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// The office that it went to, for example "children's social care"
    #[arg(long, value_name = "OFFICE")]
    to: String,
    /// What was handed over
    #[arg(long, value_name = "TEXT")]
    what: String,
    /// On which ground, for example "vital interests", "court order"
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// Who decided it
    #[arg(long, value_name = "NAME")]
    decided_by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When, for example 2026-11-21 [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
}

impl RequestsCommand {
    /// The list options of the one that lists.
    pub(super) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

impl DisclosuresCommand {
    /// The list options of the one that lists.
    pub(super) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

pub(super) async fn requests(
    command: RequestsCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let (answer, json) = match command {
        RequestsCommand::List(RequestsArgs { all, listing }) => {
            let request = ListDataRequestsRequest { include_closed: all };
            let answer = client.list_data_requests(request).await.map_err(|status| refused(&status))?.into_inner();
            let requests = listing.choose(answer.requests, output)?;
            return listing.show("requests", &requests, output, render::registers::requests);
        }
        RequestsCommand::Add { kind, received, note, json } => {
            let request = AddDataRequestRequest { kind, received_on: received.unwrap_or_default(), note };
            (client.add_data_request(request).await, json)
        }
        RequestsCommand::Extend { reference, reason } => {
            (client.extend_data_request(ExtendDataRequestRequest { reference, reason }).await, false)
        }
        RequestsCommand::Close { reference, outcome } => {
            (client.close_data_request(CloseDataRequestRequest { reference, outcome }).await, false)
        }
    };
    let answer: DataRequestResponse = answer.map_err(|status| refused(&status))?.into_inner();
    if json {
        return output.json(&answer);
    }
    output.text(&render::registers::requests(answer.request.as_slice(), output.screen))
}

pub(super) async fn disclosures(
    command: DisclosuresCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    match command {
        DisclosuresCommand::Add(args) => {
            let disclosure = Disclosure {
                reference: args.reference,
                on_day: args.on.unwrap_or_default(),
                recipient: args.to,
                what: args.what,
                basis: args.basis,
                decided_by: args.decided_by,
                reason: args.reason,
                added_by: String::new(),
            };
            let request = AddDisclosureRequest { disclosure: Some(disclosure) };
            let answer = client.add_disclosure(request).await.map_err(|status| refused(&status))?.into_inner();
            output.text(&render::registers::disclosures(answer.disclosure.as_slice(), output.screen))
        }
        DisclosuresCommand::List(DisclosuresArgs { case, listing }) => {
            let request = ListDisclosuresRequest { reference: case.unwrap_or_default() };
            let answer = client.list_disclosures(request).await.map_err(|status| refused(&status))?.into_inner();
            let disclosures = listing.choose(answer.disclosures, output)?;
            listing.show("disclosures", &disclosures, output, render::registers::disclosures)
        }
    }
}
