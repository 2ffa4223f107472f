//! `devices`, `device show`, `device revoke`.

use caretaker_proto::console::v1::{GetDeviceRequest, ListDevicesRequest, RevokeDeviceRequest};
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::output::{Output, page};
use super::refused::refused;
use super::status;
use crate::render;

/// Options of `devices`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only those of this site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Only those with an open finding of this requirement, for example E2
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    finding: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What can be done with one device.
#[derive(Debug, clap::Subcommand)]
pub enum DeviceCommand {
    /// Everything about one device
    Show(ShowArgs),
    /// Shut a device out for good
    Revoke(RevokeArgs),
}

/// Options of `device show`.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Its name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    device: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `device revoke`.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// Its name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    device: String,
    /// Why, in one line; it goes into the audit chain
    #[arg(long)]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(args: ListArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (mut devices, mut after) = (Vec::new(), String::new());
    loop {
        let request = ListDevicesRequest {
            page: page(&after),
            site: args.site.clone().unwrap_or_default(),
            finding: args.finding.clone().unwrap_or_default(),
        };
        let answer = client.list_devices(request).await.map_err(|status| refused(&status))?.into_inner();
        devices.extend(answer.devices);
        after = answer.next_page;
        if after.is_empty() {
            break;
        }
    }
    if args.json {
        return output.json(&serde_json::json!({ "devices": devices }));
    }
    let asked = render::devices::Asked { site: args.site.as_deref(), finding: args.finding.as_deref() };
    if let Some(list) = render::devices::list(&devices, asked, output.screen) {
        return output.text(&list);
    }
    let status = status::ask(&mut client).await?;
    let site = args.site.as_deref().or_else(|| status.policies.first().map(|policy| policy.site.as_str()));
    if status.devices.unwrap_or_default().enrolled == 0 || args.finding.is_none() {
        output.text(&render::status::no_devices(site, output.screen))
    } else {
        output.text("No device has an open finding of this requirement. All devices: devices\n")
    }
}

pub(super) async fn run(command: DeviceCommand, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    match command {
        DeviceCommand::Show(args) => {
            let answer = client
                .get_device(GetDeviceRequest { device: args.device })
                .await
                .map_err(|status| refused(&status))?
                .into_inner();
            if args.json { output.json(&answer) } else { output.text(&render::device::show(&answer, output.screen)) }
        }
        DeviceCommand::Revoke(args) => {
            let request = RevokeDeviceRequest { device: args.device, reason: args.reason };
            let answer = client.revoke_device(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::made::revoked(&answer.device.unwrap_or_default()))
        }
    }
}
