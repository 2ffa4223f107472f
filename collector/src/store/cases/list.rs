//! Cases, listed and looked up.

use caretaker_shared::policy::NameForm;
use jiff::Timestamp;
use rusqlite::named_params;

use super::super::console::CauseRow;
use super::super::keywords;
use super::super::{Order, Store, StoreError};
use super::evidence;
use super::history::{self, EarlierRow};
use super::precision::{self, RulePrecision};
use super::row::{self, CaseRow, CaseState};
use super::step::{self, NewStep, StepKind, StepRow};
use super::viewer::{MAY_KNOW, Viewer};

/// Which cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// In this state; all that are not closed without one.
    pub state: Option<CaseState>,
    /// Closed ones too.
    pub closed_too: bool,
    /// Of this level or above.
    pub least: u32,
    /// Of this site; empty for all.
    pub site: String,
    /// Only what the viewer has.
    pub mine: bool,
}

/// Where a list goes on: time in milliseconds and number of the last one.
pub type CaseKey = (i64, i64);

/// Everything about one case that needs no key to read.
#[derive(Debug, Clone)]
pub struct CaseCard {
    /// The case.
    pub case: CaseRow,
    /// How its level came about.
    pub causes: Vec<CauseRow>,
    /// What people did with it.
    pub steps: Vec<StepRow>,
    /// Earlier cases of the same person.
    pub earlier: Vec<EarlierRow>,
    /// Cases that it is linked with: reference, and why.
    pub linked: Vec<(String, String)>,
    /// How often the rules behind it were right, in cases that are closed.
    pub precision: Vec<RulePrecision>,
    /// How the account that it is about is shown once it was opened.
    pub names: NameForm,
}

impl Store {
    /// Up to `limit` cases after `after` that the viewer may know of, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_cases(
        &self,
        filter: CaseFilter,
        viewer: Viewer,
        after: Option<CaseKey>,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreError> {
        self.read(move |connection| {
            let (raised_at, rowid) = after.unwrap_or((i64::MAX, i64::MAX));
            let columns = row::COLUMNS;
            // A state is made of two columns, as `CaseState` says.
            let sql = format!(
                "{columns} WHERE {MAY_KNOW} AND (a.raised_at, a.id) < (:raised_at, :rowid) AND a.severity >= :least
                   AND (:site = '' OR s.name = :site COLLATE NOCASE)
                   AND (NOT :mine OR f.assigned_to = :actor)
                   AND CASE :state WHEN 'new' THEN a.state = 'new' AND f.seen_at IS NULL
                                   WHEN 'seen' THEN a.state = 'new' AND f.seen_at IS NOT NULL
                                   WHEN 'acting' THEN a.state = 'acknowledged'
                                   WHEN 'closed' THEN a.state = 'closed'
                                   ELSE :closed OR a.state <> 'closed' END
                 ORDER BY a.raised_at DESC, a.id DESC LIMIT :limit"
            );
            let values = named_params! {
                ":role": viewer.role.word(),
                ":sites": viewer.sites,
                ":raised_at": raised_at,
                ":rowid": rowid,
                ":least": filter.least,
                ":site": filter.site,
                ":mine": filter.mine,
                ":actor": viewer.actor,
                ":state": filter.state.map(CaseState::word),
                ":closed": filter.closed_too,
                ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
            };
            let mut query = connection.prepare_cached(&sql)?;
            let rows = query.query_map(values, row::read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Whether somebody may know of a case.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn knows_case(&self, reference: &str, viewer: Viewer) -> Result<bool, StoreError> {
        let reference = reference.to_owned();
        self.read(move |connection| Ok(row::by_reference(connection, &reference, &viewer)?.is_some())).await
    }

    /// One case. Whoever looks first is noted as having seen it; `None` when there is none that the viewer may know of.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn show_case(
        &self,
        reference: &str,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Option<CaseCard>, StoreError> {
        let reference = reference.to_owned();
        let policies = self.policies.clone();
        self.write(Order::First, move |tx| {
            let Some(case) = row::by_reference(tx, &reference, &viewer)? else { return Ok(None) };
            if case.state == CaseState::New {
                see(tx, case.rowid, &viewer, now)?;
            }
            let case = row::by_reference(tx, &reference, &viewer)?.unwrap_or(case);
            Ok(Some(CaseCard {
                causes: keywords::causes(tx, case.rowid)?,
                steps: step::of_case(tx, case.rowid)?,
                earlier: history::before(tx, &case, &viewer)?,
                linked: history::linked(tx, case.rowid, &viewer)?,
                precision: precision::of_case(tx, case.rowid)?,
                names: evidence::names(tx, &policies, &case)?,
                case,
            }))
        })
        .await
    }
}

fn see(tx: &rusqlite::Transaction<'_>, alert: i64, viewer: &Viewer, now: Timestamp) -> Result<(), StoreError> {
    tx.prepare_cached("UPDATE case_file SET seen_at = ?2, seen_by = ?3 WHERE alert = ?1")?
        .execute(rusqlite::params![alert, now.as_millisecond(), viewer.actor])?;
    let step = NewStep { alert, actor: &viewer.actor, kind: StepKind::Seen, detail: "", words: None, now };
    step.append(tx)
}
