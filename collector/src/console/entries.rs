//! Calls about entries of software lists: those of our devices for an export, and those of anybody's to try.

use caretaker_proto::console::v1 as proto;
use caretaker_shared::model::TitleKind;

use super::Context;
use super::devices::one;
use super::paging::{Asked, cut};
use super::peer::Operator;
use super::policies::known_site;
use super::refusal::Refusal;
use crate::catalogue::{Memory, Reading, Standing};
use crate::store::titles::{EntryFilter, EntryKey, EntryRow};

/// Entries that are tried in one call.
pub(crate) const ENTRIES: usize = 1_000;
/// Letters of the longest field of an entry.
pub(crate) const LETTERS: usize = 1_000;

pub(super) async fn list(
    context: &Context,
    request: proto::ListEntriesRequest,
    operator: &Operator,
) -> Result<proto::ListEntriesResponse, Refusal> {
    let asked: Asked<EntryKey> = Asked::read(request.page)?;
    let device = match request.device.as_str() {
        "" => None,
        _ => Some(one(context, request.device, operator).await?),
    };
    let site = known_site(context, &request.site, operator).await?;
    let (name, id) = device.as_ref().map(|row| (row.name.clone(), row.id.to_string())).unwrap_or_default();
    let filter = EntryFilter { sites: operator.sites().clone(), site, device };
    let limit = asked.limit();
    let rows = context.store.list_entries(filter, asked.after, limit).await?;
    let mut memory = Memory::of(context.store.catalogue());
    let rows: Vec<(EntryRow, proto::EntryStanding)> = rows
        .into_iter()
        .map(|row| {
            let standing = standing(&memory.standing(&reading(&row)), &row.version);
            (row, standing)
        })
        .collect();
    let (entries, next_page) = cut(rows, asked.size, |(row, _)| row.key(), listed);
    Ok(proto::ListEntriesResponse { entries, next_page, device: name, device_id: id })
}

pub(super) fn tried(
    context: &Context,
    request: &proto::TryEntriesRequest,
) -> Result<proto::TryEntriesResponse, Refusal> {
    if request.entries.len() > ENTRIES {
        let (problem, remedy) = ("are more than 1,000", "send them in several calls");
        return Err(Refusal::Field { field: "entries", problem, remedy });
    }
    let mut memory = Memory::of(context.store.catalogue());
    let standings = request.entries.iter().map(|entry| {
        let proto::RawEntry { name, version, publisher, source, id, upgrade_code, section, architecture, kind } = entry;
        let texts = [name, version, publisher, source, id, upgrade_code, section, architecture];
        if name.trim().is_empty() || texts.iter().any(|text| text.chars().count() > LETTERS) {
            let (problem, remedy) = ("has no name or a text of more than 1,000 letters", "leave it out");
            return Err(Refusal::Field { field: "an entry", problem, remedy });
        }
        let kind = TitleKind::parse(kind).unwrap_or_default();
        let reading = Reading { name, publisher, source, id, upgrade_code, section, kind };
        Ok(standing(&memory.standing(&reading), version))
    });
    Ok(proto::TryEntriesResponse { standings: standings.collect::<Result<_, _>>()? })
}

fn reading(row: &EntryRow) -> Reading<'_> {
    let EntryRow { name, publisher, source, id, upgrade_code, section, kind, .. } = row;
    Reading { name, publisher, source, id, upgrade_code, section, kind: *kind }
}

/// What an entry of this version stands for, in words of the contract.
fn standing(standing: &Standing, version: &str) -> proto::EntryStanding {
    let (word, title, edition) = match standing {
        Standing::Installation { title, edition, .. } if title.is_known() => ("title", Some(title), edition.as_str()),
        Standing::Installation { title, edition, .. } => ("unknown", Some(title), edition.as_str()),
        Standing::Part(title) => ("part", Some(title), ""),
        Standing::System => ("system", None, ""),
    };
    proto::EntryStanding {
        standing: word.into(),
        slug: title.map(|title| title.slug.clone()).unwrap_or_default(),
        name: title.map(|title| title.name.clone()).unwrap_or_default(),
        category: title.map(|title| title.category_word().to_owned()).unwrap_or_default(),
        edition: edition.into(),
        major: standing.major(version).into(),
    }
}

fn listed((row, standing): (EntryRow, proto::EntryStanding)) -> proto::ListedEntry {
    // Anybody who builds a package writes there what he likes: a word is a distribution, a folder or a sentence is none.
    let distribution = Some(row.distribution).filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    proto::ListedEntry {
        entry: Some(proto::RawEntry {
            name: row.name,
            version: row.version,
            publisher: row.publisher,
            source: row.source,
            id: row.id,
            upgrade_code: row.upgrade_code,
            section: row.section,
            architecture: row.architecture,
            kind: row.kind.word().into(),
        }),
        standing: Some(standing),
        devices: row.devices,
        installed_at: row.installed_at.map(|at| at.to_string()),
        distribution: distribution.unwrap_or_default(),
    }
}
