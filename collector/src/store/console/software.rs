//! Installed titles, of one device or of the fleet.

use jiff::Timestamp;
use rusqlite::named_params;

use super::super::moment::moment;
use super::super::{Store, StoreError};
use super::{DeviceRow, count};

/// A title in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareRow {
    /// As its package calls it.
    pub name: String,
    /// As its package states it.
    pub version: String,
    /// Who packaged it; may be empty.
    pub publisher: String,
    /// Which list it stands in: "dpkg".
    pub source: String,
    /// Active devices that have this version.
    pub devices: u32,
    /// When it was installed, where one device was asked for and knows.
    pub installed_at: Option<Timestamp>,
}

/// Which titles.
#[derive(Debug, Clone, Default)]
pub struct SoftwareFilter {
    /// Of this device alone; else of all active ones.
    pub device: Option<DeviceRow>,
    /// Part of the name, in any case; empty for all.
    pub name: String,
}

/// Where a list of titles goes on: name, version, source and publisher of the last one.
pub type SoftwareKey = (String, String, String, String);

impl Store {
    /// Up to `limit` titles after `after`, by name and version.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_software(
        &self,
        filter: SoftwareFilter,
        after: Option<SoftwareKey>,
        limit: usize,
    ) -> Result<Vec<SoftwareRow>, StoreError> {
        self.read(move |connection| {
            let (name, version, source, publisher) = after.unwrap_or_default();
            let alone = filter.device.is_some();
            let mut query = connection.prepare_cached(
                "SELECT t.name, t.version, t.publisher, t.source, count(DISTINCT t.device), max(t.installed_at)
                 FROM software t JOIN device d ON d.id = t.device
                 WHERE (CASE WHEN :device IS NULL THEN d.status = 'active' ELSE t.device = :device END)
                   AND t.kind = 'title' AND (:part = '' OR instr(lower(t.name), lower(:part)) > 0)
                   AND (t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
                 GROUP BY t.name, t.version, t.source, t.publisher
                 ORDER BY t.name, t.version, t.source, t.publisher LIMIT :limit",
            )?;
            let rows = query.query_map(
                named_params! {
                    ":device": filter.device.map(|device| device.rowid),
                    ":part": filter.name,
                    ":name": name,
                    ":version": version,
                    ":source": source,
                    ":publisher": publisher,
                    ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
                },
                |row| {
                    Ok(SoftwareRow {
                        name: row.get(0)?,
                        version: row.get(1)?,
                        publisher: row.get(2)?,
                        source: row.get(3)?,
                        devices: count(row.get(4)?),
                        installed_at: row.get::<_, Option<i64>>(5)?.filter(|_| alone).map(moment),
                    })
                },
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
