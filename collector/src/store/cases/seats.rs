//! Seats of licences that people have: they stand there by the name of an account, and not by a pseudonym.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, named_params, params};

use super::super::StoreError;
use super::super::moment::moment;
use super::viewer::Viewer;
use crate::licences::LicenceId;

/// A seat of a licence that was given to an account. Accounts stand there by name and people by pseudonym, so nobody but
/// who holds a key can tell whose a seat is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectSeat {
    /// The licence.
    pub licence: LicenceId,
    /// Name of its title.
    pub title: String,
    /// Name of the account: personal data.
    pub account: String,
    /// When it was given.
    pub given_at: Timestamp,
}

/// Every seat of an account that the viewer's sites have something to do with, also of licences that were removed.
pub(super) fn seats(tx: &Connection, viewer: &Viewer) -> Result<Vec<SubjectSeat>, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT l.id, l.title_name, e.account, e.given_at FROM licence_seat e JOIN licence l ON l.id = e.licence
         WHERE e.account IS NOT NULL
           AND (:sites IS NULL OR l.site IS NULL OR l.site IN (SELECT value FROM json_each(:sites)))
         ORDER BY l.id, e.account",
    )?;
    let rows = query.query_map(named_params! { ":sites": viewer.sites }, |row| {
        Ok(SubjectSeat {
            licence: LicenceId(row.get(0)?),
            title: row.get(1)?,
            account: row.get(2)?,
            given_at: moment(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Gives back those of the seats that are named; says which.
pub(super) fn free(
    tx: &Transaction<'_>,
    known: Vec<SubjectSeat>,
    named: &[(LicenceId, String)],
) -> Result<Vec<SubjectSeat>, StoreError> {
    let theirs = |seat: &SubjectSeat| named.iter().any(|(id, name)| *id == seat.licence && *name == seat.account);
    let freed: Vec<SubjectSeat> = known.into_iter().filter(theirs).collect();
    for seat in &freed {
        tx.prepare_cached("DELETE FROM licence_seat WHERE licence = ?1 AND account = ?2")?
            .execute(params![seat.licence.0, seat.account])?;
    }
    Ok(freed)
}
