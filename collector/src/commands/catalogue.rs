//! `catalogue ...` and `software --titles`.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::catalogue_client::CatalogueClient;
use caretaker_proto::console::v1::{
    AddRulesRequest, CatalogueTitle, GetTitleRequest, ListTitlesRequest, RemoveRuleRequest, ReplayCatalogueRequest,
    ReplayCatalogueResponse, RulesChanged,
};
use clap::builder::NonEmptyStringValueParser;
use tonic::transport::Channel;

use super::listing::Listing;
use super::output::{Output, page};
use super::progress::Progress;
use super::refused::{failure, refused};
use super::{Exit, Failure, exchange, software};
use crate::catalogue::{Catalogue, Category, RuleFile};
use crate::console::{ANSWER_BYTES, RULES_BYTES};
use crate::render;

pub(super) type Client = CatalogueClient<Channel>;

/// What can be done with titles.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CatalogueCommand {
    /// List the titles that rules know, with the devices that have them
    List(ListArgs),
    /// Show one title: its rule, where it is installed, which raw names met it
    Show(ShowArgs),
    /// Raw names that no rule knows, those of most devices first
    Unknown(UnknownArgs),
    /// Check a file of rules of your own; needs no collector, and ends with 1 when it has a mistake
    Check(CheckArgs),
    /// Take in rules of your own, all or none; one with a slug of ours takes its place
    Add(AddArgs),
    /// Take one of your own rules away
    Remove(RemoveArgs),
    /// Apply the rules again to everything stored, and say what changed
    Replay(ReplayArgs),
    /// Write what is installed for other programs: CycloneDX, GLPI, CSV
    Export(exchange::ExportArgs),
    /// Say what the rules make of a software list of another program; nothing is stored
    Try(exchange::TryArgs),
}

impl CatalogueCommand {
    /// The list options of those that list.
    pub(super) fn listing(&self) -> Option<&Listing> {
        match self {
            Self::List(args) => Some(&args.listing),
            Self::Unknown(args) => Some(&args.listing),
            Self::Show(_) | Self::Check(_) | Self::Add(_) | Self::Remove(_) => None,
            Self::Replay(_) | Self::Export(_) | Self::Try(_) => None,
        }
    }
}

/// Options of `catalogue list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Part of a title's name, any case
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    text: Option<String>,
    /// Only titles of this category: teaching, office, game, media, bypass, remote-control, developer, system
    #[arg(long, value_parser = Category::ALL.map(Category::word))]
    category: Option<String>,
    /// Only what some device has
    #[arg(long)]
    installed: bool,
    #[command(flatten)]
    listing: Listing,
}

/// Options of `catalogue show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// Slug or name of the title
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    title: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `catalogue unknown`.
#[derive(Debug, Clone, clap::Args)]
pub struct UnknownArgs {
    /// Part of the name, any case
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    text: Option<String>,
    /// Print a rule for the first of them, ready to edit and to add
    #[arg(long)]
    propose: bool,
    #[command(flatten)]
    listing: Listing,
}

/// Options of `catalogue check`.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The file of rules
    file: PathBuf,
}

/// Options of `catalogue add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// The file of rules
    file: PathBuf,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `catalogue remove`.
#[derive(Debug, Clone, clap::Args)]
pub struct RemoveArgs {
    /// Slug of the rule
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    slug: String,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `catalogue replay`.
#[derive(Debug, Clone, clap::Args)]
pub struct ReplayArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: CatalogueCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = Client::new(channel).max_decoding_message_size(ANSWER_BYTES);
    match command {
        CatalogueCommand::List(args) => list(args, &mut client, output).await,
        CatalogueCommand::Show(args) => {
            let request = GetTitleRequest { title: args.title };
            let answer = client.get_title(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::catalogue::show(&answer, output.screen))
        }
        CatalogueCommand::Unknown(args) => unknown(args, &mut client, output).await,
        CatalogueCommand::Check(args) => check(&args, output),
        CatalogueCommand::Add(args) => {
            let request = AddRulesRequest { toml: read(&args.file)?, dry_run: args.dry_run };
            let changed = client.add_rules(request).await.map_err(|status| refused(&status))?.into_inner();
            changed_rules(&changed, "added", args.dry_run, args.json, &mut client, output).await
        }
        CatalogueCommand::Remove(args) => {
            let request = RemoveRuleRequest { slug: args.slug, dry_run: args.dry_run };
            let changed = client.remove_rule(request).await.map_err(|status| refused(&status))?.into_inner();
            changed_rules(&changed, "removed", args.dry_run, args.json, &mut client, output).await
        }
        CatalogueCommand::Export(args) => exchange::export(args, client, output).await,
        CatalogueCommand::Try(args) => exchange::tried(args, client, output).await,
        CatalogueCommand::Replay(args) => {
            let replayed = replay(&mut client).await?;
            if args.json { output.json(&replayed) } else { output.text(&render::catalogue::replayed(&replayed)) }
        }
    }
}

