//! `catalogue export` and `catalogue try`: software lists for other programs, and those of other programs.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::{
    EntryStanding, ListEntriesRequest, ListEntriesResponse, RawEntry, TryEntriesRequest,
};
use caretaker_shared::model::TitleKind;
use caretaker_shared::private_file;
use clap::builder::NonEmptyStringValueParser;
use prost::Message as _;
use uuid::Uuid;

use super::catalogue::Client;
use super::output::{Output, page};
use super::progress::Progress;
use super::refused::{failure, refused};
use super::{Exit, Failure};
use crate::catalogue::{Reading, propose_all};
use crate::console::ENTRIES;
use crate::exchange::{self, BYTES, Form, Head, List, Whose};
use crate::render;

/// Bytes of entries that are tried in one call.
const CALL: usize = 512 * 1024;
/// Rules that are proposed at once.
const PROPOSED: usize = 100;

/// Options of `catalogue export`.
#[derive(Debug, Clone, clap::Args)]
pub struct ExportArgs {
    /// For what it is written
    #[arg(long, value_enum)]
    format: Form,
    /// Only what this device has (name or id) [default: all active devices]
    #[arg(long, conflicts_with = "site", value_parser = NonEmptyStringValueParser::new())]
    device: Option<String>,
    /// Only what devices of this site have
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: Option<String>,
    /// Into this file [default: to the screen, or wherever that leads]
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

/// Options of `catalogue try`.
#[derive(Debug, Clone, clap::Args)]
pub struct TryArgs {
    /// CycloneDX as JSON, an inventory of GLPI as JSON, or a table (CSV)
    file: PathBuf,
    /// Print rules for what no rule knows, ready to edit and to add
    #[arg(long, conflicts_with = "json")]
    propose: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn export(args: ExportArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let of_one = || failure(Exit::Usage, "an inventory of GLPI is of one device\n  name it:  --device NAME".into());
    if args.format == Form::Glpi && args.device.is_none() {
        return Err(of_one().into());
    }
    let all = entries(&args, &mut client).await?;
    let whose = match args.device {
        Some(_) => Whose::Device { name: &all.device, id: &all.device_id },
        None => Whose::Fleet { site: args.site.as_deref() },
    };
    let head = Head { whose, now: &output.screen.now, serial: Uuid::new_v4() };
    let text = exchange::write(args.format, &head, &all.entries)?.ok_or_else(of_one)?;
    let Some(file) = args.into else { return output.text(&text) };
    private_file::write(&file, text.as_bytes()).map_err(|error| {
        failure(Exit::Findings, format!("{} cannot be written: {error}\n  name another file", file.display()))
    })?;
    output.text(&render::exchange::written(all.entries.len(), args.format, &file.display().to_string()))
}

/// Every page.
async fn entries(args: &ExportArgs, client: &mut Client) -> anyhow::Result<ListEntriesResponse> {
    let _progress = Progress::new("Reading software lists");
    let mut all = ListEntriesResponse::default();
    loop {
        let request = ListEntriesRequest {
            page: page(&all.next_page),
            device: args.device.clone().unwrap_or_default(),
            site: args.site.clone().unwrap_or_default(),
        };
        let part = client.list_entries(request).await.map_err(|status| refused(&status))?.into_inner();
        all.entries.extend(part.entries);
        (all.next_page, all.device, all.device_id) = (part.next_page, part.device, part.device_id);
        if all.next_page.is_empty() {
            return Ok(all);
        }
    }
}

pub(super) async fn tried(args: TryArgs, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let list = read(&args.file)?;
    let standings = stand(&list.entries, &mut client).await?;
    let tried: Vec<(RawEntry, EntryStanding)> = list.entries.into_iter().zip(standings).collect();
    if args.json {
        let entries: Vec<_> =
            tried.iter().map(|(entry, standing)| serde_json::json!({ "entry": entry, "standing": standing })).collect();
        return output.json(&serde_json::json!({ "format": list.form.name(), "entries": entries }));
    }
    if args.propose {
        let rules = proposed(&tried, &output.screen.now.date().to_string());
        let none = "Rules know every title of this list.\n";
        return output.text(if rules.is_empty() { none } else { &rules });
    }
    let file = args.file.display().to_string();
    output.text(&render::exchange::tried(&file, list.form, &tried, output.screen))
}

/// What each entry stands for.
async fn stand(entries: &[RawEntry], client: &mut Client) -> anyhow::Result<Vec<EntryStanding>> {
    let mut standings = Vec::with_capacity(entries.len());
    while let Some(rest) = entries.get(standings.len()..).filter(|rest| !rest.is_empty()) {
        let mut bytes = 0;
        let fit = rest.iter().take(ENTRIES).take_while(|entry| {
            bytes += entry.encoded_len();
            bytes <= CALL
        });
        // One alone is far below what a call may have.
        let count = fit.count().max(1);
        let request = TryEntriesRequest { entries: rest.iter().take(count).cloned().collect() };
        let answer = client.try_entries(request).await.map_err(|status| refused(&status))?.into_inner();
        anyhow::ensure!(answer.standings.len() == count, "the collector answered for another number of entries");
        standings.extend(answer.standings);
    }
    Ok(standings)
}

/// A rule for each title that no rule knows.
fn proposed(tried: &[(RawEntry, EntryStanding)], today: &str) -> String {
    let mut titles: Vec<(&str, Vec<Reading<'_>>)> = Vec::new();
    for (entry, standing) in tried.iter().filter(|(_, standing)| standing.standing == "unknown") {
        let RawEntry { name, publisher, source, id, upgrade_code, section, .. } = entry;
        let reading = Reading { name, publisher, source, id, upgrade_code, section, kind: TitleKind::Title };
        let room = titles.len() < PROPOSED;
        match titles.iter_mut().find(|(slug, _)| *slug == standing.slug) {
            Some((_, readings)) => readings.push(reading),
            None if room => titles.push((&standing.slug, vec![reading])),
            None => {}
        }
    }
    let readings: Vec<Vec<Reading<'_>>> = titles.into_iter().map(|(_, readings)| readings).collect();
    propose_all(&readings, today)
}

fn read(file: &Path) -> Result<List, Failure> {
    let shown = file.display();
    let most = u64::try_from(BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes)).map_err(|error| {
        failure(Exit::Usage, format!("{shown} cannot be read: {error}\n  name a software list of a device"))
    })?;
    exchange::read(&bytes).map_err(|error| failure(Exit::Usage, format!("{shown}: {error}")))
}
