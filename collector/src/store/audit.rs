//! Rows of the audit chain.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::StoreError;
use crate::audit::{Entry, link};

/// Appends an entry in the transaction of the change that it tells of.
pub(super) fn append(transaction: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    let last = transaction
        .prepare_cached("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let (n, previous) = last.map_or_else(|| (1, vec![0; 32]), |(n, hash)| (n + 1, hash));
    let hash = link(&previous, n, entry);
    transaction
        .prepare_cached(
            "INSERT INTO audit (n, at, actor, action, subject, detail, previous_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            n,
            entry.at_ms,
            entry.actor,
            entry.action,
            entry.subject,
            entry.detail,
            previous,
            hash.as_bytes()
        ])?;
    Ok(())
}
