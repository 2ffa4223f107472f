//! How each way out of the house does: by itself, whatever became of a single mail.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::store::StoreError;
use crate::store::moment::moment;

/// How a way out does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelState {
    /// "mail", "second", "webhook".
    pub name: String,
    /// When it last took something.
    pub worked_at: Option<Timestamp>,
    /// Since when every try failed; none while it works.
    pub failing_since: Option<Timestamp>,
    /// Why.
    pub last_error: String,
}

/// Notes that a way took something.
pub(super) fn worked(tx: &Transaction<'_>, name: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO channel (name, worked_at) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET worked_at = excluded.worked_at, failing_since = NULL, last_error = ''",
    )?
    .execute(params![name, now.as_millisecond()])?;
    Ok(())
}

/// Notes that a way failed, whoever was to be reached.
pub(super) fn failed(tx: &Transaction<'_>, name: &str, error: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO channel (name, failing_since, last_error) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since),
                                   last_error = excluded.last_error",
    )?
    .execute(params![name, now.as_millisecond(), error])?;
    Ok(())
}

/// Every way that was tried.
pub(in crate::store) fn read(connection: &Connection) -> Result<Vec<ChannelState>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT name, worked_at, failing_since, last_error FROM channel ORDER BY name")?;
    let rows = query.query_map([], |row| {
        Ok(ChannelState {
            name: row.get(0)?,
            worked_at: row.get::<_, Option<i64>>(1)?.map(moment),
            failing_since: row.get::<_, Option<i64>>(2)?.map(moment),
            last_error: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
