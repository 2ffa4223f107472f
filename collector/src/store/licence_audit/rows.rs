//! Audits that were kept, and the devices behind their numbers.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{EVERY_SITE, sets};
use crate::licences::{Number, Outcome, TitleCounts};
use crate::store::moment::moment;
use crate::store::{SiteScope, Store, StoreError};

/// An audit that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Day of the school's calendar.
    pub day: Date,
    /// "weekly", or who asked for it.
    pub asked_by: String,
}

impl AuditRow {
    /// ISO year and week.
    #[must_use]
    pub fn week(&self) -> (i16, i8) {
        let week = ISOWeekDate::from(self.day);
        (week.year(), week.week())
    }
}

/// Which of the audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichAudit {
    /// The newest.
    Newest,
    /// The newest weekly one before that of this number; where there is none, the newest before it.
    Before(i64),
    /// That of this number.
    Number(i64),
    /// The newest of the ISO week of this number, in the newest year that has one.
    Week(u8),
}

/// An audit and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAudit {
    /// Which.
    pub row: AuditRow,
    /// For every site, or for the site that was asked for.
    pub outcome: Outcome,
}

/// A device behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditDevice {
    /// Its row.
    pub row: i64,
    /// Its id, as `devices` shows it.
    pub id: String,
    /// Its name now.
    pub name: String,
    /// Name of its site now.
    pub site: String,
    /// "active", "retired", "lost", "revoked".
    pub status: String,
    /// When it was heard of last.
    pub last_seen_at: Option<Timestamp>,
}

impl Store {
    /// The audits, the newest first, at most so many: with how many titles met C3 at every site, or at the one of this
    /// name. Audits from before the site are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_audits(
        &self,
        most: u32,
        site: Option<String>,
    ) -> Result<Vec<(AuditRow, TitleCounts)>, StoreError> {
        self.read(move |connection| {
            let Some(site) = site_row(connection, site.as_deref())? else { return Ok(Vec::new()) };
            let mut query = connection.prepare_cached(
                "SELECT a.id, a.at, a.day, a.asked_by, o.met, o.not_met, o.unknown
                 FROM licence_audit a JOIN licence_audit_outcome o ON o.audit = a.id AND o.site = ?2
                 ORDER BY a.at DESC, a.id DESC LIMIT ?1",
            )?;
            let counted = |found: &Row<'_>| {
                let counts = TitleCounts { met: found.get(4)?, not_met: found.get(5)?, unknown: found.get(6)? };
                Ok((row(found)?, counts))
            };
            let rows = query.query_map(params![most, site], counted)?.collect::<Result<_, _>>()?;
            Ok(rows)
        })
        .await
    }

    /// An audit and what it found at every site, or at the one of this name. `None` where there is no such audit, or
    /// none of that site.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_audit(
        &self,
        which: WhichAudit,
        site: Option<String>,
    ) -> Result<Option<KeptAudit>, StoreError> {
        self.read(move |connection| {
            let Some(row) = find(connection, which)? else { return Ok(None) };
            let outcome = outcome(connection, row.id, site.as_deref())?;
            Ok(outcome.map(|outcome| KeptAudit { row, outcome }))
        })
        .await
    }

    /// The devices behind a number of a title, as they are called today, by name: only those of these sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_audit_devices(
        &self,
        audit: i64,
        slug: &str,
        number: Number,
        sites: &SiteScope,
    ) -> Result<Vec<AuditDevice>, StoreError> {
        let (slug, sites) = (slug.to_owned(), sites.clone());
        self.read(move |connection| {
            let rows = set(connection, audit, &slug, number.word())?;
            let mut devices: Vec<AuditDevice> = named(connection, &rows, &sites)?.into_values().collect();
            devices.sort_by(|one, other| (&one.name, one.row).cmp(&(&other.name, other.row)));
            Ok(devices)
        })
        .await
    }

    /// Devices by row, as they are called today: only those of these sites.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn named_devices(
        &self,
        rows: Vec<i64>,
        sites: &SiteScope,
    ) -> Result<HashMap<i64, AuditDevice>, StoreError> {
        let sites = sites.clone();
        self.read(move |connection| named(connection, &rows, &sites)).await
    }
}

const SELECT: &str = "SELECT id, at, day, asked_by FROM licence_audit";

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let day: String = row.get(2)?;
    let at = moment(row.get(1)?);
    // What is no day was never written by us; the moment's own says nearly the same.
    let day = day.parse().unwrap_or_else(|_| at.to_zoned(jiff::tz::TimeZone::UTC).date());
    Ok(AuditRow { id: row.get(0)?, at, day, asked_by: row.get(3)? })
}

