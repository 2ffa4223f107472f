//! The commands that ask a running collector, and how each of them ends.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Subcommand;
use tonic::transport::Channel;

use super::access::{self, Profile};
use super::connect::{Client, connect, console};
use super::listing::{Listing, watch};
use super::output::Output;
use super::{
    Exit, alerts, audit, canary, cases, catalogue, dashboard, devices, executables, findings, keys, licences, policy,
    privacy, registers, report, retention, software, status, subject, token,
};
use crate::console::SOCKET;
use crate::render::Screen;

/// Names the data folder where `--data` does not.
const VARIABLE: &str = "CARETAKER_DATA";
/// The data folder of a first try.
const HERE: &str = "./caretaker-data";
/// The data folder of an installed collector.
const INSTALLED: &str = "/var/lib/caretaker-collector";

/// A command that asks a running collector.
#[derive(Debug, Clone, Subcommand)]
pub enum ClientCommand {
    /// How the school stands: devices, policy, mail, requirements
    Status(status::Args),
    /// The school on one screen, kept up to date, down to single devices
    Dashboard(dashboard::Args),
    /// List devices
    Devices(devices::ListArgs),
    /// Show one device, retire it, report it lost, or shut it out
    #[command(subcommand)]
    Device(devices::DeviceCommand),
    /// List what is installed, on all devices or on one
    Software(software::Args),
    /// Titles: what raw names stand for, which ones no rule knows, and rules of your own
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    /// List programs that no package owns, or show where one lies
    Executables(executables::Args),
    /// What does not hold, and what is not known
    Findings(findings::Args),
    /// List alerts
    Alerts(alerts::ListArgs),
    /// Show, acknowledge or close one alert
    #[command(subcommand)]
    Alert(alerts::AlertCommand),
    /// List safeguarding cases
    Cases(cases::ListArgs),
    /// Look at a safeguarding case, open it, work on it
    #[command(subcommand)]
    Case(cases::CaseCommand),
    /// The incident log: what was closed with an action
    IncidentLog(cases::LogArgs),
    /// What to do about a concern now, and whom to ring
    Guidance(cases::GuidanceArgs),
    /// Have devices prove that their alerts arrive, and see which have
    #[command(subcommand)]
    Canary(canary::CanaryCommand),
    /// Reports for governors and for a review
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Print an impact assessment or a privacy notice, filled from the policy
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
    /// Let devices in
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Explain, compare, check, apply or show policies
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Give people access from their own machines, and take it
    #[command(subcommand)]
    Operators(access::OperatorsCommand),
    /// Make keys for evidence, and say who may open it
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Audit licences; prove or read the log of everything that was done
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// How long what is kept, and what was erased
    #[command(subcommand)]
    Retention(retention::RetentionCommand),
    /// Keep a case from being erased by age
    #[command(subcommand)]
    Hold(retention::HoldCommand),
    /// What is held about one person: write it down, or erase it
    #[command(subcommand)]
    Subject(subject::SubjectCommand),
    /// The register of what people ask about their data
    #[command(subcommand)]
    Requests(registers::RequestsCommand),
    /// To whom something about a case was disclosed
    #[command(subcommand)]
    Disclosures(registers::DisclosuresCommand),
    /// What was bought: the register of licences
    #[command(subcommand)]
    Licences(licences::LicencesCommand),
    /// Which software was approved, and by whom
    #[command(subcommand)]
    Approvals(licences::ApprovalsCommand),
    /// What the licence audit shall not complain of, and until when
    #[command(subcommand)]
    Exceptions(licences::ExceptionsCommand),
    /// Who you are to the collector, and what you may do
    Whoami(access::WhoAmIArgs),
}

/// Where a command finds the collector.
#[derive(Debug, Clone)]
pub enum Place {
    /// On this machine, with its data in this folder.
    Data(PathBuf),
    /// Where the profile of that name leads, of those in this folder.
    Profile(PathBuf, String),
}

