//! Findings: opened once, updated when something changed, closed when gone.

use jiff::Timestamp;
use rusqlite::Transaction;

use super::{Store, StoreError};
use crate::rules::Judgement;

/// What settling a judgement changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Findings that were not there before.
    pub opened: u32,
    /// Findings that now say something else.
    pub updated: u32,
    /// Findings that are gone.
    pub closed: u32,
}

/// Brings a device's findings in line with a judgement.
pub(crate) fn settle(
    _tx: &Transaction<'_>,
    _device_rowid: i64,
    _judgement: &Judgement,
    _now: Timestamp,
) -> Result<Settled, StoreError> {
    unimplemented!("written next")
}

/// Opens (or refreshes) a finding that a device's reports contradict themselves; it stays open until a person looks.
pub(crate) fn open_integrity(
    _tx: &Transaction<'_>,
    _device_rowid: i64,
    _subject: &str,
    _summary: &str,
    _reason: &str,
    _now: Timestamp,
) -> Result<(), StoreError> {
    unimplemented!("written next")
}

impl Store {
    /// Judges all stored readings of a site's active devices again, after its policy changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_site(&self, _site: &str, _now: Timestamp) -> Result<Settled, StoreError> {
        unimplemented!("written next")
    }

    /// Judges all stored readings of all active devices again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_all(&self, _now: Timestamp) -> Result<Settled, StoreError> {
        unimplemented!("written next")
    }
}
