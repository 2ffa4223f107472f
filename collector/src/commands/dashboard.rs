//! `dashboard`.

use caretaker_proto::console::v1::GetDashboardRequest;
use caretaker_proto::console::v1::dashboard_client::DashboardClient;
use clap::builder::NonEmptyStringValueParser;
use jiff::SignedDuration;
use tonic::transport::Channel;

use super::output::Output;
use super::refused::{failure, refused};
use super::{Exit, span};
use crate::console::ANSWER_BYTES;
use crate::dashboard::{self, Wish};

/// The longest time between two questions, in seconds: an hour-old screen is no dashboard.
const SLOWEST: u64 = 60 * 60;

/// Options of `dashboard`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Only devices of this site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Only devices of this group of the policy
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    group: Option<String>,
    /// How often to ask anew: a number with s, m or h
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = every)]
    every: u64,
    /// Print the numbers of the front page as JSON, once
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Whether it takes a terminal.
    pub(super) fn needs_terminal(&self) -> bool {
        !self.json
    }
}

pub(super) async fn run(args: Args, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = DashboardClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES);
    let group = args.group.clone().unwrap_or_default();
    let request = GetDashboardRequest { site: args.site.clone().unwrap_or_default(), group };
    // Asked once before the screen is taken: a wrong site or group, or a role that may not, is told as everywhere else.
    let page = client.get_dashboard(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.group.is_some() && page.group.is_empty() {
        let told = "this collector knows no groups of devices, and would show all of them\n  bring it up to date, or leave out --group";
        return Err(failure(Exit::Usage, told.into()).into());
    }
    if args.json {
        return output.json(&page);
    }
    let every = SignedDuration::from_secs(i64::try_from(args.every).unwrap_or(i64::MAX));
    let named = |name: String| Some(name).filter(|name| !name.is_empty());
    dashboard::run(Wish::new(named(page.site), named(page.group), every), channel).await?;
    Ok(Exit::Fine)
}

fn every(text: &str) -> Result<u64, String> {
    let seconds = span::seconds(text)?;
    if seconds <= SLOWEST { Ok(seconds) } else { Err("at most 1h".into()) }
}