/// The audit that is meant.
pub(super) fn find(connection: &Connection, which: WhichAudit) -> Result<Option<AuditRow>, StoreError> {
    let found = match which {
        WhichAudit::Newest => one(connection, "ORDER BY at DESC, id DESC LIMIT 1", None)?,
        WhichAudit::Number(id) => one(connection, "WHERE id = ?1", Some(id))?,
        WhichAudit::Before(id) => {
            one(connection, "WHERE id < ?1 AND asked_by = 'weekly' ORDER BY id DESC LIMIT 1", Some(id))?.map_or_else(
                || one(connection, "WHERE id < ?1 ORDER BY id DESC LIMIT 1", Some(id)),
                |row| Ok(Some(row)),
            )?
        }
        WhichAudit::Week(week) => {
            let sql = format!("{SELECT} ORDER BY at DESC, id DESC");
            let mut query = connection.prepare_cached(&sql)?;
            let mut rows = query.query_map([], row)?;
            rows.find(|row| {
                row.as_ref().map_or(true, |row| u8::try_from(row.week().1).is_ok_and(|number| number == week))
            })
            .transpose()?
        }
    };
    Ok(found)
}

/// The audits up to that of a number, the newest first.
pub(super) fn up_to(connection: &Connection, id: i64) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!("{SELECT} WHERE id <= ?1 ORDER BY id DESC"))?;
    Ok(query.query_map([id], row)?.collect::<Result<_, _>>()?)
}

fn one(connection: &Connection, sql: &str, id: Option<i64>) -> Result<Option<AuditRow>, StoreError> {
    let sql = format!("{SELECT} {sql}");
    let mut query = connection.prepare_cached(&sql)?;
    Ok(match id {
        Some(id) => query.query_row([id], row).optional()?,
        None => query.query_row([], row).optional()?,
    })
}

/// What an audit found. One that a later version wrote in another form is none that can be shown.
pub(super) fn outcome(connection: &Connection, audit: i64, site: Option<&str>) -> Result<Option<Outcome>, StoreError> {
    let site = site_row(connection, site)?;
    let Some(site) = site else { return Ok(None) };
    let text: Option<String> = connection
        .prepare_cached("SELECT result FROM licence_audit_outcome WHERE audit = ?1 AND site = ?2")?
        .query_row([audit, site], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Row of the site of this name, or what stands for every site.
fn site_row(connection: &Connection, site: Option<&str>) -> Result<Option<i64>, StoreError> {
    Ok(match site {
        None => Some(EVERY_SITE),
        Some(name) => connection
            .prepare_cached("SELECT id FROM site WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()?,
    })
}

/// A set of devices; none for one that was not kept.
pub(super) fn set(connection: &Connection, audit: i64, slug: &str, number: &str) -> Result<Vec<i64>, StoreError> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT devices FROM licence_audit_devices WHERE audit = ?1 AND title = ?2 AND number = ?3")?
        .query_row(params![audit, slug, number], |row| row.get(0))
        .optional()?;
    Ok(sets::unpack(&packed.unwrap_or_default()))
}

/// Devices by row, as they are called today.
pub(super) fn named(
    connection: &Connection,
    rows: &[i64],
    sites: &SiteScope,
) -> Result<HashMap<i64, AuditDevice>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT d.id, d.uuid, d.name, site.name, d.status, d.last_seen_at
         FROM device d JOIN site ON site.id = d.site
         WHERE d.id = ?1 AND (?2 IS NULL OR d.site IN (SELECT value FROM json_each(?2)))",
    )?;
    let mut found = HashMap::new();
    for row in rows {
        let device = query.query_row(params![row, sites], device).optional()?;
        found.extend(device.map(|device| (device.row, device)));
    }
    Ok(found)
}

fn device(row: &Row<'_>) -> rusqlite::Result<AuditDevice> {
    let id = uuid::Uuid::from_slice(row.get_ref(1)?.as_blob()?).unwrap_or_default();
    Ok(AuditDevice {
        row: row.get(0)?,
        id: id.to_string(),
        name: row.get(2)?,
        site: row.get(3)?,
        status: row.get(4)?,
        last_seen_at: row.get::<_, Option<i64>>(5)?.map(moment),
    })
}
