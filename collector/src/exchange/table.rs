//! Software lists as tables.

use ::csv::{Position, ReaderBuilder, StringRecord};
use caretaker_proto::console::v1::{ListedEntry, RawEntry};
use caretaker_shared::model::TitleKind;
use encoding_rs::{Encoding, WINDOWS_1252};

use super::{Fault, Found};
use crate::render::csv;

/// Columns of ours.
const HEADER: [&str; 14] = [
    "name",
    "version",
    "publisher",
    "source",
    "id",
    "upgrade_code",
    "section",
    "architecture",
    "kind",
    "standing",
    "title",
    "category",
    "devices",
    "installed_at",
];
/// What a column is called that says each field of an entry: our word, then those of other programs.
const CALLED: [&[&str]; 9] = [
    &[
        "name",
        "displayname",
        "softwarename",
        "software",
        "applicationname",
        "application",
        "program",
        "package",
        "title",
    ],
    &["version", "displayversion", "softwareversion"],
    &["publisher", "vendor", "manufacturer"],
    &["source", "from", "list"],
    &["id", "guid", "productcode", "identifyingnumber"],
    &["upgradecode"],
    &["section", "systemcategory"],
    &["architecture", "arch"],
    &["kind"],
];
/// What may stand between two cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The table of a list. What a spreadsheet would run is a text in it.
pub(super) fn write(entries: &[ListedEntry]) -> std::io::Result<String> {
    let rows: Vec<Vec<String>> = entries.iter().filter_map(row).collect();
    csv::table(&HEADER.map(str::to_owned), rows.iter().map(Vec::as_slice))
}

fn row(listed: &ListedEntry) -> Option<Vec<String>> {
    let entry = listed.entry.clone()?;
    let standing = listed.standing.clone().unwrap_or_default();
    Some(vec![
        entry.name,
        entry.version,
        entry.publisher,
        entry.source,
        entry.id,
        entry.upgrade_code,
        entry.section,
        entry.architecture,
        entry.kind,
        standing.standing,
        standing.slug,
        standing.category,
        listed.devices.to_string(),
        listed.installed_at().to_owned(),
    ])
}

/// The text of a file: UTF-8, UTF-16 with its mark, else the letters that Windows uses here.
pub(super) fn text(bytes: &[u8]) -> String {
    match (Encoding::for_bom(bytes), std::str::from_utf8(bytes)) {
        (Some((encoding, _)), _) => encoding.decode(bytes).0.into_owned(),
        (None, Ok(text)) => text.to_owned(),
        (None, Err(_)) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// The entries of a table, with the line of each; `None` where no column says a name.
pub(super) fn entries(text: &str) -> Result<Option<Found>, Fault> {
    let first = text.lines().next().unwrap_or_default();
    let separator = SEPARATORS.into_iter().rev().max_by_key(|one| first.bytes().filter(|byte| byte == one).count());
    let mut reader =
        ReaderBuilder::new().flexible(true).delimiter(separator.unwrap_or(b',')).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| ("line 1".to_owned(), error.to_string()))?.clone();
    let columns = CALLED.map(|called| column(&header, called));
    if columns[0].is_none() {
        return Ok(None);
    }
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ("the table".to_owned(), error.to_string()))?;
        let line = record.position().map_or(0, Position::line);
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            entries.push((format!("line {line}"), read(&record, columns)));
        }
    }
    Ok(Some(entries))
}

/// The column that is called like that, the first words first.
fn column(header: &StringRecord, called: &[&str]) -> Option<usize> {
    let plain = |text: &str| -> String { text.chars().filter(|one| one.is_alphanumeric()).collect() };
    let names: Vec<String> = header.iter().map(|name| plain(name).to_lowercase()).collect();
    called.iter().find_map(|word| names.iter().position(|name| name == word))
}

fn read(record: &StringRecord, columns: [Option<usize>; 9]) -> RawEntry {
    let cell = |column: Option<usize>| {
        let cell = column.and_then(|at| record.get(at)).unwrap_or_default().trim();
        // An apostrophe that an export put before what looks like a formula.
        let meant = cell.strip_prefix('\'').filter(|rest| csv::neutral(rest) != *rest);
        meant.unwrap_or(cell).to_owned()
    };
    let [name, version, publisher, source, id, upgrade_code, section, architecture, kind] = columns.map(cell);
    let kind = TitleKind::parse(&kind).unwrap_or_default().word().to_owned();
    RawEntry { name, version, publisher, source, id, upgrade_code, section, architecture, kind }
}
