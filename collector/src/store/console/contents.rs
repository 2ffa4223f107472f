//! Executables by their content, listed.

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

use super::super::{SiteScope, Store, StoreError};
use super::DeviceRow;
use super::chosen::{many, rows};
use super::executables::{ContentRow, DESCRIBE, FIRST_SEEN, content};
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
    column("sha256", Kind::Text, "hex(l.sha256)", false),
    // Folders are called after people.
    column("path", Kind::Text, "l.path", true),
    column("format", Kind::Text, "l.format", false),
    column("class", Kind::Text, "l.class", false),
    column("signer", Kind::Text, "coalesce(l.signer, '')", false),
    column("size_bytes", Kind::Number, "l.size_bytes", false),
    column("first_seen_at", Kind::Time, "l.first", false),
    column("device", Kind::Text, "l.device", false),
    column("devices", Kind::Number, "l.devices", false),
];

const fn column(name: &'static str, kind: Kind, sql: &'static str, personal: bool) -> Column {
    Column { name, kind, sql, personal }
}

/// Where a list of contents goes on: milliseconds of the first sight, and the digest, of the last one.
pub type ContentKey = (i64, Vec<u8>);

/// What is counted of contents where all of them are looked at: once, while they are found.
const COUNTED: &str = ", count(DISTINCT n.device) AS devices";
/// As [`DESCRIBE`], of contents whose devices are counted already.
const TOLD: &str =
    "SELECT c.sha256, c.first, e.path, d.name AS device, e.format, coalesce(e.class, '') AS class, e.signer,
        e.size_bytes, c.devices, min(e.device)
    FROM found c CROSS JOIN executable e ON e.sha256 = c.sha256 AND e.first_seen_at = c.first
    JOIN device d ON d.id = e.device AND d.status = 'active'
        AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites)))
    GROUP BY c.sha256";

impl ContentFilter {
    /// The contents that it is about, with the time of their first sight and what `more` counts of them, up to HAVING.
    fn found(&self, more: &str) -> String {
        // Where little was seen lately, the index says so at once.
        let among = match (self.since, &self.device) {
            (None, None) => "(:device IS NULL)",
            (Some(_), None) => {
                "n.sha256 IN (SELECT sha256 FROM executable WHERE first_seen_at > :since AND :device IS NULL)"
            }
            (_, Some(_)) => {
                "n.sha256 IN (SELECT sha256 FROM executable WHERE device = :device AND first_seen_at > :since)"
            }
        };
        format!(
            "SELECT n.sha256, min(n.first_seen_at) AS first{more} {FIRST_SEEN} AND {among} GROUP BY n.sha256 HAVING first > :since"
        )
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
            const AFTER: &str = "(first < :first OR (first = :first AND n.sha256 > :digest))";
            let view = &filter.view;
            let sql = if view.is_all() && !view.is_sorted() {
                let found = filter.found("");
                format!(
                    "WITH found AS ({found} AND {AFTER} ORDER BY first DESC, n.sha256 LIMIT :limit OFFSET :skip)
                     {DESCRIBE}"
                )
            } else {
                let found = filter.found(COUNTED);
                format!(
                    "WITH found AS ({found} AND {AFTER})
                     SELECT l.sha256, l.first, l.path, l.device, l.format, l.class, l.signer, l.size_bytes, l.devices
                     FROM ({TOLD}) l WHERE {} ORDER BY {} l.first DESC, l.sha256 LIMIT :limit OFFSET :skip",
                    view.clause(),
                    view.order()
                )
            };
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
            let found = filter.found(if filter.view.is_all() { "" } else { COUNTED });
            let sql = if filter.view.is_all() {
                format!("SELECT count(*) FROM ({found})")
            } else {
                format!("WITH found AS ({found}) SELECT count(*) FROM ({TOLD}) l WHERE {}", filter.view.clause())
            };
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
    let own: [(&str, &dyn ToSql); 7] = [
        (":sites", &filter.sites),
        (":since", &since),
        (":device", &device),
        (":first", &first),
        (":digest", &digest),
        (":limit", &many(limit)),
        (":skip", &many(filter.view.skip)),
    ];
    rows(connection, sql, &own, &filter.view, read)
}
