//! Forgets documents and profiles that nobody has touched for longer than a school year: most are gone by then.
//!
//! The spool holds no paths, so it cannot look whether one is still there. One that is, and changes after all that time,
//! is read as if it were new.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::SpoolError;

/// How long what was read of a document or a profile is remembered.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);
/// Rows that are forgotten at once: somebody waits for the change that this is a part of.
const BATCH: u32 = 100;

/// Forgets some of what is older, and what was told of it.
pub(super) fn forget_gone(change: &Connection, now: Timestamp) -> Result<(), SpoolError> {
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH).as_millisecond();
    let each = [
        (
            "SELECT hash FROM document WHERE seen_ms < ?1 ORDER BY seen_ms LIMIT ?2",
            "DELETE FROM document WHERE hash = ?1",
        ),
        (
            "SELECT hash FROM profile WHERE seen_ms < ?1 ORDER BY seen_ms LIMIT ?2",
            "DELETE FROM profile WHERE hash = ?1",
        ),
    ];
    for (gone, forget) in each {
        let mut query = change.prepare_cached(gone)?;
        let rows = query.query_map(params![oldest, BATCH], |row| row.get::<_, Vec<u8>>(0))?;
        for hash in rows.collect::<Result<Vec<_>, _>>()? {
            change.prepare_cached("DELETE FROM fired WHERE document = ?1")?.execute([&hash])?;
            change.prepare_cached(forget)?.execute([&hash])?;
        }
    }
    Ok(())
}
