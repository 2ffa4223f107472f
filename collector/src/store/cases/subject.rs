//! One person's data across devices: found by the pseudonym that only recipients can make, counted, erased.

use std::sync::Arc;

use caretaker_shared::checkpoint::AuditKey;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, named_params};

use super::super::proof::{Why, erase_case, erase_events, erase_label, sign_count};
use super::super::{Order, Store, StoreError, audit, moment::moment};
use super::row::{self, CaseRow, CaseState};
use super::seats::{SubjectSeat, free, seats};
use super::viewer::{MAY_KNOW, Viewer};
use crate::audit::Entry;
use crate::licences::LicenceId;

/// An event about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectEvent {
    /// When.
    pub occurred_at: Timestamp,
    /// Id of the category.
    pub category: String,
    /// 1 to 5.
    pub severity: u32,
    /// "documents", "searches".
    pub source: String,
    /// Name of the device.
    pub device: String,
    /// The case that it belongs to; empty for none.
    pub reference: String,
    /// Whether its content is kept.
    pub has_content: bool,
}

/// Somebody looked at a case of the person, or worked on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectAccess {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as the audit chain's word.
    pub action: String,
    /// Which case.
    pub reference: String,
}

/// What is held about a person, as far as the viewer may know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectData {
    /// Cases.
    pub cases: Vec<CaseRow>,
    /// Events, with and without a case.
    pub events: Vec<SubjectEvent>,
    /// Who looked, and when.
    pub access: Vec<SubjectAccess>,
    /// Accounts on devices that are known to be theirs.
    pub accounts: u32,
    /// Cases that nobody has opened yet: whose they are is not known.
    pub unopened: u32,
    /// Seats of licences that accounts have: all of them, see [`SubjectSeat`].
    pub seats: Vec<SubjectSeat>,
}

/// What was erased, and what stays and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectErased {
    /// References of cases whose content and label went.
    pub erased: Vec<String>,
    /// Events of no case that went.
    pub events: u32,
    /// References of cases that stay: "held", "open", "safeguarding".
    pub kept: Vec<(String, &'static str)>,
    /// Seats of licences that were freed; where nothing was to be done yet, all that accounts have.
    pub seats: Vec<SubjectSeat>,
}

const THEIRS: &str =
    "EXISTS (SELECT 1 FROM person p WHERE p.pseudonym = :person AND p.device = a.device AND p.user = f.user)";
/// Actions that tell who looked.
const LOOKED: &str =
    "('case.open', 'case.break-glass', 'case.export', 'case.file', 'case.incident-log', 'disclosure.add')";

impl Store {
    /// What is held about the person of this pseudonym. Written into the audit chain without saying who.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn export_subject(
        &self,
        person: [u8; 32],
        reason: String,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<SubjectData, StoreError> {
        self.write(Order::First, move |tx| {
            let data = gather(tx, &person, &viewer)?;
            let detail = format!("{} cases, {} events; {reason}", data.cases.len(), data.events.len());
            write_down(tx, "subject.export", &viewer, detail, now)?;
            Ok(data)
        })
        .await
    }

    /// Erases what may be erased about the person; without `really` it only says what would be. `seats` are those of
    /// licences that are theirs: they are free again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn erase_subject(
        &self,
        (person, seats): ([u8; 32], Vec<(LicenceId, String)>),
        reason: String,
        really: Option<Arc<AuditKey>>,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<SubjectErased, StoreError> {
        let asked = really.is_some();
        let erased = self
            .write(Order::First, move |tx| {
                let data = gather(tx, &person, &viewer)?;
                let mut told = SubjectErased::default();
                for case in &data.cases {
                    match stays(tx, case)? {
                        Some(why) => told.kept.push((case.reference.clone(), why)),
                        None => told.erased.push(case.reference.clone()),
                    }
                }
                let lone = lone_events(tx, &person)?;
                told.events = u32::try_from(lone.len()).unwrap_or(u32::MAX);
                let Some(key) = really else {
                    told.seats = data.seats;
                    return Ok(told);
                };
                for case in data.cases.iter().filter(|case| told.erased.contains(&case.reference)) {
                    erase_case(tx, case.rowid, Why::Request, now)?;
                    erase_label(tx, case.rowid)?;
                }
                erase_events(tx, &lone)?;
                told.seats = free(tx, data.seats, &seats)?;
                tx.prepare_cached(
                    "DELETE FROM person WHERE pseudonym = ?1
                     AND NOT EXISTS (SELECT 1 FROM case_file f JOIN alert a ON a.id = f.alert
                                     WHERE f.user = person.user AND a.device = person.device)",
                )?
                .execute([person])?;
                let gone = told.erased.len() + lone.len() + told.seats.len();
                sign_count(tx, &key, None, "on request", gone, now)?;
                let (cases, kept, seats) = (told.erased.len(), told.kept.len(), told.seats.len());
                let seats = if seats == 0 { String::new() } else { format!(", {seats} seats of licences") };
                let detail = format!("{cases} cases, {} events{seats}, {kept} kept; {reason}", told.events);
                write_down(tx, "subject.erase", &viewer, detail, now)?;
                Ok(told)
            })
            .await?;
        if asked {
            self.end_erasing(now).await?;
        }
        Ok(erased)
    }
}

