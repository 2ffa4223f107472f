//! `software`.

use caretaker_proto::console::v1::ListSoftwareRequest;
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::output::{Output, page};
use super::refused::refused;
use super::status;
use crate::render;

/// Options of `software`.
#[derive(Debug, clap::Args)]
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
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (mut titles, mut after) = (Vec::new(), String::new());
    loop {
        let request = ListSoftwareRequest {
            page: page(&after),
            device: args.device.clone().unwrap_or_default(),
            name: args.name.clone().unwrap_or_default(),
        };
        let answer = client.list_software(request).await.map_err(|status| refused(&status))?.into_inner();
        titles.extend(answer.titles);
        after = answer.next_page;
        if after.is_empty() {
            break;
        }
    }
    if args.json {
        return output.json(&serde_json::json!({ "titles": titles }));
    }
    if let Some(list) = render::software::list(&titles, args.device.as_deref(), output.screen) {
        return output.text(&list);
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
