//! Backups: everything of a collector in one encrypted file, the keys of months in another.
//!
//! The database is copied while the collector works, page by page as of one moment, and looked through before it counts.
//! The keys of months are apart, because they must not live as long: whoever has an old backup and no key of its month
//! opens nothing of what was erased since.

mod create;
mod entries;
mod restore;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use create::{Created, create};
pub use restore::{Contents, Lost, Restored, restore, verify};

/// How the two kinds of files end.
pub const BACKUP: &str = "backup";
/// As above.
pub const KEYS: &str = "keys";

/// What a backup says of itself; the first of its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// "backup" or "keys".
    pub kind: String,
    /// SHA-256 of the authority's certificate: whose it is.
    pub authority: String,
    /// When it was made.
    pub made_at: jiff::Timestamp,
    /// Of the program that made it.
    pub version: String,
}

const ABOUT: &str = "about.json";
const DATABASE: &str = "caretaker.db";
const LEXICONS: &str = "lexicons/";
