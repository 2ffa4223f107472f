//! `executables`, `executables show`.

use caretaker_proto::console::v1::{GetExecutableRequest, ListExecutablesRequest};
use clap::builder::NonEmptyStringValueParser;
use jiff::{SignedDuration, Timestamp};

use super::connect::Client;
use super::listing::Listing;
use super::output::Output;
use super::refused::refused;
use super::{Exit, span, status};
use crate::render;
use crate::render::text::safe;

/// Options of `executables`.
#[derive(Debug, Clone, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<ExecutablesCommand>,
    /// Only what was first seen in the last 7 days, or since --since
    #[arg(long)]
    new: bool,
    /// How far back --new looks, for example 24h or 30d
    #[arg(long, value_name = "TIME", requires = "new", default_value = "7d", value_parser = span::seconds)]
    since: u64,
    /// Only what lies on this device
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    device: Option<String>,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// What can be asked about one executable.
#[derive(Debug, Clone, clap::Subcommand)]
pub(super) enum ExecutablesCommand {
    /// Where one lies, since when, and what it says of itself
    Show(ShowArgs),
}

/// Options of `executables show`.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShowArgs {
    /// Its SHA-256, or at least the first 8 digits
    #[arg(value_name = "SHA256", value_parser = NonEmptyStringValueParser::new())]
    sha256: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match args.command {
        Some(ExecutablesCommand::Show(args)) => show(args, client, output).await,
        None => list(args, client, output).await,
    }
}

async fn list(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let since = if args.new {
        let back = SignedDuration::from_secs(i64::try_from(args.since).unwrap_or(i64::MAX));
        let since = output.screen.now.timestamp().checked_sub(back).unwrap_or(Timestamp::UNIX_EPOCH);
        since.to_string()
    } else {
        String::new()
    };
    let executables = args
        .listing
        .fetch(output, async |page, view| {
            let device = args.device.clone().unwrap_or_default();
            let request = ListExecutablesRequest { page, since: since.clone(), device, view };
            let answer = client.list_executables(request).await?.into_inner();
            Ok((answer.executables, answer.next_page, answer.total))
        })
        .await?;
    if let Some(exit) = args.listing.machine("executables", &executables, output)? {
        return Ok(exit);
    }
    if let Some(list) = render::executables::list(&executables.rows, executables.total, output.screen) {
        return output.text(&(list + &executables.footer(output.screen)));
    }
    if let Some(told) = args.listing.none(&executables, output.screen) {
        return output.text(&told);
    }
    let status = status::ask(&mut client).await?;
    if status.devices.unwrap_or_default().enrolled == 0 {
        let site = status.policies.first().map(|policy| policy.site.as_str());
        return output.text(&render::status::no_devices(site, output.screen));
    }
    output.text(&match (args.device, args.new) {
        (Some(device), _) => format!("No executable outside of packages is known on {}.\n", safe(&device)),
        (None, true) => "No executable was new in that time. All of them: executables\n".to_owned(),
        (None, false) => "No executable outside of packages is known. See what was searched: findings E4\n".to_owned(),
    })
}

async fn show(args: ShowArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = GetExecutableRequest { sha256: args.sha256 };
    let answer = client.get_executable(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&answer) } else { output.text(&render::executables::show(&answer, output.screen)) }
}
