//! `devices`, `device show`, `device retire`, `device lost`, `device revoke`.

use caretaker_proto::console::v1::{
    GetDeviceRequest, ListDevicesRequest, ReportDeviceLostRequest, RetireDeviceRequest, RevokeDeviceRequest,
    StatusResponse,
};
use caretaker_shared::model::Requirement;
use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::listing::Listing;
use super::output::Output;
use super::refused::refused;
use super::{findings, status};
use crate::render;
use crate::render::text::counted;

/// Options of `devices`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Only those of this site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Only those with an open finding of this requirement, for example E2
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    finding: Option<String>,
    /// Only those that were away too long or have something out of date
    #[arg(long)]
    overdue: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// What can be done with one device.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum DeviceCommand {
    /// Everything about one device
    Show(ShowArgs),
    /// Record that a device was sold, given away, returned or destroyed, and shut it out
    Retire(RetireArgs),
    /// Report a device as lost or stolen, shut it out, and say what it held
    Lost(LostArgs),
    /// Shut a device out for good
    Revoke(RevokeArgs),
}

/// Options of `device show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// Its name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    device: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `device retire`: the disposal record (B3).
#[derive(Debug, Clone, clap::Args)]
pub struct RetireArgs {
    /// Its name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    device: String,
    /// Who allowed it
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    authorised_by: String,
    /// What became of it
    #[arg(long, value_enum)]
    how: How,
    /// Who has it now; not needed for one that was destroyed
    #[arg(long, value_name = "WHOM", value_parser = NonEmptyStringValueParser::new())]
    to: Option<String>,
    /// Whether its disks were erased
    #[arg(long, value_enum)]
    wiped: Wiped,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What became of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum How {
    /// For money.
    Sold,
    /// For nothing.
    GivenAway,
    /// To whom it was hired from.
    Returned,
    /// To a firm that takes it apart.
    Recycled,
    /// Nobody has it.
    Destroyed,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::GivenAway => "given away",
            Self::Returned => "returned",
            Self::Recycled => "recycled",
            Self::Destroyed => "destroyed",
        }
    }
}

/// Whether a device's disks were erased. There is no default: somebody has to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Wiped {
    /// They were.
    Yes,
    /// They were not.
    No,
}

/// Options of `device lost`.
#[derive(Debug, Clone, clap::Args)]
pub struct LostArgs {
    /// Its name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    device: String,
    /// What is known of it, in one line; it goes into the audit chain
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    note: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `device revoke`.
#[derive(Debug, Clone, clap::Args)]
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
    let devices = args
        .listing
        .fetch(output, async |page, view| {
            let request = ListDevicesRequest {
                page,
                site: args.site.clone().unwrap_or_default(),
                finding: args.finding.clone().unwrap_or_default(),
                overdue: args.overdue,
                view,
            };
            let answer = client.list_devices(request).await?.into_inner();
            Ok((answer.devices, answer.next_page, answer.total))
        })
        .await?;
    if let Some(exit) = args.listing.machine("devices", &devices, output)? {
        return Ok(exit);
    }
    let asked = render::devices::Asked {
        site: args.site.as_deref(),
        finding: args.finding.as_deref(),
        overdue: args.overdue,
        total: devices.total,
    };
    if let Some(list) = render::devices::list(&devices.rows, asked, output.screen) {
        return output.text(&(list + &devices.footer(output.screen)));
    }
    if let Some(told) = args.listing.none(&devices, output.screen) {
        return output.text(&told);
    }
    let status = status::ask(&mut client).await?;
    let site = args.site.as_deref().or_else(|| status.policies.first().map(|policy| policy.site.as_str()));
    let enrolled = status.devices.unwrap_or_default().enrolled > 0;
    if enrolled && args.overdue {
        output.text(&none_overdue(&status))
    } else if !enrolled || args.finding.is_none() {
        output.text(&render::status::no_devices(site, output.screen))
    } else {
        let unknown = args.finding.as_deref().and_then(|asked| findings::unknown(asked, &status));
        let none = || "No device has an open finding of this requirement. All devices: devices\n".to_owned();
        output.text(&unknown.unwrap_or_else(none))
    }
}

/// Nothing overdue is good news only of devices that said so.
fn none_overdue(status: &StatusResponse) -> String {
    let ids = [Requirement::A1Seen, Requirement::A1Signatures, Requirement::B2].map(Requirement::id);
    let rows = status.requirements.iter().filter(|row| ids.contains(&row.requirement.as_str()));
    match rows.map(|row| row.unknown).max().unwrap_or_default() {
        0 => "No device is overdue: all were seen in time, and what they told is up to date.\n".into(),
        most => {
            let devices = counted(most, "device");
            format!("No device is overdue as far as is known; not everything is known of {devices}. See:  status\n")
        }
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
        DeviceCommand::Retire(args) => retire(args, client, output).await,
        DeviceCommand::Lost(args) => {
            let request = ReportDeviceLostRequest { device: args.device, note: args.note };
            let answer = client.report_device_lost(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json { output.json(&answer) } else { output.text(&render::farewell::lost(&answer, output.screen)) }
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

async fn retire(args: RetireArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = RetireDeviceRequest {
        device: args.device,
        authorised_by: args.authorised_by,
        method: args.how.word().to_owned(),
        recipient: args.to.unwrap_or_default(),
        wiped: args.wiped == Wiped::Yes,
    };
    let answer = client.retire_device(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&answer) } else { output.text(&render::farewell::retired(&answer, output.screen)) }
}
