//! How the database file is opened: settings, version, migrations (reliability.md 5.7).

use std::cmp::Ordering;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{StoreError, functions};

/// The steps from an empty file to the current form. Never edited once released; the number of steps taken stands in
/// `user_version`.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/sqlite/V1__foundation.sql"),
    include_str!("../../migrations/sqlite/V2__device_truth.sql"),
    include_str!("../../migrations/sqlite/V3__detection.sql"),
    include_str!("../../migrations/sqlite/V4__sealing.sql"),
    include_str!("../../migrations/sqlite/V5__operators.sql"),
    include_str!("../../migrations/sqlite/V6__cases.sql"),
    include_str!("../../migrations/sqlite/V7__delivery.sql"),
    include_str!("../../migrations/sqlite/V8__proof.sql"),
    include_str!("../../migrations/sqlite/V9__reports.sql"),
    include_str!("../../migrations/sqlite/V10__catalogue.sql"),
    include_str!("../../migrations/sqlite/V11__licences.sql"),
    include_str!("../../migrations/sqlite/V12__licence_audit.sql"),
    include_str!("../../migrations/sqlite/V13__device_groups.sql"),
];

/// "CARE": tells our file from another program's.
const APPLICATION_ID: i64 = 0x4341_5245;
/// Pages in the log before they move into the database: few large checkpoints are measured 2 to 6 times faster.
const CHECKPOINT_PAGES: i64 = 20_000;
/// The first version without the WAL-reset defect.
const SQLITE_FLOOR: i32 = 3_051_003;

/// Opens the one connection that writes, and brings the file to the current form.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < SQLITE_FLOOR {
        return Err(StoreError::SqliteTooOld(rusqlite::version().to_owned()));
    }
    let mut connection = Connection::open(path)?;
    settings(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that reads what the writer has committed.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    settings(&connection)?;
    functions::teach(&connection)?;
    Ok(connection)
}

/// Looks whether the file is ours and of the current form, for those who must not change it.
pub(super) fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).expect("a handful of migrations");
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if owner != APPLICATION_ID {
        return Err(StoreError::Foreign);
    }
    match found.cmp(&known) {
        Ordering::Less => Err(StoreError::Older),
        Ordering::Greater => Err(StoreError::Newer { found, known }),
        Ordering::Equal => Ok(()),
    }
}

/// Moves everything from the log into the database, and makes the log empty.
pub(super) fn empty_log(path: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(path)?;
    settings(&connection)?;
    connection.pragma_update(None, "secure_delete", true)?;
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy {
        tracing::info!("somebody reads an older state of the database; its log is emptied later");
    }
    Ok(())
}