/// `software --titles`.
pub(super) async fn software(args: software::Args, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = Client::new(channel).max_decoding_message_size(ANSWER_BYTES);
    let request = ListTitlesRequest {
        text: args.name.unwrap_or_default(),
        device: args.device.clone().unwrap_or_default(),
        installed_only: true,
        ..ListTitlesRequest::default()
    };
    let titles = args.listing.choose(all(request, &mut client).await?, output)?;
    args.listing.show("titles", &titles, output, |titles, screen| {
        render::catalogue::installed(titles, args.device.as_deref(), screen)
    })
}

async fn list(args: ListArgs, client: &mut Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = ListTitlesRequest {
        text: args.text.unwrap_or_default(),
        category: args.category.unwrap_or_default(),
        installed_only: args.installed,
        known: "known".into(),
        ..ListTitlesRequest::default()
    };
    let titles = args.listing.choose(all(request, client).await?, output)?;
    args.listing.show("titles", &titles, output, render::catalogue::list)
}

async fn unknown(args: UnknownArgs, client: &mut Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let text = args.text.unwrap_or_default();
    let request = ListTitlesRequest { text, known: "unknown".into(), ..ListTitlesRequest::default() };
    let titles = args.listing.choose(all(request, client).await?, output)?;
    let Some(first) = titles.rows.first().filter(|_| args.propose) else {
        return args.listing.show("titles", &titles, output, render::catalogue::unknown);
    };
    let request = GetTitleRequest { title: first.slug.clone() };
    let answer = client.get_title(request).await.map_err(|status| refused(&status))?.into_inner();
    output.text(&answer.rule)
}

/// Every page.
async fn all(request: ListTitlesRequest, client: &mut Client) -> anyhow::Result<Vec<CatalogueTitle>> {
    let (mut titles, mut after) = (Vec::new(), String::new());
    loop {
        let request = ListTitlesRequest { page: page(&after), ..request.clone() };
        let answer = client.list_titles(request).await.map_err(|status| refused(&status))?.into_inner();
        titles.extend(answer.titles);
        after = answer.next_page;
        if after.is_empty() {
            return Ok(titles);
        }
    }
}

/// Says what changed, and brings what is stored in line.
async fn changed_rules(
    changed: &RulesChanged,
    done: &str,
    dry_run: bool,
    json: bool,
    client: &mut Client,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    if !dry_run {
        replay(client).await?;
    }
    if json {
        return output.json(changed);
    }
    output.text(&render::catalogue::changed(changed, done, dry_run, output.screen))
}

/// Calls until no device is left.
async fn replay(client: &mut Client) -> anyhow::Result<ReplayCatalogueResponse> {
    let progress = Progress::new("Bringing devices in line");
    let mut total = ReplayCatalogueResponse::default();
    loop {
        let request = ReplayCatalogueRequest { after: total.after.clone() };
        let some = client.replay_catalogue(request).await.map_err(|status| refused(&status))?.into_inner();
        total.devices += some.devices;
        total.came += some.came;
        total.went += some.went;
        total.changed += some.changed;
        total.after = some.after;
        if total.after.is_empty() {
            return Ok(total);
        }
        progress.reach(total.devices, total.devices + some.left);
    }
}

/// Checks a file against the rules that ship.
pub(super) fn check(args: &CheckArgs, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let name = args.file.display().to_string();
    let file = RuleFile { name: name.clone(), text: read(&args.file)? };
    match Catalogue::with(&[file]) {
        Ok(catalogue) => {
            let own = catalogue.titles().iter().filter(|title| title.own).count();
            let rules = render::text::counted(u64::try_from(own).unwrap_or(u64::MAX), "rule");
            output.text(&format!("{name}: {rules}, good.\nSee what would change: catalogue add --dry-run {name}\n"))
        }
        Err(flaws) => Err(failure(Exit::Findings, flaws.to_string()).into()),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let unusable = |problem: String| {
        let remedy = "a rule to begin with:  caretaker-collector catalogue unknown --propose";
        failure(Exit::Usage, format!("{} {problem}\n  {remedy}", file.display()))
    };
    let most = u64::try_from(RULES_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|error| unusable(format!("cannot be read: {error}")))?;
    if bytes.len() > RULES_BYTES {
        return Err(unusable("is larger than 256 KiB".into()));
    }
    String::from_utf8(bytes).map_err(|_| unusable("is not text".into()))
}
