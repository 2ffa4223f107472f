//! The spool's tables. `PRAGMA user_version` counts the steps that were taken; a released step is never edited.

use rusqlite::{Connection, TransactionBehavior};

use super::SpoolError;

/// "CTKS": tells the spool from any other SQLite file.
pub(super) const APPLICATION_ID: i64 = 0x4354_4b53;

/// A record covers the numbers `covers_from..=sequence`: one number, or as many as its gap. `slot` names the state
/// that a record is of, so that a newer one can take its place. `usage` keeps the sum of all rows, by triggers, so that
/// no count can drift from what is stored; 64 bytes a row stand for what SQLite itself needs.
const STEPS: &[&str] = &[
    "
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    covers_from INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    slot TEXT,
    gap TEXT,
    acknowledged_ms INTEGER,
    envelope BLOB NOT NULL,
    CHECK (covers_from BETWEEN 1 AND sequence)
) STRICT;
CREATE UNIQUE INDEX record_order ON record (stream, sequence);
CREATE INDEX record_slot ON record (slot) WHERE slot IS NOT NULL;
CREATE INDEX record_kept ON record (acknowledged_ms) WHERE acknowledged_ms IS NOT NULL;

CREATE TABLE mark (
    stream INTEGER PRIMARY KEY,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    attempted INTEGER NOT NULL DEFAULT 0,
    last INTEGER NOT NULL DEFAULT 0,
    CHECK (acknowledged <= attempted AND attempted <= last)
) STRICT;
INSERT INTO mark (stream) VALUES (0), (1), (2), (3);

CREATE TABLE usage (bytes INTEGER NOT NULL) STRICT;
INSERT INTO usage VALUES (0);
CREATE TRIGGER usage_insert AFTER INSERT ON record BEGIN
    UPDATE usage SET bytes = bytes + 64 + length(new.envelope);
END;
CREATE TRIGGER usage_delete AFTER DELETE ON record BEGIN
    UPDATE usage SET bytes = bytes - 64 - length(old.envelope);
END;
CREATE TRIGGER usage_update AFTER UPDATE OF envelope ON record BEGIN
    UPDATE usage SET bytes = bytes - length(old.envelope) + length(new.envelope);
END;

CREATE TABLE note (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE document (
    hash BLOB PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE fired (
    document BLOB NOT NULL,
    rule TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (document, rule)
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE document ADD COLUMN text BLOB;
ALTER TABLE fired ADD COLUMN severity INTEGER NOT NULL DEFAULT 1;
ALTER TABLE fired ADD COLUMN told_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE met (
    user BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    document BLOB NOT NULL,
    rule TEXT NOT NULL,
    stage TEXT
) STRICT;
CREATE INDEX met_of_user ON met (user, at_ms);
CREATE INDEX met_at ON met (at_ms);

CREATE TABLE profile (hash BLOB PRIMARY KEY, mark TEXT NOT NULL) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE document ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE profile ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
UPDATE document SET seen_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
UPDATE profile SET seen_ms = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX document_seen ON document (seen_ms);
CREATE INDEX profile_seen ON profile (seen_ms);
",
];

/// How many steps this version knows.
pub(super) fn version() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Sets what SQLite remembers for a connection only.
pub(super) fn configure(connection: &Connection) -> Result<(), SpoolError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    for (name, value) in [("synchronous", "FULL"), ("trusted_schema", "OFF"), ("secure_delete", "ON")] {
        connection.pragma_update(None, name, value)?;
    }
    for name in ["fullfsync", "checkpoint_fullfsync"] {
        connection.pragma_update(None, name, true)?;
    }
    connection.pragma_update(None, "mmap_size", 0)?;
    // 1 MiB of pages: the agent's memory is somebody's lesson.
    connection.pragma_update(None, "cache_size", -1024)?;
    connection.pragma_update(None, "journal_size_limit", 4 * 1024 * 1024)?;
    Ok(())
}

/// Takes the steps that are still to be taken, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SpoolError> {
    let taken: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let taken = usize::try_from(taken).map_err(|_| SpoolError::Unreadable("its version"))?;
    for (number, step) in STEPS.iter().enumerate().skip(taken) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(number + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}
