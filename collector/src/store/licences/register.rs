//! The whole register, as the audit reads it.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rusqlite::{Connection, Row, named_params};

use super::super::console::count;
use super::super::moment::moment;
use super::super::{SiteScope, Store, StoreError};
use super::row::{self, day, word};
use super::title;
use crate::licences::{Approval, Decision, Exemption, LicenceId, Register, Scope, Seat, Transfer};

impl Store {
    /// The register of these sites and what is for all of them. An operator of some sites is not told what was paid for
    /// all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn register(&self, sites: &SiteScope) -> Result<Register, StoreError> {
        let sites = sites.clone();
        self.read(move |connection| read(connection, &sites)).await
    }
}

/// The same within a query of its own.
pub(in crate::store) fn read(connection: &Connection, sites: &SiteScope) -> Result<Register, StoreError> {
    let rows = row::all(connection, sites, false)?;
    let names = rows.iter().map(|row| (row.licence.title.clone(), row.title_name.clone())).collect();
    Ok(Register {
        licences: rows.into_iter().map(|row| row.licence).collect(),
        names,
        seats: seats(connection, sites)?,
        transfers: transfers(connection, sites)?,
        approvals: approvals(connection, sites)?,
        exemptions: exemptions(connection, sites)?,
        fte: fte(connection, sites)?,
    })
}

/// Of a row `l`: it is of one of these sites, or of all.
const SEEN: &str = "(:sites IS NULL OR l.site IS NULL OR l.site IN (SELECT value FROM json_each(:sites)))";

fn seats(connection: &Connection, sites: &SiteScope) -> Result<BTreeMap<LicenceId, Vec<Seat>>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT e.licence, e.device, e.account FROM licence_seat e JOIN licence l ON l.id = e.licence
         WHERE l.removed_at IS NULL AND {SEEN} ORDER BY e.licence, e.device, e.account"
    ))?;
    let mut seats: BTreeMap<LicenceId, Vec<Seat>> = BTreeMap::new();
    let mut rows = query.query(named_params! { ":sites": sites })?;
    while let Some(row) = rows.next()? {
        let seat = match row.get::<_, Option<i64>>(1)? {
            Some(device) => Seat::Device(device),
            None => Seat::Account(row.get(2)?),
        };
        seats.entry(LicenceId(row.get(0)?)).or_default().push(seat);
    }
    Ok(seats)
}

fn transfers(connection: &Connection, sites: &SiteScope) -> Result<Vec<Transfer>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT x.id, x.source, x.target, x.quantity, x.at, x.reason FROM licence_transfer x
         JOIN licence l ON l.id IN (x.source, x.target) WHERE {SEEN} GROUP BY x.id ORDER BY x.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": sites }, |row| {
        Ok(Transfer {
            id: row.get(0)?,
            source: LicenceId(row.get(1)?),
            target: LicenceId(row.get(2)?),
            quantity: count(row.get(3)?),
            on: moment(row.get(4)?).to_zoned(TimeZone::UTC).date(),
            reason: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn approvals(connection: &Connection, sites: &SiteScope) -> Result<Vec<Approval>, StoreError> {
    let join = title::JOIN;
    let mut query = connection.prepare_cached(&format!(
        "SELECT coalesce(t.slug, l.title), l.decision, l.decided_by, l.decided_on, s.name, l.place, l.ends_on
         FROM approval l LEFT JOIN site s ON s.id = l.site {join}
         WHERE l.withdrawn_at IS NULL AND {SEEN} ORDER BY l.decided_on, l.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": sites }, |row| {
        Ok(Approval {
            title: row.get(0)?,
            decision: word(row, 1, Decision::parse)?,
            decided_by: row.get(2)?,
            decided_on: needed_day(row, 3)?,
            scope: Scope { site: row.get(4)?, place: row.get(5)? },
            ends_on: day(row, 6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn exemptions(connection: &Connection, sites: &SiteScope) -> Result<Vec<Exemption>, StoreError> {
    let join = title::JOIN;
    let mut query = connection.prepare_cached(&format!(
        "SELECT coalesce(t.slug, l.title), s.name, l.device, l.reason, l.ends_on
         FROM licence_exception l LEFT JOIN site s ON s.id = l.site {join}
         WHERE l.withdrawn_at IS NULL AND {SEEN} ORDER BY l.id"
    ))?;
    let rows = query.query_map(named_params! { ":sites": sites }, |row| {
        Ok(Exemption {
            title: row.get(0)?,
            scope: Scope { site: row.get(1)?, place: String::new() },
            device: row.get(2)?,
            reason: row.get(3)?,
            ends_on: needed_day(row, 4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn needed_day(row: &Row<'_>, column: usize) -> rusqlite::Result<jiff::civil::Date> {
    day(row, column)?.ok_or(rusqlite::Error::InvalidColumnIndex(column))
}

fn fte(connection: &Connection, sites: &SiteScope) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT s.name, f.hundredths FROM fte f JOIN site s ON s.id = f.site
         WHERE :sites IS NULL OR f.site IN (SELECT value FROM json_each(:sites))",
    )?;
    let rows = query.query_map(named_params! { ":sites": sites }, |row| {
        Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
