//! Entries of software lists as they stand there, for exports: without accounts, and without folders.

use caretaker_shared::model::TitleKind;
use jiff::Timestamp;
use rusqlite::{Row, named_params};

use crate::store::console::DeviceRow;
use crate::store::moment::moment;
use crate::store::{SiteScope, Store, StoreError};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// A title, an update, a part.
    pub kind: TitleKind,
    /// As in the list, like all texts.
    pub name: String,
    /// Empty when not known, like all texts below.
    pub version: String,
    /// Which list.
    pub source: String,
    /// Who made or packaged it.
    pub publisher: String,
    /// Of the fleet only where all devices have the same.
    pub architecture: String,
    /// What its list calls it; of the fleet the first of several.
    pub id: String,
    /// Of Windows Installer.
    pub upgrade_code: String,
    /// What its packager files it under.
    pub section: String,
    /// Distribution of a dpkg package, where it says so.
    pub distribution: String,
    /// Active devices that have it.
    pub devices: u32,
    /// When it was installed, where one device was asked for and knows.
    pub installed_at: Option<Timestamp>,
}

/// Where a list of entries goes on: kind, name, version, source and publisher, of a device also architecture and id.
pub type EntryKey = [String; 7];

/// Which entries.
#[derive(Debug, Clone)]
pub struct EntryFilter {
    /// On devices of these sites alone.
    pub sites: SiteScope,
    /// On devices of the site of this name alone.
    pub site: Option<String>,
    /// Of this device alone; else of all active ones.
    pub device: Option<DeviceRow>,
}

const OF_DEVICE: &str = "SELECT t.kind, t.name, t.version, t.source, t.publisher, t.architecture, t.id,
        max(t.upgrade_code), max(t.section), max(CASE t.source WHEN 'dpkg' THEN t.origin ELSE '' END), 1,
        max(t.installed_at)
    FROM software t WHERE t.device = :device
      AND (t.kind, t.name, t.version, t.source, t.publisher, t.architecture, t.id)
          > (:kind, :name, :version, :source, :publisher, :architecture, :id)
    GROUP BY t.kind, t.name, t.version, t.source, t.publisher, t.architecture, t.id
    ORDER BY t.kind, t.name, t.version, t.source, t.publisher, t.architecture, t.id LIMIT :limit";
/// In the order of an index: a page costs what it shows.
const OF_FLEET: &str = "SELECT t.kind, t.name, t.version, t.source, t.publisher,
        CASE min(t.architecture) WHEN max(t.architecture) THEN min(t.architecture) ELSE '' END, min(t.id),
        max(t.upgrade_code), max(t.section), max(CASE t.source WHEN 'dpkg' THEN t.origin ELSE '' END),
        count(DISTINCT t.device), NULL
    FROM software t WHERE t.device NOT IN (SELECT id FROM device WHERE status <> 'active'
          OR NOT (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites)))
          OR NOT (:site IS NULL OR site IN (SELECT id FROM site WHERE name = :site)))
      AND (t.kind, t.name, t.version, t.source, t.publisher) > (:kind, :name, :version, :source, :publisher)
    GROUP BY t.kind, t.name, t.version, t.source, t.publisher
    ORDER BY t.kind, t.name, t.version, t.source, t.publisher LIMIT :limit";

impl EntryRow {
    /// Where a list goes on after it.
    #[must_use]
    pub fn key(&self) -> EntryKey {
        let Self { name, version, source, publisher, architecture, id, .. } = self;
        [self.kind.word(), name, version, source, publisher, architecture, id].map(str::to_owned)
    }
}

impl Store {
    /// Up to `limit` entries after `after`, by kind and name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_entries(
        &self,
        filter: EntryFilter,
        after: Option<EntryKey>,
        limit: usize,
    ) -> Result<Vec<EntryRow>, StoreError> {
        self.read(move |connection| {
            let [kind, name, version, source, publisher, architecture, id] = after.unwrap_or_default();
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = match &filter.device {
                Some(device) => connection
                    .prepare_cached(OF_DEVICE)?
                    .query_map(
                        named_params! {
                            ":device": device.rowid, ":kind": kind, ":name": name, ":version": version,
                            ":source": source, ":publisher": publisher, ":architecture": architecture, ":id": id,
                            ":limit": limit
                        },
                        read,
                    )?
                    .collect::<Result<_, _>>()?,
                None => connection
                    .prepare_cached(OF_FLEET)?
                    .query_map(
                        named_params! {
                            ":sites": filter.sites, ":site": filter.site, ":kind": kind, ":name": name,
                            ":version": version, ":source": source, ":publisher": publisher, ":limit": limit
                        },
                        read,
                    )?
                    .collect::<Result<_, _>>()?,
            };
            Ok(rows)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    Ok(EntryRow {
        kind: TitleKind::parse(&row.get::<_, String>(0)?).unwrap_or_default(),
        name: row.get(1)?,
        version: row.get(2)?,
        source: row.get(3)?,
        publisher: row.get(4)?,
        architecture: row.get(5)?,
        id: row.get(6)?,
        upgrade_code: row.get(7)?,
        section: row.get(8)?,
        distribution: row.get(9)?,
        devices: row.get(10)?,
        installed_at: row.get::<_, Option<i64>>(11)?.map(moment),
    })
}
