//! `requests add|list|extend|close`, `disclosures add|list`: the registers of data protection.

use caretaker_proto::console::v1::proof_client::ProofClient;
use caretaker_proto::console::v1::{
    AddDataRequestRequest, AddDisclosureRequest, CloseDataRequestRequest, DataRequestResponse, Disclosure,
    ExtendDataRequestRequest, ListDataRequestsRequest, ListDisclosuresRequest,
};
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
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
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
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

/// What can be done with the log of disclosures.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum DisclosuresCommand {
    /// Enter that something about a case was disclosed
    Add(DisclosureArgs),
    /// List disclosures, the newest first
    List {
        /// Only about this case
        #[arg(long, value_name = "REF")]
        case: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
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

pub(super) async fn requests(
    command: RequestsCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = ProofClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let (answer, json) = match command {
        RequestsCommand::List { all, json } => {
            let request = ListDataRequestsRequest { include_closed: all };
            let answer = client.list_data_requests(request).await.map_err(|status| refused(&status))?.into_inner();
            return if json {
                output.json(&answer)
            } else {
                output.text(&render::registers::requests(&answer.requests, output.screen))
            };
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
        DisclosuresCommand::List { case, json } => {
            let request = ListDisclosuresRequest { reference: case.unwrap_or_default() };
            let answer = client.list_disclosures(request).await.map_err(|status| refused(&status))?.into_inner();
            if json {
                return output.json(&answer);
            }
            output.text(&render::registers::disclosures(&answer.disclosures, output.screen))
        }
    }
}
