//! `licences`: what was bought, by whom it may be used, and until when.

mod approvals;
mod exceptions;
mod fields;
mod import;
#[cfg(test)]
mod tests;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::licences_client::LicencesClient;
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::Exit;
use super::output::{Output, page};
use super::refused::{failure, refused};
use crate::console::ANSWER_BYTES;
use crate::licences::import::cells;
use crate::render::licences as shown;

pub use approvals::ApprovalsCommand;
pub(super) use approvals::run as approvals;
pub use exceptions::ExceptionsCommand;
pub(super) use exceptions::run as exceptions;
use fields::Fields;
pub use import::{ExportArgs, Format, ImportArgs};

/// What can be done with the register of licences.
#[derive(Debug, clap::Subcommand)]
pub enum LicencesCommand {
    /// List licences, those first that ended or end soon
    List(ListArgs),
    /// Show one licence, its seats and transfers
    Show {
        /// Its number, for example L-0042
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Enter a licence
    Add {
        /// The product, as the catalogue or the order calls it
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        title: String,
        /// What is known about it
        #[command(flatten)]
        fields: Box<Fields>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change a licence; what is not named stays
    Edit {
        /// Its number, for example L-0042
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// The product
        #[arg(long, value_parser = NonEmptyStringValueParser::new())]
        title: Option<String>,
        /// What is known about it
        #[command(flatten)]
        fields: Box<Fields>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a licence out of the register; audits of the past keep it
    Remove {
        /// Its number, for example L-0042
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
    /// Hand seats to another site
    Transfer {
        /// Its number, for example L-0042
        #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
        number: String,
        /// The site that gets them
        #[arg(long, value_name = "SITE", value_parser = NonEmptyStringValueParser::new())]
        to: String,
        /// How many
        #[arg(long, value_name = "N")]
        quantity: u32,
        /// Why
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
    },
    /// Give seats to devices or people
    Assign(SeatArgs),
    /// Take seats back
    Unassign(SeatArgs),
    /// Take over licences from a spreadsheet: says what would be done, and does it with --apply
    Import(import::ImportArgs),
    /// Write the register as a spreadsheet
    Export(import::ExportArgs),
    /// How many full-time equivalents each site has, for licences per FTE
    Fte {
        /// The site to tell about
        site: Option<String>,
        /// How many it has, for example 84.6
        #[arg(value_name = "N", requires = "site")]
        number: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Options of `licences list`.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Only titles with this in their name
    title: Option<String>,
    /// Only those of this site, and those for all sites
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Only what ended, or ends or must be given notice within so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
    ending: Option<u32>,
    /// Those too that were taken out of the register
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `licences assign` and `licences unassign`.
#[derive(Debug, clap::Args)]
pub struct SeatArgs {
    /// Its number, for example L-0042
    #[arg(value_name = "NUMBER", value_parser = NonEmptyStringValueParser::new())]
    number: String,
    /// A device, by name or id; give it several times for several
    #[arg(long = "device", value_name = "DEVICE", value_parser = NonEmptyStringValueParser::new(), required_unless_present = "accounts")]
    devices: Vec<String>,
    /// The account of a person; give it several times for several
    #[arg(long = "account", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    accounts: Vec<String>,
}

/// What the register's calls go to.
pub(super) type Register = LicencesClient<Channel>;

pub(super) fn register(channel: Channel) -> Register {
    LicencesClient::new(channel).max_decoding_message_size(ANSWER_BYTES)
}

pub(super) async fn run(command: LicencesCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = register(channel);
    match command {
        LicencesCommand::List(args) => list(args, client, output).await,
        LicencesCommand::Show { number, json } => {
            let request = proto::GetLicenceRequest { number };
            let answer = client.get_licence(request).await.map_err(|status| refused(&status))?.into_inner();
            if json { output.json(&answer) } else { output.text(&shown::card(&answer, output.screen)) }
        }
        LicencesCommand::Add { title, fields, json } => add(fields.of_new(title)?, json, client, output).await,
        LicencesCommand::Edit { number, title, fields, json } => {
            let clear_cost = fields.clear_cost();
            let terms = proto::LicenceTerms { title, ..fields.changes()? };
            let request = proto::EditLicenceRequest { number, terms: Some(terms), clear_cost };
            let answer = client.edit_licence(request).await.map_err(|status| refused(&status))?.into_inner();
            if json { output.json(&answer) } else { output.text(&shown::edited(&answer, output.screen)) }
        }
        LicencesCommand::Remove { number, reason } => {
            let request = proto::RemoveLicenceRequest { number, reason };
            let answer = client.remove_licence(request).await.map_err(|status| refused(&status))?.into_inner();
            output.text(&shown::removed(&answer.licence.unwrap_or_default(), output.screen))
        }
        LicencesCommand::Transfer { number, to, quantity, reason } => {
            let request = proto::TransferLicenceRequest { number, to_site: to, quantity, reason };
            let answer = client.transfer_licence(request).await.map_err(|status| refused(&status))?.into_inner();
            output.text(&shown::transferred(&answer, output.screen))
        }
        LicencesCommand::Assign(args) => seats(args, false, client, output).await,
        LicencesCommand::Unassign(args) => seats(args, true, client, output).await,
        LicencesCommand::Import(args) => import::import(args, client, output).await,
        LicencesCommand::Export(args) => import::export(args, client, output).await,
        LicencesCommand::Fte { site, number, json } => fte(site, number, json, client, output).await,
    }
}

async fn list(args: ListArgs, client: Register, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let filtered = args.title.is_some() || args.site.is_some() || args.ending.is_some();
    let request = proto::ListLicencesRequest {
        title: args.title.unwrap_or_default(),
        site: args.site.unwrap_or_default(),
        ending_within_days: args.ending.unwrap_or_default(),
        include_removed: args.all,
        page: None,
    };
    let licences = all(request, client).await?;
    if args.json {
        return output.json(&proto::ListLicencesResponse { licences, next_page: String::new() });
    }
    output.text(&shown::list(&licences, filtered, output.screen))
}

/// Every page of a list.
pub(super) async fn all(
    mut request: proto::ListLicencesRequest,
    mut client: Register,
) -> anyhow::Result<Vec<proto::Licence>> {
    let (mut licences, mut after) = (Vec::new(), String::new());
    loop {
        request.page = page(&after);
        let answer = client.list_licences(request.clone()).await.map_err(|status| refused(&status))?.into_inner();
        licences.extend(answer.licences);
        if answer.next_page.is_empty() {
            return Ok(licences);
        }
        after = answer.next_page;
    }
}

async fn add(
    terms: proto::LicenceTerms,
    json: bool,
    mut client: Register,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let request = proto::AddLicencesRequest { licences: vec![terms], really: true };
    let answer = client.add_licences(request).await.map_err(|status| refused(&status))?.into_inner();
    let added = answer.licences.first().cloned().unwrap_or_default();
    if added.outcome == "refused" {
        return Err(failure(Exit::Usage, format!("{}\n  {}", added.problem, added.remedy)).into());
    }
    if json { output.json(&answer) } else { output.text(&shown::added(&added, output.screen)) }
}

async fn seats(args: SeatArgs, take_back: bool, mut client: Register, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let SeatArgs { number, devices, accounts } = args;
    let request = proto::ChangeSeatsRequest { number, devices, accounts, take_back };
    let answer = client.change_seats(request).await.map_err(|status| refused(&status))?.into_inner();
    output.text(&shown::seats_changed(&answer, take_back, output.screen))
}

async fn fte(
    site: Option<String>,
    number: Option<String>,
    json: bool,
    mut client: Register,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let answer = match (site, number) {
        (Some(site), Some(number)) => {
            let hundredths = hundredths(&number)?;
            client.set_fte(proto::SetFteRequest { site, hundredths }).await
        }
        (Some(site), None) => {
            let text = format!("how many has {site}?\n  for example:  licences fte {site} 84.6");
            return Err(failure(Exit::Usage, text).into());
        }
        (None, _) => client.list_fte(proto::ListFteRequest {}).await,
    };
    let answer = answer.map_err(|status| refused(&status))?.into_inner();
    if json { output.json(&answer) } else { output.text(&shown::fte(&answer.sites, output.screen)) }
}

/// "84.6" in hundredths.
fn hundredths(number: &str) -> anyhow::Result<u32> {
    let cell = cells::money(&cells::of(number)).ok().flatten();
    let whole = cell.filter(|_| number.chars().all(|letter| letter.is_ascii_digit() || letter == '.'));
    let told = whole.and_then(|hundredths| u32::try_from(hundredths.0).ok());
    let text = || {
        format!(
            "{number} is no number of full-time equivalents\n  write it with at most two decimals, for example 84.6"
        )
    };
    Ok(told.ok_or_else(|| failure(Exit::Usage, text()))?)
}
