//! `exceptions`: what the licence audit shall not complain of.

use caretaker_proto::console::v1 as proto;
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::{fields, register};
use crate::commands::Exit;
use crate::commands::listing::Listing;
use crate::commands::output::Output;
use crate::commands::refused::refused;
use crate::render::licences as shown;

/// What can be done with exceptions.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ExceptionsCommand {
    /// List exceptions, what ends first
    List(ListArgs),
    /// Say what the audit shall not complain of, why and until when
    Add {
        /// The product, as the catalogue calls it
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        title: String,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
        /// Its last day
        #[arg(long, value_name = "DAY", value_parser = NonEmptyStringValueParser::new())]
        until: String,
        /// The site that it is for [default: all sites]
        #[arg(long, conflicts_with = "device")]
        site: Option<String>,
        /// The one device that it is for, by name or id
        #[arg(long)]
        device: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Withdraw an exception
    Withdraw {
        /// Its number, for example X-0003
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
}

/// Options of `exceptions list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Those too that ended or were withdrawn
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    listing: Listing,
}

impl ExceptionsCommand {
    /// The list options of the one that lists.
    pub(in crate::commands) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

pub(in crate::commands) async fn run(
    command: ExceptionsCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = register(channel);
    match command {
        ExceptionsCommand::List(ListArgs { all, listing }) => {
            let request = proto::ListExceptionsRequest { all };
            let answer = client.list_exceptions(request).await.map_err(|status| refused(&status))?.into_inner();
            let rows = listing.choose(answer.exceptions, output)?;
            listing.show("exceptions", &rows, output, shown::exceptions)
        }
        ExceptionsCommand::Add { title, reason, until, site, device, json } => {
            let exception = proto::LicenceException {
                title,
                reason,
                ends_on: fields::day("until", Some(until))?,
                site: site.unwrap_or_default(),
                device: device.unwrap_or_default(),
                ..Default::default()
            };
            let request = proto::AddExceptionRequest { exception: Some(exception) };
            let answer = client.add_exception(request).await.map_err(|status| refused(&status))?.into_inner();
            if json {
                return output.json(&answer);
            }
            output.text(&shown::exceptions(answer.exception.as_slice(), output.screen))
        }
        ExceptionsCommand::Withdraw { number, reason } => {
            let request = proto::WithdrawExceptionRequest { number, reason };
            let answer = client.withdraw_exception(request).await.map_err(|status| refused(&status))?.into_inner();
            output.text(&shown::exceptions(answer.exception.as_slice(), output.screen))
        }
    }
}
