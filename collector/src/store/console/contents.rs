//! Executables by their content, listed.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

use super::super::{SiteScope, Store, StoreError};
use super::DeviceRow;
use super::chosen::{many, rows};
use super::executables::{ContentRow, TOLD, content, contents_of};
use crate::filter::{Chosen, Column, Kind};

/// Which contents.
#[derive(Debug, Clone)]
pub struct ContentFilter {
    /// On devices of these sites alone.
    pub sites: SiteScope,
    /// First seen anywhere after this.
    pub since: Option<Timestamp>,
    /// On this device.
    pub device: Option<DeviceRow>,
    /// Those of them.
    pub view: Chosen,
}

/// What a list of contents may be filtered and sorted by.
pub const CONTENT_COLUMNS: &[Column] = &[
    Column::new("sha256", Kind::Text, "hex(l.sha256)"),
    // Folders are called after people.
    Column::new("path", Kind::Text, "l.path").personal(),
    Column::new("format", Kind::Text, "l.format"),
    Column::new("class", Kind::Text, "l.class"),
    Column::new("signer", Kind::Text, "coalesce(l.signer, '')"),
    Column::new("size_bytes", Kind::Number, "l.size_bytes"),
    Column::new("first_seen_at", Kind::Time, "l.first"),
    Column::new("device", Kind::Text, "l.device"),
    Column::new("devices", Kind::Number, "l.devices"),
    // Not in the JSON of a list: the groups of all devices that have it.
    Column::new("group", Kind::List, GROUPS).holding(IN_GROUP),
];

/// Groups of the devices that are seen and have the content `l`.
const GROUPS: &str = "coalesce((SELECT group_concat(n.name, char(10)) FROM (SELECT DISTINCT g.name FROM executable e
    JOIN device_group g ON g.device = e.device JOIN device d ON d.id = e.device
    WHERE e.sha256 = l.sha256 AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))) n), '')";
/// Whether one of them is the group `{}`. Begins at the devices of the group, which are few.
const IN_GROUP: &str = "l.sha256 IN (SELECT e.sha256 FROM device_group g JOIN device d ON d.id = g.device
    JOIN executable e ON e.device = d.id
    WHERE g.name = {} AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites))))";

/// Where a list of contents goes on: milliseconds of the first sight, and the digest, of the last one.
pub type ContentKey = (i64, Vec<u8>);

impl ContentFilter {
    /// The contents that it is about, before its view, as [`TOLD`] has them.
    fn listed(&self) -> String {
        let device = match self.device {
            Some(_) => "c.sha256 IN (SELECT sha256 FROM executable WHERE device = :device)",
            None => "TRUE",
        };
        let first = self.first("c");
        format!("SELECT {TOLD} FROM {} WHERE {first} > :since AND {device}", contents_of(&self.sites))
    }

    /// The first sight as a term of a condition. Where all contents are looked at the plus keeps SQLite from going
    /// through the index of that time, from which each row must be looked up.
    fn first(&self, table: &str) -> String {
        let all = self.since.is_none() && (self.view.is_sorted() || !self.view.is_all());
        format!("{}{table}.first", if all { "+" } else { "" })
    }
}

impl Store {
    /// Up to `limit` contents after `after`, in the order of the view, then the newest first. A view that is sorted goes
    /// on by its `skip` alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_contents(
        &self,
        filter: ContentFilter,
        after: Option<ContentKey>,
        limit: usize,
    ) -> Result<Vec<ContentRow>, StoreError> {
        self.read(move |connection| {
            let (view, first) = (&filter.view, filter.first("l"));
            let sql = format!(
                "SELECT l.sha256, l.first, l.path, l.device, l.format, l.class, l.signer, l.size_bytes, l.devices
                 FROM ({}) l WHERE {first} <= :first AND ({first} < :first OR l.sha256 > :digest) AND {}
                 ORDER BY {} {first} DESC, l.sha256 LIMIT :limit OFFSET :skip",
                filter.listed(),
                view.clause(),
                view.order()
            );
            asked(connection, &sql, &filter, after, limit, content)
        })
        .await
    }

    /// How many contents the filter finds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_contents(&self, filter: ContentFilter) -> Result<u64, StoreError> {
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
    filter: &ContentFilter,
    after: Option<ContentKey>,
    limit: usize,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let (first, digest) = after.unwrap_or((i64::MAX, Vec::new()));
    let since = filter.since.map_or(i64::MIN, Timestamp::as_millisecond);
    let device = filter.device.as_ref().map(|device| device.rowid);
    let own: [(&str, &dyn ToSql); 8] = [
        (":sites", &filter.sites),
        (":scope", &filter.sites.one()),
        (":since", &since),
        (":device", &device),
        (":first", &first),
        (":digest", &digest),
        (":limit", &many(limit)),
        (":skip", &many(filter.view.skip)),
    ];
    rows(connection, sql, &own, &filter.view, read)
}
