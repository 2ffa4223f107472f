//! `whoami`.

use caretaker_proto::console::v1::WhoAmIRequest;
use caretaker_proto::console::v1::operators_client::OperatorsClient;
use tonic::transport::Channel;

use crate::commands::Exit;
use crate::commands::output::Output;
use crate::commands::refused::refused;
use crate::render;

/// Options of `whoami`.
#[derive(Debug, Clone, clap::Args)]
pub struct WhoAmIArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(in crate::commands) async fn run(
    args: WhoAmIArgs,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = OperatorsClient::new(channel);
    let answer = client.who_am_i(WhoAmIRequest {}).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&answer) } else { output.text(&render::operators::who(&answer, output.screen)) }
}
