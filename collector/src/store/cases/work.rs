//! What people do with a case. Each step is checked, done, and written to its history and to the audit chain in one
//! transaction; none of them writes a person's words anywhere but sealed into the history.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::super::{Order, Store, StoreError, audit, canary};
use super::row::{self, CaseRow, CaseState};
use super::step::{NewStep, StepKind, Words};
use super::viewer::Viewer;
use crate::audit::Entry;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// It is as asked; the case as it stands now.
    Done(CaseRow),
    /// The case stands so that it cannot be done; nothing was changed.
    Cannot(CaseRow),
    /// There is none of that reference, as far as this viewer may know.
    Unheard(String),
}

/// Why two cases belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkWhy {
    /// They are about one person.
    SamePerson,
    /// They are about one incident.
    SameIncident,
}

impl LinkWhy {
    /// All.
    pub const ALL: [Self; 2] = [Self::SamePerson, Self::SameIncident];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SamePerson => "same-person",
            Self::SameIncident => "same-incident",
        }
    }
}

/// One step on one case.
pub(super) struct Scene<'a> {
    pub(super) tx: &'a Transaction<'a>,
    pub(super) case: &'a CaseRow,
    pub(super) viewer: &'a Viewer,
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    /// Notes a step in the history and in the audit chain.
    pub(super) fn note(
        &self,
        kind: StepKind,
        action: &str,
        detail: &str,
        words: Option<&Words>,
    ) -> Result<(), StoreError> {
        let step = NewStep { alert: self.case.rowid, actor: &self.viewer.actor, kind, detail, words, now: self.now };
        step.append(self.tx)?;
        self.audit(action, detail)
    }

    /// Writes to the audit chain alone.
    pub(super) fn audit(&self, action: &str, detail: &str) -> Result<(), StoreError> {
        let entry = Entry {
            at_ms: self.now.as_millisecond(),
            actor: self.viewer.actor.clone(),
            action: action.into(),
            subject: self.case.reference.clone(),
            detail: detail.into(),
        };
        audit::append(self.tx, &entry)
    }

    fn at(&self) -> i64 {
        self.now.as_millisecond()
    }

    fn take(&self) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE alert SET state = 'acknowledged', acknowledged_at = ?2, acknowledged_by = ?3 WHERE id = ?1",
            )?
            .execute(params![self.case.rowid, self.at(), self.viewer.actor])?;
        self.tx
            .prepare_cached(
                "UPDATE case_file SET seen_at = coalesce(seen_at, ?2), seen_by = coalesce(seen_by, ?3),
                     assigned_to = coalesce(assigned_to, ?3) WHERE alert = ?1",
            )?
            .execute(params![self.case.rowid, self.at(), self.viewer.actor])?;
        self.note(StepKind::Acknowledged, "case.acknowledge", "", None)?;
        // A test has served its end once somebody has answered it.
        if canary::acknowledged(self.tx, self.case.rowid, self.now)? {
            self.note(StepKind::Closed, "case.close", "test", None)?;
        }
        Ok(())
    }
}

