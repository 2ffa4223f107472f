//! Titles, for people.

use std::collections::BTreeMap;

use caretaker_shared::model::TitleKind;
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params};

use super::settle::reading;
use crate::catalogue::{Memory, Reading, Standing, propose};
use crate::store::console::DeviceRow;
use crate::store::{SiteScope, Store, StoreError};

/// Devices whose lists are looked through for the raw names of a title.
const LOOKED_AT: usize = 300;

/// A title, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleRow {
    /// Row of it.
    pub row: i64,
    /// As in the catalogue.
    pub slug: String,
    /// Likewise.
    pub name: String,
    /// Likewise.
    pub publisher: String,
    /// One word; empty when not known.
    pub category: String,
    /// One word; empty when not known.
    pub licensing: String,
    /// Slug; empty for none.
    pub suite: String,
    /// Whether a rule knows it.
    pub known: bool,
    /// Active devices that have it.
    pub devices: u32,
    /// Edition, major version and evidence on the device that was asked for.
    pub on_device: [String; 3],
}

/// Which titles.
#[derive(Debug, Clone)]
pub struct TitleFilter {
    /// On devices of these sites alone.
    pub sites: SiteScope,
    /// Part of the name or slug, in any case; empty for all.
    pub text: String,
    /// One word; empty for all.
    pub category: String,
    /// Of this device alone.
    pub device: Option<DeviceRow>,
    /// Leave out what no active device has.
    pub installed_only: bool,
    /// Whether a rule knows it; `None` for both.
    pub known: Option<bool>,
}

/// Where a list of titles goes on: name and row of the last one.
pub type TitleKey = (String, i64);

/// Where a list by how many devices have a title goes on: devices, name and row of the last one.
pub type MostKey = (u32, String, i64);

/// One title, with what leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleDetail {
    /// As in lists.
    pub title: TitleRow,
    /// Where active devices have it.
    pub sites: Vec<SiteDevices>,
    /// Raw names that stand for it, on the devices that were looked at.
    pub raw_names: Vec<RawName>,
    /// How many of its devices those were.
    pub looked_at: u32,
    /// A rule that would take these names.
    pub proposal: String,
}

/// Devices of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteDevices {
    /// Name of the site.
    pub site: String,
    /// How many.
    pub devices: u32,
}

/// A raw name of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawName {
    /// As in the list.
    pub name: String,
    /// Likewise.
    pub publisher: String,
    /// Which list.
    pub source: String,
    /// Its own word for it.
    pub id: String,
    /// Of those that were looked at.
    pub devices: u32,
}

const COUNTED: &str = "coalesce((SELECT sum(c.devices) FROM title_count c WHERE c.title = t.id
    AND (:sites IS NULL OR c.site IN (SELECT value FROM json_each(:sites)))), 0)";
const WHICH: &str = "(:text = '' OR instr(lower(t.name), lower(:text)) > 0 OR instr(t.slug, lower(:text)) > 0)
    AND (:category = '' OR t.category = :category) AND (:known IS NULL OR t.known = :known)";

impl Store {
    /// Up to `limit` titles after `after`, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_titles(
        &self,
        filter: TitleFilter,
        after: Option<TitleKey>,
        limit: usize,
    ) -> Result<Vec<TitleRow>, StoreError> {
        // Without a device nothing is joined: to join nothing is to look through all installations for each title.
        let (told, of_device) = match &filter.device {
            Some(_) => {
                ("i.edition, i.major, i.evidence", "JOIN installation i ON i.title = t.id AND i.device = :device")
            }
            None => ("'', '', ''", ""),
        };
        let sql = format!(
            "SELECT t.id, t.slug, t.name, t.publisher, t.category, t.licensing, t.suite, t.known, {COUNTED} AS devices,
                 {told}
             FROM title t {of_device}
             WHERE {WHICH} AND (t.name COLLATE NOCASE, t.id) > (:name, :id)
               AND (NOT :installed OR :device IS NOT NULL OR devices > 0)
             ORDER BY t.name COLLATE NOCASE, t.id LIMIT :limit"
        );
        self.titles(sql, filter, (None, after.unwrap_or_default()), limit).await
    }

    /// Up to `limit` titles after `after`, those that most devices have first, and none that no device has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn most_titles(
        &self,
        filter: TitleFilter,
        after: Option<MostKey>,
        limit: usize,
    ) -> Result<Vec<TitleRow>, StoreError> {
        let sql = format!(
            "SELECT t.id, t.slug, t.name, t.publisher, t.category, t.licensing, t.suite, t.known, {COUNTED} AS devices,
                 '', '', ''
             FROM title t WHERE {WHICH} AND devices > 0
               AND (:most IS NULL OR (-devices, t.name COLLATE NOCASE, t.id) > (-:most, :name, :id))
             ORDER BY devices DESC, t.name COLLATE NOCASE, t.id LIMIT :limit"
        );
        let (most, after) = after.map(|(most, name, row)| (most, (name, row))).unzip();
        self.titles(sql, filter, (most, after.unwrap_or_default()), limit).await
    }

    async fn titles(
        &self,
        sql: String,
        filter: TitleFilter,
        (most, (name, id)): (Option<u32>, TitleKey),
        limit: usize,
    ) -> Result<Vec<TitleRow>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&sql)?;
            let all: [(&str, &dyn ToSql); 10] = [
                (":sites", &filter.sites),
                (":text", &filter.text),
                (":category", &filter.category),
                (":known", &filter.known),
                (":device", &filter.device.as_ref().map(|device| device.rowid)),
                (":installed", &filter.installed_only),
                (":most", &most),
                (":name", &name),
                (":id", &id),
                (":limit", &i64::try_from(limit).unwrap_or(i64::MAX)),
            ];
            // Parameters that a query does not have are left out.
            for (parameter, value) in all {
                if let Some(at) = query.parameter_index(parameter)? {
                    query.raw_bind_parameter(at, value)?;
                }
            }
            Ok(query.raw_query().mapped(title).collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A title by slug, or by name in any case, with what leads to it on devices of these sites; `None` when there is
    /// none, or when it is one that no rule knows and no device of these sites has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn title_detail(
        &self,
        named: &str,
        scope: &SiteScope,
        today: &str,
    ) -> Result<Option<TitleDetail>, StoreError> {
        let (named, scope, today) = (named.trim().to_owned(), scope.clone(), today.to_owned());
        let catalogue = self.catalogue();
        self.read(move |connection| {
            let Some(title) = find(connection, &named, &scope)?.filter(|title| title.known || title.devices > 0) else {
                return Ok(None);
            };
            let sites = sites_of(connection, title.row, &scope)?;
            let devices = devices_of(connection, title.row, &scope)?;
            let mut memory = Memory::of(catalogue);
            let raw_names = raw_names(connection, &title.slug, &devices, &mut memory)?;
            let readings: Vec<Reading<'_>> = raw_names
                .iter()
                .map(|raw| Reading {
                    name: &raw.name,
                    publisher: &raw.publisher,
                    source: &raw.source,
                    id: &raw.id,
                    ..Reading::default()
                })
                .collect();
            let proposal = propose(&readings, &today);
            let looked_at = u32::try_from(devices.len()).unwrap_or(u32::MAX);
            Ok(Some(TitleDetail { title, sites, raw_names, looked_at, proposal }))
        })
        .await
    }
}

