//! `lexicon import`, `lexicon list` and `lexicon remove`: rules of the school's own, and lists that only licence holders
//! may have.

use std::fs;
use std::path::{Path, PathBuf};

use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::rules::Origin;
use caretaker_shared::lexicon::{Category, Pack, category};
use caretaker_shared::model::Severity;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;

use super::ask::{known, level};
use super::files::unreadable;
use super::list_file::{Imported, List};
use crate::commands::listing::Listing;
use crate::commands::output::Output;
use crate::commands::progress::Progress;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::data::{DataFolder, Installed, Lock, LockError, is_name};
use crate::render;
use crate::render::lexicon::packs::Listed;
use crate::store::Store;

/// Largest list, in bytes.
const MOST: u64 = 16 << 20;

/// Options of `lexicon import`.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// A word or phrase a line, or a CSV file with them in its first column; lines that begin with # are passed over
    file: PathBuf,
    /// What a finding is about
    #[arg(long, value_name = "ID", value_parser = known)]
    category: String,
    /// Where the list comes from, for example "Example Watch keywords, September 2026"
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    source: String,
    /// Under which licence the school has it
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    licence: String,
    /// By which it is listed and removed [default: as the file is called]
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// How serious a finding is, 1 to 5 [default: the least of the category]
    #[arg(long, value_name = "N", value_parser = level)]
    severity: Option<Severity>,
    /// Language of the list
    #[arg(long, value_name = "TAG", default_value = "en-GB", value_parser = NonEmptyStringValueParser::new())]
    lang: String,
    /// Who has looked at it
    #[arg(long, value_name = "WHO", default_value = "by its supplier", value_parser = NonEmptyStringValueParser::new())]
    reviewed: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `lexicon list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    listing: Listing,
}

/// Options of `lexicon remove`.
#[derive(Debug, Clone, clap::Args)]
pub struct RemoveArgs {
    /// As `lexicon list` names it
    #[arg(value_parser = name)]
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn name(name: &str) -> Result<String, String> {
    let expected = "expected at most 40 small letters, digits and hyphens";
    if is_name(name) { Ok(name.to_owned()) } else { Err(expected.to_owned()) }
}

pub(super) fn import(args: &ImportArgs, data: &Path, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let folder = DataFolder::open(data)?;
    let progress = Progress::new("Taking the list in");
    let list = List::read(&args.file, &read(&args.file)?)?;
    let category = category(&args.category).unwrap_or(&caretaker_shared::lexicon::CATEGORIES[0]);
    let name = args.name.clone().map_or_else(|| from_file(&args.file), Ok)?;
    let imported = Imported {
        name: &name,
        category,
        severity: severity(args.severity, category)?,
        origin: Origin {
            lang: args.lang.clone(),
            title: name.clone(),
            source: args.source.clone(),
            licence: args.licence.clone(),
            reviewed: args.reviewed.clone(),
        },
    };
    let bytes = list.compile(&imported)?.write();
    let digest = Sha256::of(&bytes);
    let (phrases, words) = list.counts();
    folder.install_lexicon(&name, &bytes).map_err(|error| unwritable(&folder, &error))?;
    let detail = format!("{}, {phrases} phrases, {words} words, sha256 {digest}", category.id);
    let running = record(&folder, "lexicon.import", &name, detail)?;
    drop(progress);
    if args.json {
        return output.json(&json!({
            "name": name, "category": category.id, "phrases": phrases, "words": words, "digest": digest,
            "source": args.source, "licence": args.licence, "collector_running": running,
        }));
    }
    let listed = listed(&Installed { name, bytes, digest });
    output.text(&render::lexicon::packs::imported(&listed, phrases, words, running, output.screen))
}

pub(super) fn list(args: &ListArgs, data: &Path, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let folder = DataFolder::open(data)?;
    let packs = folder.installed_lexicons().map_err(|error| unreadable(&folder.lexicons(), &error, OWNER))?;
    let listed: Vec<Listed> = packs.iter().map(listed).collect();
    let listing = args.listing.once()?;
    let listed = listing.choose(listed, output)?;
    let digest = json!({ "digest": DataFolder::digest_of_lexicons(&packs) });
    if let Some(exit) = listing.machine_with("packs", &listed, digest, output)? {
        return Ok(exit);
    }
    listing.show("packs", &listed, output, render::lexicon::packs::list)
}

pub(super) fn remove(args: &RemoveArgs, data: &Path, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let folder = DataFolder::open(data)?;
    if !folder.remove_lexicon(&args.name).map_err(|error| unwritable(&folder, &error))? {
        let told =
            format!("there is no list named {}\n  see which there are:  caretaker-collector lexicon list", args.name);
        return Err(failure(Exit::Usage, told).into());
    }
    let running = record(&folder, "lexicon.remove", &args.name, String::new())?;
    if args.json {
        return output.json(&json!({ "removed": args.name, "collector_running": running }));
    }
    output.text(&render::lexicon::packs::removed(&args.name, running))
}

const OWNER: &str = "run the command with sudo, or as the account of the collector";

fn unwritable(folder: &DataFolder, error: &std::io::Error) -> Failure {
    failure(Exit::Denied, format!("{} cannot be written: {error}\n  {OWNER}", folder.lexicons().display()))
}

/// Writes it into the audit chain; says whether a collector works in the folder.
fn record(folder: &DataFolder, action: &'static str, name: &str, detail: String) -> anyhow::Result<bool> {
    let lock = match Lock::take(folder) {
        Ok(lock) => Some(lock),
        Err(LockError::Held(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (database, name) = (folder.database(), name.to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(&database)?;
        store.record_lexicon(action, &name, detail, "lexicon on this machine", SystemClock.now()).await
    })?;
    Ok(lock.is_none())
}

fn read(file: &Path) -> Result<String, Failure> {
    let remedy = "name a file with one word or phrase a line";
    let about = fs::metadata(file).map_err(|error| unreadable(file, &error, remedy))?;
    if about.len() > MOST {
        return Err(failure(Exit::Usage, format!("{} is larger than 16 MiB\n  {remedy}", file.display())));
    }
    fs::read_to_string(file).map_err(|error| unreadable(file, &error, remedy))
}

/// What a file is called, as a name.
fn from_file(file: &Path) -> Result<String, Failure> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain: String = stem.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    name(&plain).map_err(|expected| failure(Exit::Usage, format!("this list needs a name\n  --name NAME, {expected}")))
}

fn severity(asked: Option<Severity>, category: &Category) -> Result<Severity, Failure> {
    let severity = asked.unwrap_or(category.least);
    if (category.least..=category.most).contains(&severity) {
        return Ok(severity);
    }
    let (least, most) = (category.least, category.most);
    Err(failure(
        Exit::Usage,
        format!("--severity {severity} is not one of {}\n  expected {least} to {most}", category.id),
    ))
}

fn listed(installed: &Installed) -> Listed {
    let pack = Pack::read(&installed.bytes);
    let (origin, categories) = match &pack {
        Ok(pack) => {
            let mut ids: Vec<&'static str> = pack.rules().map(|(_, category)| category.id).collect();
            ids.dedup();
            (pack.origins().first().cloned(), ids)
        }
        Err(_) => (None, Vec::new()),
    };
    Listed {
        name: installed.name.clone(),
        categories,
        bytes: installed.bytes.len(),
        digest: installed.digest,
        origin: origin.as_ref().map(render::lexicon::packs::json),
        problem: pack.err().map(|error| error.to_string()),
    }
}
