//! `approvals`: which software was approved, and by whom (A5).

use caretaker_proto::console::v1 as proto;
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::{fields, register};
use crate::commands::Exit;
use crate::commands::listing::Listing;
use crate::commands::output::Output;
use crate::commands::refused::refused;
use crate::render::licences as shown;

/// What can be done with the register of approvals.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ApprovalsCommand {
    /// List what was approved or refused, what ends soon first
    List(ListArgs),
    /// Enter a decision
    Add(AddArgs),
    /// Withdraw a decision
    Withdraw {
        /// Its number, for example A-0007
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// Options of `approvals list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Only titles with this in their name
    title: Option<String>,
    /// Those too that ended, were overtaken or withdrawn
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    listing: Listing,
}

/// Options of `approvals add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// The product, as the catalogue calls it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    title: String,
    /// The group or person that decided
    #[arg(long, value_name = "WHO", value_parser = NonEmptyStringValueParser::new())]
    by: String,
    /// When, for example 2026-11-21 [default: today]
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// It was refused, not approved
    #[arg(long)]
    refused: bool,
    /// The site that it is for [default: all sites]
    #[arg(long)]
    site: Option<String>,
    /// The group that it is for, for example "sixth form" [default: everybody]
    #[arg(long)]
    group: Option<String>,
    /// Its last day [default: it stays]
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Anything else, on one line
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ApprovalsCommand {
    /// The list options of the one that lists.
    pub(in crate::commands) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

pub(in crate::commands) async fn run(
    command: ApprovalsCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = register(channel);
    match command {
        ApprovalsCommand::List(ListArgs { title, all, listing }) => {
            let filtered = title.is_some();
            let request = proto::ListApprovalsRequest { title: title.unwrap_or_default(), all };
            let answer = client.list_approvals(request).await.map_err(|status| refused(&status))?.into_inner();
            let rows = listing.choose(answer.approvals, output)?;
            listing.show("approvals", &rows, output, |rows, screen| shown::approvals(rows, filtered, screen))
        }
        ApprovalsCommand::Add(args) => {
            let approval = proto::Approval {
                title: args.title,
                decision: if args.refused { "refused" } else { "approved" }.to_owned(),
                decided_by: args.by,
                decided_on: fields::day("on", args.on)?,
                site: args.site.unwrap_or_default(),
                place: args.group.unwrap_or_default(),
                ends_on: fields::day("until", args.until)?,
                note: args.note.unwrap_or_default(),
                ..Default::default()
            };
            let request = proto::AddApprovalRequest { approval: Some(approval) };
            let answer = client.add_approval(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&shown::approvals(answer.approval.as_slice(), false, output.screen))
        }
        ApprovalsCommand::Withdraw { number, reason } => {
            let request = proto::WithdrawApprovalRequest { number, reason };
            let answer = client.withdraw_approval(request).await.map_err(|status| refused(&status))?.into_inner();
            output.text(&shown::approvals(answer.approval.as_slice(), false, output.screen))
        }
    }
}
