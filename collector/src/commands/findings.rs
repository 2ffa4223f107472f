//! `findings`.

use caretaker_proto::console::v1::{ListFindingsRequest, StatusResponse};
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::listing::Listing;
use super::output::Output;
use super::status;
use crate::render;
use crate::render::text::counted;

/// Options of `findings`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Only those of this requirement, for example E2
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    requirement: Option<String>,
    /// Only those of this site
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Closed ones too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

pub(super) async fn run(args: Args, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    // Told together, findings are said once for all devices that share them: a page of them would be no answer.
    let whole = !args.listing.is_table() && !args.listing.for_machine();
    let listing = if whole { args.listing.unpaged() } else { args.listing.clone() };
    let findings = listing
        .fetch(output, async |page, view| {
            let request = ListFindingsRequest {
                page,
                requirement: args.requirement.clone().unwrap_or_default(),
                site: args.site.clone().unwrap_or_default(),
                include_closed: args.all,
                view,
            };
            let answer = client.list_findings(request).await?.into_inner();
            Ok((answer.findings, answer.next_page, answer.total))
        })
        .await?;
    if let Some(exit) = listing.machine("findings", &findings, output)? {
        return Ok(exit);
    }
    // One requirement is told device by device, all of them in a few words each.
    let shown = match &args.requirement {
        _ if !whole => render::findings::table(&findings.rows, output.screen),
        Some(_) => render::findings::show(&findings.rows, output.screen),
        None => render::overview::show(&findings.rows, output.screen),
    };
    match shown.or_else(|| listing.none(&findings, output.screen)) {
        Some(shown) => output.text(&(shown + &findings.footer(output.screen))),
        None => nothing_open(args.requirement.as_deref(), &mut client, output).await,
    }
}

/// No finding is not the same as all well: what was not reported has none either.
async fn nothing_open(asked: Option<&str>, client: &mut Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let status = status::ask(client).await?;
    let devices = status.devices.unwrap_or_default();
    if devices.enrolled == 0 {
        let site = status.policies.first().map(|policy| policy.site.as_str());
        return output.text(&render::status::no_devices(site, output.screen));
    }
    if let Some(told) = asked.and_then(|asked| unknown(asked, &status)) {
        return output.text(&told);
    }
    let reported = devices.enrolled - devices.never_reported.min(devices.enrolled);
    let mut told = format!("Nothing found on the {} that reported.\n", counted(reported, "device"));
    let open = status.requirements.iter().filter(|row| row.unknown > 0).count();
    if asked.is_none() && open > 0 {
        let (verb, kinds) = if open == 1 { ("is", "requirement") } else { ("are", "requirements") };
        told.push_str(&format!(
            "{open} {kinds} {verb} unknown on devices that have not reported on them. See:  status\n"
        ));
    }
    if devices.never_reported > 0 {
        told.push_str(&format!("{} never reported: nothing is known of them. See:  devices\n", devices.never_reported));
    }
    output.text(&told)
}

/// What to say of a requirement without findings on which devices have not reported; `None` when all have.
pub(super) fn unknown(asked: &str, status: &StatusResponse) -> Option<String> {
    let row = status.requirements.iter().find(|row| row.requirement.eq_ignore_ascii_case(asked))?;
    (row.unknown > 0).then(|| {
        format!(
            "{} is unknown on {}: they have not reported on it, or are silent.\nWhich:  devices\n",
            row.requirement,
            counted(row.unknown, "device")
        )
    })
}
