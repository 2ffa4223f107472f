//! Opens the copy of a database that anybody may have made, so that the worst it can do is to be refused.
//!
//! The schema is part of the data: a view may stand in the place of a table and count for ever. So views, triggers and
//! whatever a schema could call are off, everything has a limit, and a deadline interrupts what takes too long.

use std::path::Path;
use std::time::Duration;

use caretaker_shared::clock::{Clock as _, SystemClock};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Unread;

/// Largest row. The browsers themselves keep no address above 2 MiB; a row beyond this makes the database broken.
const ROW_BYTES: i32 = 8 * 1024 * 1024;
/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS: i32 = 2_000;
/// Most that SQLite may take of the memory of the child.
const HEAP_BYTES: i64 = 48 * 1024 * 1024;

/// Limits the memory of SQLite in this whole process.
pub(super) fn limit_memory() -> rusqlite::Result<()> {
    Connection::open_in_memory()?.pragma_update(None, "hard_heap_limit", HEAP_BYTES)
}

/// Opens a copy, for no longer than a time. It is opened for writing: SQLite takes back what a journal holds, and finds
/// what is in a log, only then. Nothing that is said to it writes.
pub(super) fn open(copy: &Path, within: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(copy, flags)?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        // What the log holds need not be written into a copy that is about to be removed.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
    ] {
        connection.set_db_config(setting, on)?;
    }
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, ROW_BYTES),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, most)?;
    }
    let ends_at = SystemClock.steady() + within;
    connection.progress_handler(STEPS, Some(move || SystemClock.steady() > ends_at))?;
    for (setting, value) in [
        // The index of the log stays in memory, and no other process is asked about locks.
        ("locking_mode", "EXCLUSIVE"),
        // The copy need not survive a power cut.
        ("synchronous", "OFF"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
        ("mmap_size", "0"),
        ("temp_store", "MEMORY"),
        ("query_only", "ON"),
    ] {
        connection.pragma(None, setting, value, |_| Ok(()))?;
    }
    Ok(connection)
}

/// What a failure of SQLite says about the database.
pub(super) fn reason(error: &rusqlite::Error) -> Unread {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => Unread::Slow,
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Unread::NotCopied,
        Some(_) | None => Unread::Broken,
    }
}
