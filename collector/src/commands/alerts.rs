//! `alerts`, `alert show`, `alert ack`, `alert close`.

use caretaker_proto::console::v1::{AcknowledgeAlertRequest, CloseAlertRequest, GetAlertRequest, ListAlertsRequest};
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::listing::Listing;
use super::output::{Output, page};
use super::refused::refused;
use crate::render;

/// Options of `alerts`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Closed ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// What can be done with one alert.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum AlertCommand {
    /// Everything about one alert
    Show(OneArgs),
    /// Tell Caretaker that you have it
    Ack(OneArgs),
    /// Close it with an outcome
    Close(CloseArgs),
}

/// Options of `alert show` and `alert ack`.
#[derive(Debug, Clone, clap::Args)]
pub struct OneArgs {
    /// Its case number, for example 26-0001
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `alert close`.
#[derive(Debug, Clone, clap::Args)]
pub struct CloseArgs {
    /// Its case number, for example 26-0001
    #[arg(value_name = "REF", value_parser = NonEmptyStringValueParser::new())]
    reference: String,
    /// What was done, or why nothing had to be; leave it out to see the choices
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    outcome: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(args: ListArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (mut alerts, mut after) = (Vec::new(), String::new());
    loop {
        let request = ListAlertsRequest { page: page(&after), include_closed: args.all };
        let answer = client.list_alerts(request).await.map_err(|status| refused(&status))?.into_inner();
        alerts.extend(answer.alerts);
        after = answer.next_page;
        if after.is_empty() {
            break;
        }
    }
    let alerts = args.listing.choose(alerts, output)?;
    if let Some(exit) = args.listing.machine("alerts", &alerts, output)? {
        return Ok(exit);
    }
    if let Some(told) = args.listing.none(&alerts, output.screen) {
        return output.text(&told);
    }
    match render::alerts::list(&alerts.rows, output.screen) {
        Some(list) => output.text(&(list + &alerts.footer(output.screen))),
        None if args.all => output.text("No alert was ever raised.\n"),
        None => output.text("No alert is open. Closed ones too:  alerts --all\n"),
    }
}

pub(super) async fn run(command: AlertCommand, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        AlertCommand::Show(args) => {
            let answer = client
                .get_alert(GetAlertRequest { reference: args.reference })
                .await
                .map_err(|status| refused(&status))?
                .into_inner();
            if args.json { output.json(&answer) } else { output.text(&render::alerts::show(&answer, output.screen)) }
        }
        AlertCommand::Ack(args) => {
            let request = AcknowledgeAlertRequest { reference: args.reference };
            let answer = client.acknowledge_alert(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::alerts::answered(&answer.alert.unwrap_or_default(), output.screen))
        }
        AlertCommand::Close(args) => {
            let request = CloseAlertRequest { reference: args.reference, outcome: args.outcome.unwrap_or_default() };
            let answer = client.close_alert(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::alerts::answered(&answer.alert.unwrap_or_default(), output.screen))
        }
    }
}