impl Store {
    /// Takes a case. One that somebody has taken already stays theirs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acknowledge_case(
        &self,
        reference: &str,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, |scene| match scene.case.state {
            CaseState::New | CaseState::Seen => scene.take().map(|()| true),
            CaseState::Acting => Ok(true),
            CaseState::Closed => Ok(false),
        })
        .await
    }

    /// Gives an open case to somebody, by the name that operators have.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn assign_case(
        &self,
        reference: &str,
        to: String,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, move |scene| {
            if scene.case.state == CaseState::Closed {
                return Ok(false);
            }
            let mut update = scene.tx.prepare_cached("UPDATE case_file SET assigned_to = ?2 WHERE alert = ?1")?;
            update.execute(params![scene.case.rowid, to])?;
            scene.note(StepKind::Assigned, "case.assign", &to, None).map(|()| true)
        })
        .await
    }

    /// Adds words to a case, closed or not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_on_case(
        &self,
        reference: &str,
        words: Words,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, move |scene| {
            scene.note(StepKind::Noted, "case.note", "", Some(&words)).map(|()| true)
        })
        .await
    }

    /// Closes a case with an outcome and the reason for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_case(
        &self,
        reference: &str,
        outcome: &'static str,
        reason: Words,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, move |scene| {
            if scene.case.state == CaseState::Closed {
                return Ok(false);
            }
            scene
                .tx
                .prepare_cached(
                    "UPDATE alert SET state = 'closed', closed_at = ?2, closed_by = ?3, outcome = ?4 WHERE id = ?1",
                )?
                .execute(params![scene.case.rowid, scene.at(), scene.viewer.actor, outcome])?;
            scene.note(StepKind::Closed, "case.close", outcome, Some(&reason)).map(|()| true)
        })
        .await
    }

    /// Opens a closed case anew; whoever does has it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reopen_case(
        &self,
        reference: &str,
        reason: Words,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, move |scene| {
            if scene.case.state != CaseState::Closed {
                return Ok(false);
            }
            scene
                .tx
                .prepare_cached(
                    "UPDATE alert SET state = 'acknowledged', closed_at = NULL, closed_by = NULL, outcome = NULL,
                         acknowledged_at = ?2, acknowledged_by = ?3 WHERE id = ?1",
                )?
                .execute(params![scene.case.rowid, scene.at(), scene.viewer.actor])?;
            scene
                .tx
                .prepare_cached(
                    "UPDATE case_file SET assigned_to = ?3, seen_at = coalesce(seen_at, ?2),
                         seen_by = coalesce(seen_by, ?3) WHERE alert = ?1",
                )?
                .execute(params![scene.case.rowid, scene.at(), scene.viewer.actor])?;
            // What is worked on again does not go by the age of an old receipt.
            scene
                .tx
                .prepare_cached("UPDATE receipt SET delete_after = NULL WHERE alert = ?1")?
                .execute([scene.case.rowid])?;
            scene.note(StepKind::Reopened, "case.reopen", "", Some(&reason)).map(|()| true)
        })
        .await
    }

    /// Links two cases that belong together.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn link_cases(
        &self,
        reference: &str,
        other: &str,
        why: LinkWhy,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        let (reference, other) = (reference.to_owned(), other.to_owned());
        self.write(Order::First, move |tx| {
            let Some(case) = row::by_reference(tx, &reference, &viewer)? else {
                return Ok(Worked::Unheard(reference));
            };
            let Some(with) = row::by_reference(tx, &other, &viewer)? else { return Ok(Worked::Unheard(other)) };
            if case.rowid == with.rowid {
                return Ok(Worked::Cannot(case));
            }
            let (first, second) = (case.rowid.min(with.rowid), case.rowid.max(with.rowid));
            let fresh = tx
                .prepare_cached("INSERT INTO case_link (alert, other, why) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
                .execute(params![first, second, why.word()])?;
            if fresh > 0 {
                for (own, far) in [(&case, &with), (&with, &case)] {
                    let scene = Scene { tx, case: own, viewer: &viewer, now };
                    scene.note(StepKind::Linked, "case.link", &far.reference, None)?;
                }
            }
            Ok(Worked::Done(case))
        })
        .await
    }

    /// Does a step on a case that the viewer may know of; the step says whether the case stood so that it could.
    pub(super) async fn work(
        &self,
        reference: &str,
        viewer: Viewer,
        now: Timestamp,
        step: impl FnOnce(&Scene<'_>) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<Worked, StoreError> {
        let reference = reference.to_owned();
        self.write(Order::First, move |tx| {
            let Some(case) = row::by_reference(tx, &reference, &viewer)? else {
                return Ok(Worked::Unheard(reference));
            };
            if !step(&Scene { tx, case: &case, viewer: &viewer, now })? {
                return Ok(Worked::Cannot(case));
            }
            Ok(Worked::Done(row::by_reference(tx, &reference, &viewer)?.unwrap_or(case)))
        })
        .await
    }
}