/// Where to find the collector: by the profile or data folder that was chosen; else on this machine where one answers;
/// else where this account has logged in.
///
/// # Errors
/// When several logins fit.
pub fn place(data: Option<PathBuf>, profile: Option<&str>) -> anyhow::Result<Place> {
    let local_is_meant = data.is_some() || std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty());
    let data = data_dir(data);
    let Some(profiles) = Profile::folder() else { return Ok(Place::Data(data)) };
    if let Some(name) = profile {
        return Ok(Place::Profile(profiles, name.to_owned()));
    }
    if local_is_meant || data.join(SOCKET).exists() || Profile::names(&profiles).map_or(true, |names| names.is_empty())
    {
        return Ok(Place::Data(data));
    }
    let name = access::chosen(&profiles, None)?;
    Ok(Place::Profile(profiles, name))
}

/// The data folder to work on: what was chosen, else CARETAKER_DATA, else ./caretaker-data where there is one, else the
/// installed collector's.
#[must_use]
pub fn data_dir(chosen: Option<PathBuf>) -> PathBuf {
    let named = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    let here = || Some(PathBuf::from(HERE)).filter(|here| here.is_dir());
    chosen.or_else(named).or_else(here).unwrap_or_else(|| PathBuf::from(INSTALLED))
}

/// Runs a command against the collector at `place`, for the screen that this program writes to.
///
/// # Errors
/// When it was not done: [`super::exit_of`] says how the program ends then.
pub async fn run(command: ClientCommand, place: &Place, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let personal = std::io::stdout().is_terminal();
    if let Some((seconds, for_machine)) = command.watched() {
        let look = async |bytes: &mut Vec<u8>| {
            let screen = Screen::of_stdout();
            answer(command.clone(), place, &mut Output { out: bytes, screen: &screen, personal }).await
        };
        return watch(seconds, for_machine, personal, out, look).await;
    }
    answer(command, place, &mut Output { out, screen: &Screen::of_stdout(), personal }).await
}

/// The same for any screen that only one person sees.
///
/// # Errors
/// As [`run`].
pub async fn run_on(
    command: ClientCommand,
    place: &Place,
    screen: &Screen,
    out: &mut dyn Write,
) -> anyhow::Result<Exit> {
    answer(command, place, &mut Output { out, screen, personal: true }).await
}

impl ClientCommand {
    /// The list options of a command that lists.
    fn listing(&self) -> Option<&Listing> {
        match self {
            Self::Devices(args) => Some(&args.listing),
            Self::Software(args) => Some(&args.listing),
            Self::Executables(args) => Some(&args.listing),
            Self::Findings(args) => Some(&args.listing),
            Self::Alerts(args) => Some(&args.listing),
            Self::Catalogue(command) => command.listing(),
            Self::Licences(command) => command.listing(),
            Self::Approvals(command) => command.listing(),
            Self::Exceptions(command) => command.listing(),
            Self::Cases(args) => Some(&args.listing),
            Self::IncidentLog(args) => Some(&args.listing),
            Self::Canary(command) => command.listing(),
            Self::Operators(command) => command.listing(),
            Self::Audit(command) => command.listing(),
            Self::Retention(retention::RetentionCommand::Report(args)) => Some(&args.listing),
            Self::Requests(command) => command.listing(),
            Self::Disclosures(command) => command.listing(),
            Self::Status(_)
            | Self::Dashboard(_)
            | Self::Device(_)
            | Self::Alert(_)
            | Self::Case(_)
            | Self::Guidance(_)
            | Self::Report(_)
            | Self::Privacy(_)
            | Self::Token(_)
            | Self::Policy(_)
            | Self::Keys(_)
            | Self::Hold(_)
            | Self::Subject(_)
            | Self::Whoami(_) => None,
        }
    }

    /// Seconds between two looks at a list that is to be shown again and again, and whether a program reads it.
    fn watched(&self) -> Option<(u32, bool)> {
        let listing = self.listing()?;
        listing.watched().map(|seconds| (seconds, listing.for_machine()))
    }
}