fn title(row: &Row<'_>) -> rusqlite::Result<TitleRow> {
    Ok(TitleRow {
        row: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        publisher: row.get(3)?,
        category: row.get(4)?,
        licensing: row.get(5)?,
        suite: row.get(6)?,
        known: row.get(7)?,
        devices: row.get(8)?,
        on_device: [row.get(9)?, row.get(10)?, row.get(11)?],
    })
}

fn find(connection: &Connection, named: &str, scope: &SiteScope) -> Result<Option<TitleRow>, StoreError> {
    let sql = format!(
        "SELECT t.id, t.slug, t.name, t.publisher, t.category, t.licensing, t.suite, t.known, {COUNTED}, '', '', ''
         FROM title t WHERE t.slug = lower(:named) OR t.name = :named COLLATE NOCASE
         ORDER BY t.slug = lower(:named) DESC, t.known DESC, t.id LIMIT 1"
    );
    let mut query = connection.prepare_cached(&sql)?;
    Ok(query.query_row(named_params! { ":named": named, ":sites": scope }, title).optional()?)
}

fn sites_of(connection: &Connection, title: i64, scope: &SiteScope) -> Result<Vec<SiteDevices>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT s.name, c.devices FROM title_count c JOIN site s ON s.id = c.site
         WHERE c.title = :title AND c.devices > 0
           AND (:sites IS NULL OR c.site IN (SELECT value FROM json_each(:sites))) ORDER BY s.name COLLATE NOCASE",
    )?;
    let rows = query.query_map(named_params! { ":title": title, ":sites": scope }, |row| {
        Ok(SiteDevices { site: row.get(0)?, devices: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The first active devices that have a title.
fn devices_of(connection: &Connection, title: i64, scope: &SiteScope) -> Result<Vec<i64>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT i.device FROM installation i JOIN device d ON d.id = i.device
         WHERE i.title = :title AND d.status = 'active'
           AND (:sites IS NULL OR d.site IN (SELECT value FROM json_each(:sites))) ORDER BY i.device LIMIT :most",
    )?;
    let most = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX);
    let rows = query.query_map(named_params! { ":title": title, ":sites": scope, ":most": most }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What stands for a title in the lists of devices, the most frequent first.
fn raw_names(
    connection: &Connection,
    slug: &str,
    devices: &[i64],
    memory: &mut Memory,
) -> Result<Vec<RawName>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT name, publisher, source, id, upgrade_code, section FROM software
         WHERE device = ?1 AND kind = 'title'",
    )?;
    let mut found: BTreeMap<[String; 3], RawName> = BTreeMap::new();
    for device in devices {
        let mut rows = query.query([device])?;
        let mut here: BTreeMap<[String; 3], String> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let reading = reading(row, TitleKind::Title)?;
            if let Standing::Installation { title, .. } = &*memory.standing(&reading)
                && title.slug == slug
            {
                let key = [reading.name.to_owned(), reading.publisher.to_owned(), reading.source.to_owned()];
                here.insert(key, reading.id.to_owned());
            }
        }
        for (key, id) in here {
            let [name, publisher, source] = key.clone();
            found.entry(key).or_insert(RawName { name, publisher, source, id, devices: 0 }).devices += 1;
        }
    }
    let mut found: Vec<RawName> = found.into_values().collect();
    found.sort_by(|one, other| other.devices.cmp(&one.devices).then_with(|| one.name.cmp(&other.name)));
    Ok(found)
}
