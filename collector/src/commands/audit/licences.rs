//! `audit run`, `audit show`, `audit list`, `audit diff`.

use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::{
    DiffAuditsRequest, GetAuditDevicesRequest, GetAuditDevicesResponse, GetAuditRequest, GetAuditResponse,
    ListAuditsRequest, RunAuditRequest, WhichAudit,
};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use tonic::transport::Channel;

use crate::commands::Exit;
use crate::commands::listing::Listing;
use crate::commands::output::Output;
use crate::commands::refused::refused;
use crate::console::ANSWER_BYTES;
use crate::licences::Number;
use crate::render::licence_audit as render;

/// Options of `audit run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// Then mail it to whom the policies name under "licences"
    #[arg(long, conflicts_with = "json")]
    mail: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `audit show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// One title, with its licences and the devices behind its numbers
    #[arg(value_name = "TITLE", value_parser = NonEmptyStringValueParser::new())]
    title: Option<String>,
    /// The newest audit of this ISO week
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=53), conflicts_with = "audit")]
    week: Option<u32>,
    /// The audit of this number
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    audit: Option<u64>,
    /// Only of this site
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// The devices behind this number of the title
    #[arg(long, value_name = "NUMBER", requires = "title", value_parser = numbers())]
    devices: Option<String>,
    /// Also titles that need no licence and are approved
    #[arg(long, conflicts_with = "title")]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `audit list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// At most so many, the newest
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    most: u32,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// Options of `audit diff`.
#[derive(Debug, Clone, clap::Args)]
pub struct DiffArgs {
    /// Number of the later audit; the newest when none is given
    #[arg(value_name = "AUDIT", value_parser = clap::value_parser!(u64).range(1..))]
    after: Option<u64>,
    /// Number of the earlier; the weekly one before it when none is given
    #[arg(value_name = "EARLIER", value_parser = clap::value_parser!(u64).range(1..))]
    before: Option<u64>,
    /// Only of this site
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn numbers() -> PossibleValuesParser {
    PossibleValuesParser::new(Number::ALL.map(Number::word))
}

fn client(channel: Channel) -> LicenceAuditClient<Channel> {
    LicenceAuditClient::new(channel).max_decoding_message_size(ANSWER_BYTES)
}

pub(super) async fn run(args: RunArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = client(channel);
    let answer = client.run_audit(RunAuditRequest {}).await.map_err(|status| refused(&status))?.into_inner();
    if args.json {
        return output.json(&answer);
    }
    let exit = output.text(&render::show(&answer, output.screen))?;
    if args.mail {
        let id = answer.audit.map(|audit| audit.id).unwrap_or_default();
        let sent = super::export::send(&mut client, WhichAudit { id, week: 0 }).await?;
        output.text(&format!("\n{}", super::export::told(&sent)))?;
    }
    Ok(exit)
}

pub(super) async fn show(args: ShowArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = client(channel);
    let which = Some(WhichAudit { id: args.audit.unwrap_or_default(), week: args.week.unwrap_or_default() });
    let site = args.site.unwrap_or_default();
    if let (Some(title), Some(number)) = (&args.title, &args.devices) {
        let request = GetAuditDevicesRequest { which, title: title.clone(), number: number.clone(), site };
        let answer = client.get_audit_devices(request).await.map_err(|status| refused(&status))?.into_inner();
        return if args.json { output.json(&answer) } else { output.text(&render::devices(&answer, output.screen)) };
    }
    let request = GetAuditRequest {
        which,
        site: site.clone(),
        title: args.title.clone().unwrap_or_default(),
        everything: args.all,
    };
    let answer = client.get_audit(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json {
        return output.json(&answer);
    }
    if args.title.is_none() {
        return output.text(&render::show(&answer, output.screen));
    }
    let behind = behind(&mut client, &answer, site).await?;
    output.text(&render::title(&answer, behind.as_ref(), output.screen))
}

/// The devices that the title's figures are about: those that lack a licence, else those that have it. `None` for who
/// may not see devices.
async fn behind(
    client: &mut LicenceAuditClient<Channel>,
    answer: &GetAuditResponse,
    site: String,
) -> anyhow::Result<Option<GetAuditDevicesResponse>> {
    let Some(title) = answer.titles.first() else { return Ok(None) };
    let number = if title.over > 0 && title.over_of == "devices" { Number::Over } else { Number::Installed };
    let id = answer.audit.as_ref().map(|audit| audit.id).unwrap_or_default();
    let request = GetAuditDevicesRequest {
        which: Some(WhichAudit { id, week: 0 }),
        title: title.slug.clone(),
        number: number.word().into(),
        site,
    };
    match client.get_audit_devices(request).await {
        Ok(devices) => Ok(Some(devices.into_inner())),
        Err(status) if status.code() == tonic::Code::PermissionDenied => Ok(None),
        Err(status) => Err(refused(&status).into()),
    }
}

pub(super) async fn list(args: ListArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = ListAuditsRequest { most: args.most };
    let answer = client(channel).list_audits(request).await.map_err(|status| refused(&status))?.into_inner();
    let audits = args.listing.choose(answer.audits, output)?;
    args.listing.show("audits", &audits, output, render::list)
}

pub(super) async fn diff(args: DiffArgs, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let which = |id: Option<u64>| id.map(|id| WhichAudit { id, week: 0 });
    let request =
        DiffAuditsRequest { before: which(args.before), after: which(args.after), site: args.site.unwrap_or_default() };
    let answer = client(channel).diff_audits(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&answer) } else { output.text(&render::diff(&answer, output.screen)) }
}
