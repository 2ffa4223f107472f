//! Software lists for other programs, and those of other programs: CycloneDX 1.6, GLPI's inventory, CSV. No input or
//! output.
//!
//! An export has what lists say and what the catalogue makes of it; never accounts, never folders. A list that is read
//! here is looked at and not kept: whoever wrote it may have left anything out.

mod cyclonedx;
mod glpi;
mod purl;
mod read;
mod table;
#[cfg(test)]
mod tests;

use caretaker_proto::console::v1::{ListedEntry, RawEntry};
use jiff::Zoned;
use uuid::Uuid;

pub use read::{BYTES, ENTRIES, List, ReadError, read};

/// Entries of somebody's list, with the place of each in it.
type Found = Vec<(String, RawEntry)>;
/// A place in a list, and what is wrong there.
type Fault = (String, String);

/// Forms of a software list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// CycloneDX 1.6, JSON
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// An inventory of GLPI, JSON; of one device
    Glpi,
    /// A table for spreadsheets
    Csv,
}

impl Form {
    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDx => "CycloneDX",
            Self::Glpi => "GLPI",
            Self::Csv => "CSV",
        }
    }
}

/// Whose software it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Of one device.
    Device {
        /// As people call it.
        name: &'a str,
        /// Never of another one.
        id: &'a str,
    },
    /// Of all active devices that the operator sees, or of those of a site.
    Fleet {
        /// Name of the site.
        site: Option<&'a str>,
    },
}

/// What an export tells besides its entries.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Whose it is.
    pub whose: Whose<'a>,
    /// When it was made.
    pub now: &'a Zoned,
    /// Of this list and no other.
    pub serial: Uuid,
}

/// Writes a list; `None` where the form is for one device and the list of many.
///
/// # Errors
/// When a text cannot be written; none is known that cannot.
pub fn write(form: Form, head: &Head<'_>, entries: &[ListedEntry]) -> std::io::Result<Option<String>> {
    let json = |value: serde_json::Result<String>| Ok(Some(value.map_err(std::io::Error::other)? + "\n"));
    match (form, head.whose) {
        (Form::CycloneDx, _) => json(serde_json::to_string_pretty(&cyclonedx::bom(head, entries))),
        (Form::Glpi, Whose::Device { name, id }) => {
            json(serde_json::to_string_pretty(&glpi::inventory(name, id, entries)))
        }
        (Form::Glpi, Whose::Fleet { .. }) => Ok(None),
        (Form::Csv, _) => table::write(entries).map(Some),
    }
}
