//! `status`.

use caretaker_proto::console::v1::{StatusRequest, StatusResponse};

use super::Exit;
use super::check::{self, Limits};
use super::client::Place;
use super::connect::Client;
use super::output::Output;
use super::refused::refused;
use crate::render;

/// Options of `status`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Print one line for a monitoring system; ends with 0 for OK, 1 for WARNING, 2 for CRITICAL, 3 for UNKNOWN
    #[arg(long, conflicts_with = "json")]
    check: bool,
    /// With --check: WARNING from more than this share of silent devices on
    #[arg(long, value_name = "PERCENT", default_value_t = 10, requires = "check", value_parser = clap::value_parser!(u32).range(0..=100))]
    warn_silent: u32,
    /// With --check: WARNING where more than this share of devices is not known to meet a requirement [default: never]
    #[arg(long, value_name = "PERCENT", requires = "check", value_parser = clap::value_parser!(u32).range(0..=100))]
    warn_unmet: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let status = ask(&mut client).await?;
    if args.check {
        let (line, exit) = check::line(&status, Limits { silent: args.warn_silent, unmet: args.warn_unmet });
        return output.text(&line).map(|_| exit);
    }
    if args.json { output.json(&status) } else { output.text(&render::status::show(&status, output.screen)) }
}

/// A check that could not be made, told as one; any other error as it is.
pub(super) fn unasked(
    args: &Args,
    error: anyhow::Error,
    place: &Place,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    if !args.check {
        return Err(error);
    }
    let (line, exit) = check::unreached(&error, place);
    output.text(&line).map(|_| exit)
}

/// How the school stands: lists ask it too, to say why they are empty.
pub(super) async fn ask(client: &mut Client) -> anyhow::Result<StatusResponse> {
    Ok(client.status(StatusRequest {}).await.map_err(|status| refused(&status))?.into_inner())
}
