//! Alerts: raised in the transaction of their cause, together with the mail that tells of them.

use caretaker_shared::model::{KeywordEvent, TamperEvent};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::Transaction;

use super::StoreError;

/// Joins a keyword event to an open alert or raises a new one; says whether mail was queued.
pub(crate) fn raise_for_keyword(
    _tx: &Transaction<'_>,
    _event_rowid: i64,
    _device_rowid: i64,
    _site_rowid: i64,
    _event: &KeywordEvent,
    _policy: &Policy,
    _now: Timestamp,
) -> Result<bool, StoreError> {
    unimplemented!("written next")
}

/// Raises a device alert where a tamper event deserves one; says whether mail was queued.
pub(crate) fn raise_for_tamper(
    _tx: &Transaction<'_>,
    _event_rowid: i64,
    _device_rowid: i64,
    _site_rowid: i64,
    _event: &TamperEvent,
    _policy: &Policy,
    _now: Timestamp,
) -> Result<bool, StoreError> {
    unimplemented!("written next")
}
