//! Installed titles, of one device or of the fleet.

use jiff::Timestamp;
use rusqlite::{Row, ToSql};

use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
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
#[derive(Debug, Clone)]
pub struct SoftwareFilter {
    /// On devices of these sites alone.
    pub sites: SiteScope,
    /// Of this device alone; else of all active ones.
    pub device: Option<DeviceRow>,
    /// Part of the name, in any case; empty for all.
    pub name: String,
}

/// Where a list of titles goes on: name, version, source and publisher of the last one.
pub type SoftwareKey = (String, String, String, String);

const OF_DEVICE: &str = "SELECT t.name, t.version, t.publisher, t.source, 1, max(t.installed_at) FROM software t
    WHERE t.device = :device AND t.kind = 'title' AND (:part = '' OR instr(lower(t.name), lower(:part)) > 0)
      AND (t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
    GROUP BY t.name, t.version, t.source, t.publisher
    ORDER BY t.name, t.version, t.source, t.publisher LIMIT :limit";
/// Answered from one index, in its order: a page costs what it shows.
const OF_FLEET: &str = "SELECT t.name, t.version, t.publisher, t.source, count(DISTINCT t.device), NULL FROM software t
    WHERE t.kind = 'title' AND t.device NOT IN (SELECT id FROM device WHERE status <> 'active'
          OR NOT (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites))))
      AND (t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
    GROUP BY t.name, t.version, t.source, t.publisher
    ORDER BY t.name, t.version, t.source, t.publisher LIMIT :limit";
/// Steps from name to name and looks into each once. The plus keeps SQLite from walking all rows instead.
const OF_FLEET_NAMED: &str = "WITH RECURSIVE each(name) AS (
        SELECT min(name) FROM software WHERE kind = 'title' AND name >= :name
        UNION ALL
        SELECT (SELECT min(name) FROM software WHERE kind = 'title' AND name > each.name) FROM each
        WHERE each.name IS NOT NULL)
    SELECT t.name, t.version, t.publisher, t.source, count(DISTINCT t.device), NULL FROM software t
    WHERE t.kind = 'title' AND t.device NOT IN (SELECT id FROM device WHERE status <> 'active'
          OR NOT (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites))))
      AND t.name IN (SELECT name FROM each WHERE instr(lower(name), lower(:part)) > 0)
      AND (+t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
    GROUP BY t.name, t.version, t.source, t.publisher
    ORDER BY t.name, t.version, t.source, t.publisher LIMIT :limit";

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
            let device = filter.device.map(|device| device.rowid);
            let sql = match (device, filter.name.as_str()) {
                (Some(_), _) => OF_DEVICE,
                (None, "") => OF_FLEET,
                (None, _) => OF_FLEET_NAMED,
            };
            let mut query = connection.prepare_cached(sql)?;
            // Parameters that a query does not have are left out.
            let all: [(&str, &dyn ToSql); 8] = [
                (":sites", &filter.sites),
                (":device", &device),
                (":part", &filter.name),
                (":name", &name),
                (":version", &version),
                (":source", &source),
                (":publisher", &publisher),
                (":limit", &i64::try_from(limit).unwrap_or(i64::MAX)),
            ];
            for (parameter, value) in all {
                if let Some(at) = query.parameter_index(parameter)? {
                    query.raw_bind_parameter(at, value)?;
                }
            }
            Ok(query.raw_query().mapped(read).collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SoftwareRow> {
    Ok(SoftwareRow {
        name: row.get(0)?,
        version: row.get(1)?,
        publisher: row.get(2)?,
        source: row.get(3)?,
        devices: count(row.get(4)?),
        installed_at: row.get::<_, Option<i64>>(5)?.map(moment),
    })
}
