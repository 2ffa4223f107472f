//! The legal hold of a case: nothing of it is erased by age. One person sets it, two lift it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::super::{Order, Store, StoreError};
use super::row::{self, CaseRow};
use super::viewer::Viewer;
use super::work::{Scene, Worked};

/// How long somebody's wish to lift a hold waits for the second person: two weeks.
const WAITS_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// What came of lifting a hold.
#[expect(clippy::large_enum_variant, reason = "one is made for a call, and passed on at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifted {
    /// It is lifted.
    Done(CaseRow),
    /// A second person has to say so too.
    Waits(CaseRow),
    /// There was none.
    None(CaseRow),
    /// There is no such case, as far as this viewer may know.
    Unheard(String),
}

impl Store {
    /// Puts a case under a legal hold.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_case(
        &self,
        reference: &str,
        reason: String,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Worked, StoreError> {
        self.work(reference, viewer, now, move |scene| {
            scene.set_hold(true)?;
            scene.audit("case.hold", &reason).map(|()| true)
        })
        .await
    }

    /// Lifts a legal hold when somebody else has asked for it already; else asks.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn release_hold(
        &self,
        reference: &str,
        reason: String,
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Lifted, StoreError> {
        let reference = reference.to_owned();
        self.write(Order::First, move |tx| {
            let Some(case) = row::by_reference(tx, &reference, &viewer)? else {
                return Ok(Lifted::Unheard(reference));
            };
            if !case.legal_hold {
                return Ok(Lifted::None(case));
            }
            let scene = Scene { tx, case: &case, viewer: &viewer, now };
            let Some(asked_by) = scene.asked_by_another()? else {
                scene.ask_release(&reason)?;
                scene.audit("case.hold-ask", &reason)?;
                return Ok(Lifted::Waits(case));
            };
            scene.set_hold(false)?;
            scene.audit("case.hold-release", &format!("with {asked_by}; {reason}"))?;
            Ok(Lifted::Done(CaseRow { legal_hold: false, ..case }))
        })
        .await
    }
}

impl Scene<'_> {
    fn set_hold(&self, held: bool) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE case_file SET legal_hold = ?2 WHERE alert = ?1")?
            .execute(params![self.case.rowid, held])?;
        self.tx.prepare_cached("DELETE FROM hold_release WHERE alert = ?1")?.execute([self.case.rowid])?;
        // What was filed while it was held goes by the age of its receipt from now on.
        self.tx
            .prepare_cached(
                "UPDATE receipt SET delete_after = iif(?3, NULL, ?2) WHERE alert = ?1 AND filed_at IS NOT NULL",
            )?
            .execute(params![self.case.rowid, self.now.as_millisecond(), held])?;
        Ok(())
    }

    fn asked_by_another(&self) -> Result<Option<String>, StoreError> {
        Ok(self
            .tx
            .prepare_cached("SELECT asked_by FROM hold_release WHERE alert = ?1 AND asker <> ?2 AND asked_at > ?3")?
            .query_row(params![self.case.rowid, self.viewer.id, self.now.as_millisecond() - WAITS_MS], |row| row.get(0))
            .optional()?)
    }

    fn ask_release(&self, reason: &str) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO hold_release (alert, asker, asked_by, asked_at, reason) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET asker = excluded.asker, asked_by = excluded.asked_by,
                     asked_at = excluded.asked_at, reason = excluded.reason",
            )?
            .execute(params![self.case.rowid, self.viewer.id, self.viewer.actor, self.now.as_millisecond(), reason])?;
        Ok(())
    }
}
