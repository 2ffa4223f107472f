//! What can still be read in a damaged spool and must not be lost: safeguarding and tamper records that wait.
//!
//! They go out again in the new epoch. One that had been sent, and whose acknowledgement was not noted yet, may so
//! arrive twice: a second look at a concern is better than none.

use std::path::Path;

use caretaker_shared::model::Stream;
use caretaker_shared::order;
use caretaker_shared::wire;
use rusqlite::{Connection, OpenFlags};

/// The records that wait in a damaged spool, in their order, as far as they can be read.
pub(super) fn urgent_records(file: &Path) -> Vec<(Stream, Vec<u8>)> {
    let mut saved = Vec::new();
    // The first damaged page ends the search; what was read until then is good, since every envelope is checked.
    if let Err(error) = collect(file, &mut saved) {
        tracing::warn!(reason = %error, saved = saved.len(), "the damaged spool could not be read to its end");
    }
    order::sort_by_key(&mut saved, |(stream, sequence, _)| (*stream, *sequence));
    saved.into_iter().map(|(stream, _, envelope)| (stream, envelope)).collect()
}

fn collect(file: &Path, saved: &mut Vec<(Stream, i64, Vec<u8>)>) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(file, flags)?;
    // The table itself, not an index: one damaged part less to depend on.
    let mut statement = connection.prepare(
        "SELECT stream, sequence, envelope FROM record NOT INDEXED WHERE acknowledged_ms IS NULL AND gap IS NULL",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let envelope: Vec<u8> = row.get(2)?;
        let readable = wire::decode(&envelope).is_ok();
        match Stream::from_priority(row.get(0)?) {
            Some(stream @ (Stream::Safeguarding | Stream::Tamper)) if readable => {
                saved.push((stream, row.get(1)?, envelope));
            }
            Some(Stream::Safeguarding | Stream::Tamper | Stream::State | Stream::Metrics) | None => {}
        }
    }
    Ok(())
}
