//! What changed on one device.

use jiff::Timestamp;
use rusqlite::params;

use super::super::moment::moment;
use super::super::{Store, StoreError};
use super::DeviceRow;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// When it was told.
    pub at: Timestamp,
    /// "added", "removed", "updated", "applied".
    pub kind: String,
    /// Which probe saw it.
    pub probe: String,
    /// What it is.
    pub text: String,
}

impl Store {
    /// The newest changes of a device since a time, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn device_changes(
        &self,
        device: &DeviceRow,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let row = device.rowid;
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT at, kind, probe, text FROM change WHERE device = ?1 AND at > ?2
                 ORDER BY at DESC, id DESC LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = query.query_map(params![row, since.as_millisecond(), limit], |row| {
                Ok(ChangeRow { at: moment(row.get(0)?), kind: row.get(1)?, probe: row.get(2)?, text: row.get(3)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
