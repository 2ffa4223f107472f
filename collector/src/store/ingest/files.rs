//! Executables that no package owns and folders with media, row by row: only what differs is written, and only a
//! complete answer takes anything away.

use std::collections::HashMap;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Executable, ExecutableFormat, Executables, MediaFolder, SoftwareClass};
use rusqlite::{Row, params};

use super::Scene;
use super::changes::Change;
use super::inventory::Whole;
use crate::store::moment::moment;
use crate::store::{StoreError, number, titles};

// Another content under the same path is another executable, seen for the first time now.
const UPSERT: &str =
    "INSERT INTO executable (device, path, sha256, size_bytes, modified_at, owner, format, class, signer,
        removable, first_seen_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT DO UPDATE SET
        first_seen_at = CASE sha256 WHEN excluded.sha256 THEN first_seen_at ELSE excluded.first_seen_at END,
        sha256 = excluded.sha256, size_bytes = excluded.size_bytes, modified_at = excluded.modified_at,
        owner = excluded.owner, format = excluded.format, class = excluded.class, signer = excluded.signer,
        removable = excluded.removable";

impl Scene<'_> {
    /// Brings the rows in line with an answer; says which files came, went or changed.
    pub(super) fn keep_executables(&self, found: &Executables, whole: Whole) -> Result<Vec<Change>, StoreError> {
        self.keep_media(&found.media, whole)?;
        let mut held: HashMap<String, Executable> =
            self.held_files()?.into_iter().map(|file| (file.path.clone(), file)).collect();
        let mut upsert = self.transaction.prepare_cached(UPSERT)?;
        let (mut changes, mut written) = (Vec::new(), false);
        for file in &found.files {
            let before = held.remove(&file.path);
            if before.as_ref() == Some(file) {
                continue;
            }
            upsert.execute(params![
                self.caller.row,
                file.path,
                file.sha256.as_bytes(),
                number(file.size_bytes),
                file.modified_at.as_millisecond(),
                file.owner,
                file.format.word(),
                file.class.map(SoftwareClass::word),
                file.signer,
                file.removable,
                self.received.as_millisecond()
            ])?;
            written = true;
            match before {
                None => changes.push(Change::added(file.path.clone())),
                Some(before) if before.sha256 != file.sha256 => changes.push(Change::updated(file.path.clone())),
                Some(_) => {}
            }
        }
        if whole == Whole::Yes {
            let mut delete =
                self.transaction.prepare_cached("DELETE FROM executable WHERE device = ?1 AND path = ?2")?;
            for path in held.into_keys() {
                delete.execute(params![self.caller.row, path])?;
                changes.push(Change::removed(path));
                written = true;
            }
        }
        if written {
            titles::settle(self.transaction, self.caller.row, self.shelf)?;
        }
        Ok(changes)
    }

    fn keep_media(&self, folders: &[MediaFolder], whole: Whole) -> Result<(), StoreError> {
        let mut held: HashMap<String, MediaFolder> =
            self.held_media()?.into_iter().map(|folder| (folder.path.clone(), folder)).collect();
        let mut upsert = self.transaction.prepare_cached(
            "INSERT OR REPLACE INTO media_folder (device, path, owner, audio, video, bytes, names)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for folder in folders {
            if held.remove(&folder.path).as_ref() != Some(folder) {
                upsert.execute(params![
                    self.caller.row,
                    folder.path,
                    folder.owner,
                    folder.audio,
                    folder.video,
                    number(folder.bytes),
                    folder.names.iter().map(|name| format!("{name}\n")).collect::<String>()
                ])?;
            }
        }
        if whole == Whole::Yes {
            let mut delete =
                self.transaction.prepare_cached("DELETE FROM media_folder WHERE device = ?1 AND path = ?2")?;
            for path in held.into_keys() {
                delete.execute(params![self.caller.row, path])?;
            }
        }
        Ok(())
    }

    /// What the rows say lies about.
    pub(super) fn held_executables(&self) -> Result<Executables, StoreError> {
        Ok(Executables { files: self.held_files()?, media: self.held_media()? })
    }

    /// A row that this version cannot read counts as none: it is written anew.
    fn held_files(&self) -> Result<Vec<Executable>, StoreError> {
        let mut query = self.transaction.prepare_cached(
            "SELECT path, sha256, size_bytes, modified_at, owner, format, class, signer, removable
             FROM executable WHERE device = ?1",
        )?;
        let rows = query.query_map([self.caller.row], file)?;
        let files: Vec<Option<Executable>> = rows.collect::<Result<_, _>>()?;
        Ok(files.into_iter().flatten().collect())
    }

    fn held_media(&self) -> Result<Vec<MediaFolder>, StoreError> {
        let mut query = self
            .transaction
            .prepare_cached("SELECT path, owner, audio, video, bytes, names FROM media_folder WHERE device = ?1")?;
        let rows = query.query_map([self.caller.row], |row| {
            Ok(MediaFolder {
                path: row.get(0)?,
                owner: row.get(1)?,
                audio: row.get(2)?,
                video: row.get(3)?,
                bytes: u64::try_from(row.get::<_, i64>(4)?).unwrap_or_default(),
                names: row.get::<_, String>(5)?.split_terminator('\n').map(str::to_owned).collect(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn file(row: &Row<'_>) -> rusqlite::Result<Option<Executable>> {
    let (sha256, format): (Vec<u8>, String) = (row.get(1)?, row.get(5)?);
    let (Some(sha256), Some(format)) = (Sha256::from_slice(&sha256), ExecutableFormat::parse(&format)) else {
        return Ok(None);
    };
    Ok(Some(Executable {
        path: row.get(0)?,
        sha256,
        size_bytes: u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
        modified_at: moment(row.get(3)?),
        owner: row.get(4)?,
        format,
        class: row.get::<_, Option<String>>(6)?.and_then(|word| SoftwareClass::parse(&word)),
        signer: row.get(7)?,
        removable: row.get(8)?,
    }))
}
