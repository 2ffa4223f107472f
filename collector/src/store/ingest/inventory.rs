//! Inventories, row by row: only what differs is written, and only a complete answer takes anything away.

use std::collections::{HashMap, HashSet};

use caretaker_shared::model::{Executable, SoftwareTitle};
use jiff::Timestamp;
use rusqlite::params;

use super::Scene;
use crate::store::{StoreError, number};

/// Whether an answer holds everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// What is not in it is gone.
    Yes,
    /// What is not in it may still be there.
    No,
}

/// What tells two titles of one device apart: name, version, architecture, source.
type TitleKey = (String, String, String, String);
/// The rest: publisher, time of installation, size.
type TitleRest = (String, Option<i64>, Option<i64>);

fn title_key(title: &SoftwareTitle) -> TitleKey {
    (title.name.clone(), title.version.clone(), title.architecture.clone(), title.source.clone())
}

fn title_rest(title: &SoftwareTitle) -> TitleRest {
    (title.publisher.clone(), title.installed_at.map(Timestamp::as_millisecond), title.size_bytes.map(number))
}

impl Scene<'_> {
    pub(super) fn keep_software(&self, titles: &[SoftwareTitle], whole: Whole) -> Result<(), StoreError> {
        let mut held = self.held_software()?;
        // The later of two entries with one key counts, as it would if they were written one after the other.
        let now: HashMap<TitleKey, TitleRest> =
            titles.iter().map(|title| (title_key(title), title_rest(title))).collect();
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO software (device, name, version, architecture, source, publisher, installed_at, size_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET publisher = excluded.publisher, installed_at = excluded.installed_at,
                 size_bytes = excluded.size_bytes",
        )?;
        for (key, rest) in now {
            if held.remove(&key).as_ref() != Some(&rest) {
                insert.execute(params![self.caller.row, key.0, key.1, key.2, key.3, rest.0, rest.1, rest.2])?;
            }
        }
        if whole == Whole::Yes {
            let mut delete = self.transaction.prepare_cached(
                "DELETE FROM software
                 WHERE device = ?1 AND name = ?2 AND version = ?3 AND architecture = ?4 AND source = ?5",
            )?;
            for key in held.into_keys() {
                delete.execute(params![self.caller.row, key.0, key.1, key.2, key.3])?;
            }
        }
        Ok(())
    }

    fn held_software(&self) -> Result<HashMap<TitleKey, TitleRest>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT name, version, architecture, source, publisher, installed_at, size_bytes
             FROM software WHERE device = ?1",
        )?;
        let rows = query.query_map([self.caller.row], |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), (row.get(4)?, row.get(5)?, row.get(6)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn keep_executables(&self, files: &[Executable], whole: Whole) -> Result<(), StoreError> {
        // Another content under the same path is another executable, seen for the first time now.
        let mut upsert = self.transaction.prepare_cached(
            "INSERT INTO executable (device, path, sha256, size_bytes, modified_at, owner, format, first_seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET
                 first_seen_at = CASE sha256 WHEN excluded.sha256 THEN first_seen_at ELSE excluded.first_seen_at END,
                 sha256 = excluded.sha256, size_bytes = excluded.size_bytes, modified_at = excluded.modified_at,
                 owner = excluded.owner, format = excluded.format",
        )?;
        for file in files {
            upsert.execute(params![
                self.caller.row,
                file.path,
                file.sha256.as_bytes(),
                number(file.size_bytes),
                file.modified_at.as_millisecond(),
                file.owner,
                file.format.word(),
                self.received.as_millisecond()
            ])?;
        }
        if whole == Whole::Yes {
            let mut query = self.transaction.prepare_cached("SELECT path FROM executable WHERE device = ?1")?;
            let held: Vec<String> = query.query_map([self.caller.row], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let now: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
            let mut delete =
                self.transaction.prepare_cached("DELETE FROM executable WHERE device = ?1 AND path = ?2")?;
            for path in held.iter().filter(|path| !now.contains(path.as_str())) {
                delete.execute(params![self.caller.row, path])?;
            }
        }
        Ok(())
    }
}
