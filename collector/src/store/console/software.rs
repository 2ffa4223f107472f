//! Installed titles, of one device or of the fleet.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::chosen::{many, rows};
use super::{DeviceRow, count};
use crate::filter::{Chosen, Column, Kind};

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
    /// Those of them.
    pub view: Chosen,
}

/// What a list of titles may be filtered and sorted by, over the queries below.
pub const SOFTWARE_COLUMNS: &[Column] = &[
    Column::new("name", Kind::Text, "l.name"),
    Column::new("version", Kind::Text, "l.version"),
    Column::new("publisher", Kind::Text, "l.publisher"),
    Column::new("source", Kind::Text, "l.source"),
    Column::new("devices", Kind::Number, "l.devices"),
    Column::new("installed_at", Kind::Time, "l.installed_at"),
];

/// Where a list of titles goes on: name, version, source and publisher of the last one.
pub type SoftwareKey = (String, String, String, String);

const OF_DEVICE: &str = "SELECT t.name, t.version, t.publisher, t.source, 1 AS devices,
    max(t.installed_at) AS installed_at FROM software t
    WHERE t.device = :device AND t.kind = 'title' AND (:part = '' OR instr(lower(t.name), lower(:part)) > 0)
      AND (t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
    GROUP BY t.name, t.version, t.source, t.publisher
    ORDER BY t.name, t.version, t.source, t.publisher";
/// From the counted rows, in their order: a page costs what it shows.
const OF_FLEET: &str = "SELECT t.name, t.version, t.publisher, t.source, sum(t.devices) AS devices,
    NULL AS installed_at FROM software_count t
    WHERE (:sites IS NULL OR t.site IN (SELECT value FROM json_each(:sites)))
      AND (:part = '' OR instr(lower(t.name), lower(:part)) > 0)
      AND (t.name, t.version, t.source, t.publisher) > (:name, :version, :source, :publisher)
    GROUP BY t.name, t.version, t.source, t.publisher
    ORDER BY t.name, t.version, t.source, t.publisher";

impl SoftwareFilter {
    /// The query of all that it is about, by name and version.
    fn listed(&self) -> &'static str {
        if self.device.is_some() { OF_DEVICE } else { OF_FLEET }
    }
}

impl Store {
    /// Up to `limit` titles after `after`, in the order of the view, then by name and version. A view that is sorted
    /// goes on by its `skip` alone.
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
            let (view, listed) = (&filter.view, filter.listed());
            let sql = if view.is_all() && !view.is_sorted() {
                format!("{listed} LIMIT :limit OFFSET :skip")
            } else {
                format!(
                    "SELECT l.name, l.version, l.publisher, l.source, l.devices, l.installed_at FROM ({listed}) l
                     WHERE {} ORDER BY {} l.name, l.version, l.source, l.publisher LIMIT :limit OFFSET :skip",
                    view.clause(),
                    view.order()
                )
            };
            asked(connection, &sql, &filter, after, limit, read)
        })
        .await
    }

    /// How many titles the filter finds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_software(&self, filter: SoftwareFilter) -> Result<u64, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT count(*) FROM ({}) l WHERE {}", filter.listed(), filter.view.clause());
            let counted = asked(connection, &sql, &filter, None, 0, |row| row.get::<_, i64>(0))?;
            Ok(counted.first().and_then(|n| u64::try_from(*n).ok()).unwrap_or_default())
        })
        .await
    }
}

fn asked<T>(
    connection: &Connection,
    sql: &str,
    filter: &SoftwareFilter,
    after: Option<SoftwareKey>,
    limit: usize,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let (name, version, source, publisher) = after.unwrap_or_default();
    let device = filter.device.as_ref().map(|device| device.rowid);
    let own: [(&str, &dyn ToSql); 9] = [
        (":sites", &filter.sites),
        (":device", &device),
        (":part", &filter.name),
        (":name", &name),
        (":version", &version),
        (":source", &source),
        (":publisher", &publisher),
        (":limit", &many(limit)),
        (":skip", &many(filter.view.skip)),
    ];
    rows(connection, sql, &own, &filter.view, read)
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
