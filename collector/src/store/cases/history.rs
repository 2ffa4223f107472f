//! What was before a case, and what belongs with it.

use jiff::Timestamp;
use rusqlite::{Connection, named_params};

use super::super::{StoreError, moment::moment};
use super::repeat::{DAY_MS, DAYS, SAME_PERSON};
use super::row::CaseRow;
use super::viewer::{MAY_KNOW, Viewer};
use crate::store::console::count;

/// Earlier cases that are told.
const TOLD: u32 = 20;

/// An earlier case of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierRow {
    /// "26-0017".
    pub reference: String,
    /// 1 to 5.
    pub severity: u32,
    /// Id of its category.
    pub category: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// How it ended; empty while it is open.
    pub outcome: String,
}

/// Cases of the same person in the 90 days before this one, newest first. What was a false alarm is told too: it says
/// so.
pub(super) fn before(connection: &Connection, case: &CaseRow, viewer: &Viewer) -> Result<Vec<EarlierRow>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "{SAME_PERSON} SELECT a.reference, a.severity, f.category, a.raised_at, coalesce(a.outcome, '')
         FROM same JOIN case_file f ON f.user = same.user JOIN alert a ON a.id = f.alert AND a.device = same.device
         JOIN site s ON s.id = a.site
         WHERE a.raised_at BETWEEN :since AND :raised AND a.id <> :own AND coalesce(a.outcome, '') <> 'lesson'
           AND {MAY_KNOW}
         ORDER BY a.raised_at DESC, a.id DESC LIMIT :told"
    ))?;
    let (device, user): (i64, Option<Vec<u8>>) = connection
        .prepare_cached("SELECT a.device, f.user FROM alert a JOIN case_file f ON f.alert = a.id WHERE a.id = ?1")?
        .query_row([case.rowid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let raised = case.raised_at.as_millisecond();
    let values = named_params! {
        ":device": device, ":user": user, ":own": case.rowid, ":raised": raised, ":since": raised - DAYS * DAY_MS,
        ":role": viewer.role.word(), ":sites": viewer.sites, ":told": TOLD,
    };
    let rows = query.query_map(values, |row| {
        Ok(EarlierRow {
            reference: row.get(0)?,
            severity: count(row.get(1)?),
            category: row.get(2)?,
            raised_at: moment(row.get(3)?),
            outcome: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// References of the cases that one is linked with, and why.
pub(super) fn linked(
    connection: &Connection,
    alert: i64,
    viewer: &Viewer,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT a.reference, l.why FROM case_link l
         JOIN alert a ON a.id = CASE l.alert WHEN :own THEN l.other ELSE l.alert END
         JOIN case_file f ON f.alert = a.id JOIN site s ON s.id = a.site
         WHERE :own IN (l.alert, l.other) AND {MAY_KNOW} ORDER BY a.id LIMIT :told"
    ))?;
    let values = named_params! { ":own": alert, ":role": viewer.role.word(), ":sites": viewer.sites, ":told": TOLD };
    let rows = query.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