fn settings(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).expect("a handful of migrations");
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if owner != APPLICATION_ID && (owner != 0 || found != 0 || tables != 0) {
        return Err(StoreError::Foreign);
    }
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    // A table that others refer to can only be made anew while nobody checks; nothing is kept that breaks a reference.
    connection.pragma_update(None, "foreign_keys", false)?;
    for (step, sql) in (1_i64..).zip(MIGRATIONS).filter(|(step, _)| *step > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        if transaction.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::Damaged);
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{APPLICATION_ID, MIGRATIONS, open_writer};
    use crate::store::StoreError;

    /// What a collector of the first version may have written.
    const FIRST: &str = "
        INSERT INTO site VALUES (1, 'Northfield School');
        INSERT INTO device VALUES (1, x'07', 1, 'PC-LAB3-11', 'revoked', 5, 6, '0.1.0', 3, 7, 'sold');
        INSERT INTO certificate VALUES (x'01', 1, 5, 9);
        INSERT INTO reading VALUES (1, 'software', 'complete', '', 5, 6, x'00', x'00'), (1, 'host', 'failed', 'x', 5, 6, NULL, NULL);
        INSERT INTO software VALUES (1, 'vim', '9', 'amd64', 'dpkg', 'Debian', 4, NULL);
        INSERT INTO executable VALUES (1, '/tmp/x', x'02', 3, 4, 'root', 'elf', 5);
        INSERT INTO executable_facts VALUES (x'02', 3, 'elf', 'x86_64', 'x', 5);
        INSERT INTO finding VALUES
            (1, 1, 'E2', 'pupil.one', 'fails', 'a', 'b', 'c', 5, 6, NULL), (2, 1, 'A1', '', 'fails', 'a', 'b', 'c', 5, 6, NULL);";

    fn first_version(path: &std::path::Path, more: &str) {
        let connection = Connection::open(path).expect("a file");
        connection.execute_batch(MIGRATIONS[0]).expect("the first form");
        connection.pragma_update(None, "foreign_keys", false).expect("a setting");
        connection.execute_batch(FIRST).expect("rows of the first version");
        connection.execute_batch(more).expect("more of them");
        connection.pragma_update(None, "application_id", APPLICATION_ID).expect("a setting");
        connection.pragma_update(None, "user_version", 1).expect("a setting");
    }

    #[test]
    fn a_file_of_the_first_version_keeps_its_rows() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("caretaker.db");
        first_version(&path, "");
        let connection = open_writer(&path).expect("opens");
        for (sql, told) in [
            ("SELECT name || status || revoked_reason || policy_version FROM device", "PC-LAB3-11revokedsold3"),
            ("SELECT name || version || source || user || id || kind || installed_at FROM software", "vim9dpkgtitle4"),
            ("SELECT group_concat(probe || ' ' || coalesce(whole_at, '-')) FROM reading", "host -,software 5"),
            ("SELECT group_concat(requirement || ' ' || source) FROM finding", "E2 screen-lock,A1 "),
            ("SELECT path || removable FROM executable", "/tmp/x0"),
            ("SELECT 'x' || company || product FROM executable_facts", "x"),
        ] {
            let got: String = connection.query_row(sql, [], |row| row.get(0)).expect(sql);
            assert_eq!(got, told, "{sql}");
        }
        let checked = connection.pragma_query_value(None, "foreign_keys", |row| row.get::<_, bool>(0));
        assert!(checked.expect("a setting"), "references are checked again");
        connection.execute("UPDATE device SET status = 'retired'", []).expect("a new way of leaving");
        connection.execute("UPDATE device SET status = 'sold'", []).expect_err("no such way");
        connection.execute("DELETE FROM device", []).expect_err("others refer to it");
        drop(connection);
        open_writer(&path).expect("opens again, with nothing left to do");
    }

    #[test]
    fn what_is_counted_is_counted_of_what_was_there_before() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("caretaker.db");
        let more = "
            INSERT INTO device VALUES (2, x'08', 1, 'PC-2', 'active', 5, 6, '0.1.0', 3, NULL, NULL),
                (3, x'09', 1, 'PC-3', 'active', 5, 6, '0.1.0', 3, NULL, NULL);
            INSERT INTO software VALUES (2, 'vim', '9', 'amd64', 'dpkg', 'Debian', 4, NULL),
                (2, 'vim', '9', 'i386', 'dpkg', 'Debian', 4, NULL), (3, 'vim', '9', 'amd64', 'dpkg', 'Debian', 4, NULL);
            INSERT INTO executable VALUES (2, '/tmp/y', x'02', 3, 4, 'root', 'elf', 8),
                (2, '/tmp/z', x'02', 3, 4, 'root', 'elf', 9), (3, '/tmp/y', x'02', 3, 4, 'root', 'elf', 7);";
        first_version(&path, more);
        let connection = open_writer(&path).expect("opens");
        for (sql, told) in [
            (
                "SELECT group_concat(name || version || publisher || site || ' ' || devices) FROM software_count",
                "vim9Debian1 2",
            ),
            (
                "SELECT group_concat(scope || hex(sha256) || path || first_seen_at || ' ' || devices) FROM content",
                "002/tmp/y7 2,102/tmp/y7 2",
            ),
        ] {
            let got: String = connection.query_row(sql, [], |row| row.get(0)).expect(sql);
            assert_eq!(got, told, "{sql}");
        }
    }

    #[test]
    fn a_file_with_rows_that_refer_to_nothing_stays_as_it_is() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("caretaker.db");
        first_version(&path, "INSERT INTO certificate VALUES (x'09', 99, 5, 9);");
        assert!(matches!(open_writer(&path), Err(StoreError::Damaged)));
        let version = Connection::open(&path)
            .expect("a file")
            .pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        assert_eq!(version.expect("a version"), 1);
    }
}
