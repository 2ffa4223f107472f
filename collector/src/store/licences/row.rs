//! Licences as they are read.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, Row, named_params};

use super::super::console::count;
use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::title;
use crate::licences::{Licence, LicenceId, Metric, Pence, Scope, Term};

/// A licence and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceRow {
    /// What was bought. Without its cost where the reader is responsible for some sites and it is for all.
    pub licence: Licence,
    /// The title's name; as it was written where the catalogue has none.
    pub title_name: String,
    /// Whether the catalogue knows the title.
    pub known: bool,
    /// Whether the reader is responsible for it: it is of one of their sites, or they see every site.
    pub own: bool,
    /// Seats that were given.
    pub seats: SeatCounts,
    /// Seats that were handed to other sites.
    pub handed_on: u32,
    /// The licence that it was handed over from.
    pub came_from: Option<LicenceId>,
    /// When it was entered.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
    /// Its last change.
    pub changed_at: Timestamp,
    /// When and why it was taken out of the register.
    pub removed: Option<(Timestamp, String)>,
}

/// Seats of a licence that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatCounts {
    /// To devices.
    pub devices: u32,
    /// To people.
    pub accounts: u32,
}

impl LicenceRow {
    /// Seats that are still the licence's own.
    #[must_use]
    pub fn held(&self) -> u32 {
        self.licence.quantity.saturating_sub(self.handed_on)
    }
}

impl Store {
    /// Licences of these sites and of the whole trust, by number; removed ones too when asked for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licences(&self, sites: SiteScope, removed_too: bool) -> Result<Vec<LicenceRow>, StoreError> {
        self.read(move |connection| all(connection, &sites, removed_too)).await
    }

    /// One licence, removed or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence(&self, id: LicenceId, sites: SiteScope) -> Result<Option<LicenceRow>, StoreError> {
        self.read(move |connection| one(connection, id, &sites)).await
    }
}

pub(super) fn all(
    connection: &Connection,
    sites: &SiteScope,
    removed_too: bool,
) -> Result<Vec<LicenceRow>, StoreError> {
    let mut query = connection.prepare_cached(&select("(:removed OR l.removed_at IS NULL) ORDER BY l.id"))?;
    let rows = query.query_map(named_params! { ":sites": sites, ":removed": removed_too }, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn one(connection: &Connection, id: LicenceId, sites: &SiteScope) -> Result<Option<LicenceRow>, StoreError> {
    let mut query = connection.prepare_cached(&select("l.id = :id"))?;
    let mut rows = query.query_map(named_params! { ":sites": sites, ":id": id.0 }, read)?;
    Ok(rows.next().transpose()?)
}

fn select(which: &str) -> String {
    let join = title::JOIN;
    format!(
        "SELECT l.id, coalesce(t.slug, l.title), coalesce(t.name, l.title_name), coalesce(t.known, 0),
             l.version, l.edition, l.metric, l.term, coalesce(l.quantity, 0), s.name, l.place,
             l.starts_on, l.ends_on, l.notice_on, l.cost_pence, l.supplier, l.order_ref, l.proof_holder, l.note,
             l.added_at, l.added_by, l.changed_at, l.removed_at, coalesce(l.removed_why, ''),
             (SELECT count(*) FROM licence_seat WHERE licence = l.id AND device IS NOT NULL),
             (SELECT count(*) FROM licence_seat WHERE licence = l.id AND account IS NOT NULL),
             (SELECT coalesce(sum(quantity), 0) FROM licence_transfer WHERE source = l.id),
             (SELECT source FROM licence_transfer WHERE target = l.id),
             coalesce(:sites IS NULL OR l.site IN (SELECT value FROM json_each(:sites)), 0)
         FROM licence l LEFT JOIN site s ON s.id = l.site {join}
         WHERE (:sites IS NULL OR l.site IS NULL OR l.site IN (SELECT value FROM json_each(:sites))) AND {which}"
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<LicenceRow> {
    let own: bool = row.get(28)?;
    let pence = row.get::<_, Option<i64>>(14)?.and_then(|pence| u64::try_from(pence).ok());
    let licence = Licence {
        id: LicenceId(row.get(0)?),
        title: row.get(1)?,
        version: row.get(4)?,
        edition: row.get(5)?,
        metric: word(row, 6, Metric::parse)?,
        term: word(row, 7, Term::parse)?,
        quantity: count(row.get(8)?),
        scope: Scope { site: row.get(9)?, place: row.get(10)? },
        starts_on: day(row, 11)?,
        ends_on: day(row, 12)?,
        notice_on: day(row, 13)?,
        cost: pence.filter(|_| own).map(Pence),
        supplier: row.get(15)?,
        order_ref: row.get(16)?,
        proof_holder: row.get(17)?,
        note: row.get(18)?,
    };
    let removed_at = row.get::<_, Option<i64>>(22)?.map(moment);
    let why = row.get(23)?;
    Ok(LicenceRow {
        licence,
        title_name: row.get(2)?,
        known: row.get(3)?,
        own,
        seats: SeatCounts { devices: count(row.get(24)?), accounts: count(row.get(25)?) },
        handed_on: count(row.get(26)?),
        came_from: row.get::<_, Option<i64>>(27)?.map(LicenceId),
        added_at: moment(row.get(19)?),
        added_by: row.get(20)?,
        changed_at: moment(row.get(21)?),
        removed: removed_at.map(|at| (at, why)),
    })
}

/// A word that this program has written; another one is a fault of the database.
pub(super) fn word<T>(row: &Row<'_>, column: usize, parse: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| unreadable(column, &text))
}

/// A day, likewise.
pub(super) fn day(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Date>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(column, &text))).transpose()
}

fn unreadable(column: usize, text: &str) -> rusqlite::Error {
    let why = format!("\"{text}\" was not written by this program");
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}
