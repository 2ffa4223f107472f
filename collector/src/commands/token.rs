//! `token create`.

use caretaker_proto::console::v1::CreateTokenRequest;
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::output::Output;
use super::refused::refused;
use super::span;
use crate::render;

/// What can be done with enrolment tokens.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum TokenCommand {
    /// Make a token that lets devices in; it is shown once
    Create(CreateArgs),
}

/// Options of `token create`.
#[derive(Debug, Clone, clap::Args)]
pub struct CreateArgs {
    /// The site that the devices will belong to
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: String,
    /// How many devices it lets in, up to 1000
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    uses: u32,
    /// How long it is good, up to 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = span::seconds)]
    expires: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: TokenCommand, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let TokenCommand::Create(args) = command;
    let request = CreateTokenRequest { site: args.site, uses: args.uses, valid_seconds: args.expires };
    let made = client.create_token(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&made) } else { output.text(&render::made::token(&made, output.screen)) }
}
