//! One executable by its content, wherever it lies.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::DeviceId;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params};
use uuid::Uuid;

use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::chosen::rows;
use super::count;
use crate::filter::Chosen;

/// One content, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRow {
    /// Of the content.
    pub sha256: Sha256,
    /// When it was first seen anywhere.
    pub first_seen_at: Timestamp,
    /// The path there.
    pub path: String,
    /// Name of the device there.
    pub device: String,
    /// One word.
    pub format: String,
    /// One word; empty when the catalogue does not know it.
    pub class: String,
    /// Whom its signature names, not verified.
    pub signer: Option<String>,
    /// Of the content.
    pub size_bytes: u64,
    /// How many active devices have it.
    pub devices: u32,
}

/// What a content says of itself, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// As in lists.
    pub row: ContentRow,
    /// "x86_64", "/bin/sh"; empty until a device has described it.
    pub runs_on: String,
    /// Company, product, description, version and original name, as the file claims.
    pub claims: [String; 5],
    /// Where it lies, by device and path.
    pub places: Vec<PlaceRow>,
    /// Places beyond those.
    pub places_left_out: u32,
}

/// One place of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// Name of the device.
    pub device: String,
    /// Its id.
    pub device_id: DeviceId,
    /// Name of its site.
    pub site: String,
    /// Where it lies there.
    pub path: String,
    /// Account that owns it.
    pub owner: String,
    /// When it was first seen there.
    pub first_seen_at: Timestamp,
    /// Whether that is a removable medium.
    pub removable: bool,
}

/// Columns of a content out of `c`. The name of the device is only looked up for rows that are shown.
pub(super) const TOLD: &str =
    "c.sha256, c.first, c.path, (SELECT d.name FROM device d WHERE d.id = c.device) AS device,
    c.format, coalesce(c.class, '') AS class, c.signer, c.size_bytes, c.devices";

/// The contents on devices of these sites, each once, as `c`. One scope is read as it lies; several are put together.
pub(super) fn contents_of(sites: &SiteScope) -> &'static str {
    match sites.one() {
        Some(_) => {
            "(SELECT sha256, first_seen_at AS first, path, device, format, class, signer, size_bytes, devices
              FROM content WHERE scope = :scope) c"
        }
        None => {
            "(SELECT sha256, min(first_seen_at) AS first, path, device, format, class, signer, size_bytes,
                  sum(devices) AS devices
              FROM content WHERE scope IN (SELECT value FROM json_each(:sites)) GROUP BY sha256) c"
        }
    }
}

impl Store {
    /// The digests of contents on devices of these sites that begin with these hexadecimal digits, at most two: enough to know that they are not
    /// enough.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn contents_beginning(&self, digits: &str, scope: &SiteScope) -> Result<Vec<Sha256>, StoreError> {
        let bound = |fill: char| {
            let padded: String = digits.chars().chain(std::iter::repeat(fill)).take(64).collect();
            data_encoding::HEXLOWER_PERMISSIVE.decode(padded.as_bytes()).unwrap_or_default()
        };
        let (least, most, scope) = (bound('0'), bound('f'), scope.clone());
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT DISTINCT sha256 FROM executable WHERE sha256 BETWEEN :least AND :most
                   AND device NOT IN (SELECT id FROM device WHERE status <> 'active'
                       OR NOT (:sites IS NULL OR site IN (SELECT value FROM json_each(:sites))))
                 ORDER BY sha256 LIMIT 2",
            )?;
            let rows = query.query_map(named_params! { ":least": least, ":most": most, ":sites": scope }, |row| {
                row.get::<_, [u8; 32]>(0)
            })?;
            Ok(rows.map(|bytes| bytes.map(Sha256::from)).collect::<Result<_, _>>()?)
        })
        .await
    }

    /// What is known of a content, with at most `places` of its places; `None` when no active device of these sites has
    /// it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn content(
        &self,
        sha256: Sha256,
        places: usize,
        scope: &SiteScope,
    ) -> Result<Option<Content>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| {
            let sql = format!("SELECT {TOLD} FROM {} WHERE c.sha256 = :sha256", contents_of(&scope));
            let own: [(&str, &dyn ToSql); 3] =
                [(":sha256", sha256.as_bytes()), (":sites", &scope), (":scope", &scope.one())];
            let row = rows(connection, &sql, &own, &Chosen::default(), content)?.into_iter().next();
            let Some(row) = row else { return Ok(None) };
            let (runs_on, claims) = described(connection, sha256)?;
            let mut places_found = found(connection, sha256, &scope)?;
            let left_out = places_found.len().saturating_sub(places);
            places_found.truncate(places);
            let places_left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
            Ok(Some(Content { row, runs_on, claims, places: places_found, places_left_out }))
        })
        .await
    }
}

pub(super) fn content(row: &Row<'_>) -> rusqlite::Result<ContentRow> {
    Ok(ContentRow {
        sha256: Sha256::from(row.get::<_, [u8; 32]>(0)?),
        first_seen_at: moment(row.get(1)?),
        path: row.get(2)?,
        device: row.get(3)?,
        format: row.get(4)?,
        class: row.get(5)?,
        signer: row.get(6)?,
        size_bytes: u64::try_from(row.get::<_, i64>(7)?).unwrap_or_default(),
        devices: count(row.get(8)?),
    })
}

fn described(connection: &Connection, sha256: Sha256) -> Result<(String, [String; 5]), StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT runs_on, company, product, description, version, original_name FROM executable_facts
         WHERE sha256 = ?1",
    )?;
    let found = query.query_row([sha256.as_bytes()], |row| {
        Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?]))
    });
    Ok(found.optional()?.unwrap_or_default())
}

fn found(connection: &Connection, sha256: Sha256, scope: &SiteScope) -> Result<Vec<PlaceRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT d.name, d.uuid, s.name, e.path, e.owner, e.first_seen_at, e.removable
         FROM executable e JOIN device d ON d.id = e.device JOIN site s ON s.id = d.site
         WHERE e.sha256 = :sha256 AND d.status = 'active'
           AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites))) ORDER BY d.name COLLATE NOCASE, e.path",
    )?;
    let rows = query.query_map(named_params! { ":sha256": sha256.as_bytes(), ":sites": scope }, |row| {
        Ok(PlaceRow {
            device: row.get(0)?,
            device_id: DeviceId::from_uuid(Uuid::from_bytes(row.get(1)?)),
            site: row.get(2)?,
            path: row.get(3)?,
            owner: row.get(4)?,
            first_seen_at: moment(row.get(5)?),
            removable: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
