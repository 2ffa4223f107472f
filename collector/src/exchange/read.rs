//! A software list of a device as another program wrote it.

use caretaker_proto::console::v1::RawEntry;
use serde_json::Value;

use super::{Fault, Form, Found, cyclonedx, glpi, table};
use crate::console::LETTERS;
use crate::render::text::{safe, shorten};

/// Bytes of the largest file.
pub const BYTES: usize = 20 * 1024 * 1024;
/// Entries of the longest list.
pub const ENTRIES: usize = 50_000;
/// Columns of what a parser says.
const PROBLEM: usize = 160;
const REMEDY: &str = "make the list anew, or correct it there";

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// By its content.
    pub form: Form,
    /// At least one, each with a name.
    pub entries: Vec<RawEntry>,
}

/// Why a file is no software list. The second line says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`BYTES`] or [`ENTRIES`].
    #[error("holds more than {0}\n  try the list of one device, or split it")]
    TooLarge(&'static str),
    /// It is of no form that is known.
    #[error(
        "is no software list that Caretaker knows: {0}\n  give CycloneDX as JSON, an inventory of GLPI as JSON, or a table (CSV) with a column \"name\""
    )]
    Unknown(&'static str),
    /// It begins like JSON and is none, or has something in it that does not belong there.
    #[error("{place}: {problem}\n  {REMEDY}")]
    Wrong {
        /// A line, or a path in the document.
        place: String,
        /// What is the matter there.
        problem: String,
    },
    /// It is one, and has no entries.
    #[error("has no software in it\n  an empty list says nothing of a device; make it anew")]
    Empty,
}

/// Reads a list, whichever it is.
///
/// # Errors
/// When it is none, too large, or wrong anywhere.
pub fn read(bytes: &[u8]) -> Result<List, ReadError> {
    if bytes.len() > BYTES {
        return Err(ReadError::TooLarge("20 MB"));
    }
    let text = table::text(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') || text.starts_with("%PDF") || text.starts_with("PK\u{3}\u{4}") {
        return Err(ReadError::Unknown("it is no text"));
    }
    if text.trim_start().starts_with('<') {
        return Err(ReadError::Unknown("it is XML"));
    }
    let (form, found) =
        if text.trim_start().starts_with(['{', '[']) { document(text)? } else { (Form::Csv, rows(text)?) };
    if found.len() > ENTRIES {
        return Err(ReadError::TooLarge("50,000 entries"));
    }
    if found.is_empty() {
        return Err(ReadError::Empty);
    }
    let entries = found.into_iter().map(|(place, entry)| sound(place, entry)).collect::<Result<_, _>>()?;
    Ok(List { form, entries })
}

fn document(text: &str) -> Result<(Form, Found), ReadError> {
    let document: Value = serde_json::from_str(text).map_err(|error| ReadError::Wrong {
        place: format!("line {}, column {}", error.line(), error.column()),
        problem: "is no JSON".into(),
    })?;
    if document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        return Ok((Form::CycloneDx, cyclonedx::entries(&document).map_err(wrong)?));
    }
    if document.get("content").is_some_and(Value::is_object) {
        return Ok((Form::Glpi, glpi::entries(&document).map_err(wrong)?));
    }
    Err(ReadError::Unknown("it is JSON without \"bomFormat\": \"CycloneDX\" or \"content\""))
}

fn rows(text: &str) -> Result<Found, ReadError> {
    let none = ReadError::Unknown("no column of its first line says the names");
    table::entries(text).map_err(wrong)?.ok_or(none)
}

fn wrong((place, problem): Fault) -> ReadError {
    ReadError::Wrong { place, problem: shorten(&safe(&problem), PROBLEM) }
}

/// An entry that can be tried.
fn sound(place: String, entry: RawEntry) -> Result<RawEntry, ReadError> {
    if entry.name.trim().is_empty() {
        return Err(ReadError::Wrong { place, problem: "has no name".into() });
    }
    let RawEntry { name, version, publisher, source, id, upgrade_code, section, architecture, kind: _ } = &entry;
    let texts = [name, version, publisher, source, id, upgrade_code, section, architecture];
    if texts.iter().any(|text| text.chars().count() > LETTERS) {
        let problem = format!("has a text of more than {LETTERS} letters");
        return Err(ReadError::Wrong { place, problem });
    }
    Ok(entry)
}
