//! Copies of the database: made while it is written, looked through, compared.

use std::path::Path;

use caretaker_shared::private_file;
use jiff::Timestamp;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, params};

use super::proof::incarnation;
use super::{Order, Store, StoreError, audit, connection};
use crate::audit::Entry;

/// Somebody or something that is shut out: "device" or "operator", its id, its name.
pub(crate) type ShutOut = (&'static str, Vec<u8>, String);

/// Copies a database, which a collector may be writing, as of one moment.
pub(crate) fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let source = connection::open_reader(from)?;
    connection::check_version(&source)?;
    // Owner-only from its first moment.
    private_file::write(to, &[]).map_err(StoreError::Keys)?;
    let mut copy = Connection::open(to)?;
    {
        let backup = Backup::new(&source, &mut copy)?;
        // All pages in one step: nothing that is written meanwhile makes it begin anew.
        while backup.step(-1)? != StepResult::Done {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    drop(copy);
    quick_check(to)
}

/// Looks through all pages of a database.
pub(crate) fn quick_check(database: &Path) -> Result<(), StoreError> {
    let connection = connection::open_reader(database)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged) }
}

/// Who and what is shut out in a database.
pub(crate) fn shut_out(database: &Path) -> Result<Vec<ShutOut>, StoreError> {
    let connection = connection::open_reader(database)?;
    let mut found = Vec::new();
    for (kind, sql) in [
        ("device", "SELECT uuid, name FROM device WHERE status <> 'active' ORDER BY id"),
        ("operator", "SELECT uuid, name FROM operator WHERE revoked_at IS NOT NULL ORDER BY id"),
    ] {
        let mut query = connection.prepare(sql)?;
        let rows = query.query_map([], |row| Ok((kind, row.get(0)?, row.get(1)?)))?;
        found.extend(rows.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

impl Store {
    /// Begins the next life of a database that was restored from a backup; says its number.
    pub(crate) async fn begin_incarnation(&self, backed_up: Timestamp, now: Timestamp) -> Result<u32, StoreError> {
        self.write(Order::First, move |tx| {
            let number = incarnation(tx)?.number + 1;
            tx.execute(
                "INSERT INTO incarnation (number, id, began_at, from_row)
                 VALUES (?1, randomblob(16), ?2, (SELECT coalesce(max(n), 0) FROM audit))",
                params![number, now.as_millisecond()],
            )?;
            let entry = Entry {
                at_ms: now.as_millisecond(),
                actor: "backup restore on this machine".into(),
                action: "restore".into(),
                subject: format!("life {number}"),
                detail: format!("of {backed_up}"),
            };
            audit::append(tx, &entry)?;
            Ok(number)
        })
        .await
    }

    /// Writes into the audit chain that a backup was made.
    pub(crate) async fn record_backup(&self, detail: String, now: Timestamp) -> Result<(), StoreError> {
        let actor = "backup on this machine".to_owned();
        let entry = Entry {
            at_ms: now.as_millisecond(),
            actor,
            action: "backup.create".into(),
            subject: String::new(),
            detail,
        };
        self.write_down(entry).await
    }

    /// Makes the database's log empty before the file is moved.
    pub(crate) async fn close_log(&self) -> Result<(), StoreError> {
        self.empty_log().await
    }
}
