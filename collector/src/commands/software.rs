//! `software`.

use caretaker_proto::console::v1::ListSoftwareRequest;
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::listing::Listing;
use super::output::Output;
use super::status;
use crate::render;

/// Options of `software`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Part of a title's name, any case
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(super) name: Option<String>,
    /// Only what is installed on this device (name or id)
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub(super) device: Option<String>,
    /// Titles of the catalogue instead of the raw names of lists
    #[arg(long)]
    pub(super) titles: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

pub(super) async fn run(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let titles = args
        .listing
        .fetch(output, async |page, view| {
            let request = ListSoftwareRequest {
                page,
                device: args.device.clone().unwrap_or_default(),
                name: args.name.clone().unwrap_or_default(),
                view,
            };
            let answer = client.list_software(request).await?.into_inner();
            Ok((answer.titles, answer.next_page, answer.total))
        })
        .await?;
    if let Some(exit) = args.listing.machine("titles", &titles, output)? {
        return Ok(exit);
    }
    if let Some(list) = render::software::list(&titles.rows, titles.total, args.device.as_deref(), output.screen) {
        return output.text(&(list + &titles.footer(output.screen)));
    }
    if let Some(told) = args.listing.none(&titles, output.screen) {
        return output.text(&told);
    }
    if let Some(name) = args.name {
        let name = render::text::shorten(&render::text::safe(&name), 50);
        return output.text(&format!("No title has \"{name}\" in its name. All titles: software\n"));
    }
    let status = status::ask(&mut client).await?;
    if status.devices.unwrap_or_default().enrolled == 0 {
        let site = status.policies.first().map(|policy| policy.site.as_str());
        return output.text(&render::status::no_devices(site, output.screen));
    }
    output.text("No software reported yet. Which devices have reported: devices\n")
}