async fn answer(command: ClientCommand, place: &Place, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if let Some(exit) = here(&command, output)? {
        return Ok(exit);
    }
    let reached = reach(place).await;
    if let (Err(_), ClientCommand::Audit(audit::AuditCommand::Verify(args)), Place::Data(data)) =
        (&reached, &command, place)
        && let Some(exit) = audit::stopped(args, data, output)?
    {
        return Ok(exit);
    }
    if let ClientCommand::Status(args) = command {
        let asked = match reached {
            Ok(channel) => status::run(args.clone(), console(channel), output).await,
            Err(error) => Err(error),
        };
        return asked.or_else(|error| status::unasked(&args, error, place, output));
    }
    let channel = reached?;
    let client: Client = console(channel.clone());
    match command {
        ClientCommand::Cases(args) => cases::list(args, channel, output).await,
        ClientCommand::Case(command) => cases::run(command, channel, output).await,
        ClientCommand::IncidentLog(args) => cases::incident_log(args, channel, output).await,
        ClientCommand::Guidance(args) => cases::guidance(args, channel, output).await,
        ClientCommand::Canary(command) => canary::run(command, channel, output).await,
        ClientCommand::Report(command) => report::run(command, channel, output).await,
        ClientCommand::Privacy(command) => privacy::run(command, channel, output).await,
        ClientCommand::Status(_) => unreachable!("it was answered above"),
        ClientCommand::Dashboard(args) => dashboard::run(args, channel, output).await,
        ClientCommand::Devices(args) => devices::list(args, client, output).await,
        ClientCommand::Device(command) => devices::run(command, client, output).await,
        ClientCommand::Software(args) if args.titles => catalogue::software(args, channel, output).await,
        ClientCommand::Software(args) => software::run(args, client, output).await,
        ClientCommand::Catalogue(command) => catalogue::run(command, channel, output).await,
        ClientCommand::Executables(args) => executables::run(args, client, output).await,
        ClientCommand::Findings(args) => findings::run(args, client, output).await,
        ClientCommand::Alerts(args) => alerts::list(args, client, output).await,
        ClientCommand::Alert(command) => alerts::run(command, client, output).await,
        ClientCommand::Token(command) => token::run(command, client, output).await,
        ClientCommand::Policy(command) => policy::run(command, client, output).await,
        ClientCommand::Operators(command) => access::operators(command, channel, output).await,
        ClientCommand::Keys(command) => keys::ask(command, channel, output).await,
        ClientCommand::Audit(command) => audit::run(command, channel, output).await,
        ClientCommand::Retention(command) => retention::run(command, channel, output).await,
        ClientCommand::Hold(command) => retention::hold(command, channel, output).await,
        ClientCommand::Subject(command) => subject::run(command, channel, output).await,
        ClientCommand::Requests(command) => registers::requests(command, channel, output).await,
        ClientCommand::Disclosures(command) => registers::disclosures(command, channel, output).await,
        ClientCommand::Licences(command) => licences::run(command, channel, output).await,
        ClientCommand::Approvals(command) => licences::approvals(command, channel, output).await,
        ClientCommand::Exceptions(command) => licences::exceptions(command, channel, output).await,
        ClientCommand::Whoami(args) => access::whoami(args, channel, output).await,
    }
}

/// Answers what needs no collector; refuses what cannot be shown here before one is asked.
fn here(command: &ClientCommand, output: &mut Output<'_>) -> anyhow::Result<Option<Exit>> {
    if let ClientCommand::Policy(command) = command
        && !command.needs_collector()
    {
        return policy::here(command, output).map(Some);
    }
    if let ClientCommand::Catalogue(catalogue::CatalogueCommand::Check(args)) = command {
        return catalogue::check(args, output).map(Some);
    }
    if let ClientCommand::Dashboard(args) = command
        && args.needs_terminal()
    {
        crate::dashboard::check_terminal()?;
    }
    Ok(None)
}

/// A channel to the collector there, whichever door it has.
async fn reach(place: &Place) -> anyhow::Result<Channel> {
    match place {
        Place::Data(data) => Ok(connect(data).await?),
        Place::Profile(folder, name) => {
            let profile = Profile::load(folder, name)?.ok_or_else(|| access::nobody(name))?;
            access::connect(profile, folder).await
        }
    }
}