fn gather(tx: &Connection, person: &[u8; 32], viewer: &Viewer) -> Result<SubjectData, StoreError> {
    let sql = format!("{} WHERE {THEIRS} AND {MAY_KNOW} ORDER BY a.raised_at, a.id", row::COLUMNS);
    let values = named_params! { ":person": person, ":role": viewer.role.word(), ":sites": viewer.sites };
    let cases = tx.prepare_cached(&sql)?.query_map(values, row::read)?.collect::<Result<Vec<_>, _>>()?;
    let known = serde_json::to_string(&cases.iter().map(|case| case.rowid).collect::<Vec<_>>()).unwrap_or_default();
    let events = tx
        .prepare_cached(
            "SELECT k.occurred_at, e.category, e.severity, k.source, d.name, coalesce(a.reference, ''),
                    EXISTS (SELECT 1 FROM sealed WHERE sealed.event = e.id)
             FROM person p JOIN event e ON e.device = p.device JOIN keyword k ON k.event = e.id AND k.user = p.user
             JOIN device d ON d.id = e.device LEFT JOIN alert a ON a.id = e.alert
             WHERE p.pseudonym = :person AND (e.alert IS NULL OR e.alert IN (SELECT value FROM json_each(:known)))
               AND (:sites IS NULL OR k.site IN (SELECT value FROM json_each(:sites)))
             ORDER BY k.occurred_at, e.id",
        )?
        .query_map(named_params! { ":person": person, ":known": known, ":sites": viewer.sites }, |row| {
            Ok(SubjectEvent {
                occurred_at: moment(row.get(0)?),
                category: row.get(1)?,
                severity: row.get(2)?,
                source: row.get(3)?,
                device: row.get(4)?,
                reference: row.get(5)?,
                has_content: row.get(6)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let access = tx
        .prepare_cached(&format!(
            "SELECT audit.at, audit.actor, audit.action, audit.subject FROM audit
             WHERE audit.action IN {LOOKED} AND audit.subject IN
                 (SELECT reference FROM alert WHERE id IN (SELECT value FROM json_each(:known)))
             ORDER BY audit.n"
        ))?
        .query_map(named_params! { ":known": known }, |row| {
            Ok(SubjectAccess {
                at: moment(row.get(0)?),
                actor: row.get(1)?,
                action: row.get(2)?,
                reference: row.get(3)?,
            })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let accounts =
        tx.prepare_cached("SELECT count(*) FROM person WHERE pseudonym = ?1")?.query_row([person], |row| row.get(0))?;
    let unopened = tx
        .prepare_cached(&format!(
            "SELECT count(*) FROM alert a JOIN case_file f ON f.alert = a.id
             WHERE f.user IS NOT NULL AND {MAY_KNOW}
               AND NOT EXISTS (SELECT 1 FROM person p WHERE p.device = a.device AND p.user = f.user)"
        ))?
        .query_row(named_params! { ":role": viewer.role.word(), ":sites": viewer.sites }, |row| row.get(0))?;
    Ok(SubjectData { cases, events, access, accounts, unopened, seats: seats(tx, viewer)? })
}

/// Why a case is not erased on request; `None` for one that is.
fn stays(tx: &Transaction<'_>, case: &CaseRow) -> Result<Option<&'static str>, StoreError> {
    if case.legal_hold {
        return Ok(Some("held"));
    }
    if case.state != CaseState::Closed {
        return Ok(Some("open"));
    }
    let filed: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM receipt WHERE alert = ?1 AND filed_at IS NOT NULL)")?
        .query_row([case.rowid], |row| row.get(0))?;
    let harmless = ["false-alarm", "no-action", "lesson"].contains(&case.outcome.as_str());
    Ok(if harmless || filed { None } else { Some("safeguarding") })
}

fn lone_events(tx: &Transaction<'_>, person: &[u8; 32]) -> Result<Vec<i64>, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT e.id FROM person p JOIN event e ON e.device = p.device JOIN keyword k ON k.event = e.id AND k.user = p.user
         WHERE p.pseudonym = ?1 AND e.alert IS NULL",
    )?;
    Ok(query.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Into the audit chain, without saying about whom.
fn write_down(
    tx: &Transaction<'_>,
    action: &str,
    viewer: &Viewer,
    detail: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = Entry {
        at_ms: now.as_millisecond(),
        actor: viewer.actor.clone(),
        action: action.into(),
        subject: String::new(),
        detail,
    };
    audit::append(tx, &entry)
}
