//! `status`.

use caretaker_proto::console::v1::{StatusRequest, StatusResponse};

use super::Exit;
use super::connect::Client;
use super::output::Output;
use super::refused::refused;
use crate::render;

/// Options of `status`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// End with 1 unless every device is known to meet every requirement
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let status = ask(&mut client).await?;
    let shown =
        if args.json { output.json(&status)? } else { output.text(&render::status::show(&status, output.screen))? };
    Ok(if args.check && !render::status::all_met(&status) { Exit::Findings } else { shown })
}

/// How the school stands: lists ask it too, to say why they are empty.
pub(super) async fn ask(client: &mut Client) -> anyhow::Result<StatusResponse> {
    Ok(client.status(StatusRequest {}).await.map_err(|status| refused(&status))?.into_inner())
}
