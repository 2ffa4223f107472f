//! What people answer to an alert: that they have it, and how it ended.

use jiff::Timestamp;
use rusqlite::params;

use super::console::{AlertRow, alert_by_reference};
use super::{Order, Store, StoreError, audit};
use crate::audit::Entry;

/// What came of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is as asked; the alert as it stands now.
    Done(AlertRow),
    /// The alert was closed before; nothing was changed.
    ClosedBefore(AlertRow),
    /// There is none of that reference.
    Unheard,
}

impl Store {
    /// Marks an alert as taken. One that somebody has taken already stays theirs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn acknowledge_alert(
        &self,
        reference: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Answered, StoreError> {
        let (reference, actor, now) = (reference.to_owned(), actor.to_owned(), now.as_millisecond());
        self.write(Order::First, move |transaction| {
            let Some(alert) = alert_by_reference(transaction, &reference)? else { return Ok(Answered::Unheard) };
            match alert.state.as_str() {
                "closed" => return Ok(Answered::ClosedBefore(alert)),
                "acknowledged" => return Ok(Answered::Done(alert)),
                _ => {}
            }
            transaction
                .prepare_cached(
                    "UPDATE alert SET state = 'acknowledged', acknowledged_at = ?2, acknowledged_by = ?3 WHERE id = ?1",
                )?
                .execute(params![alert.rowid, now, actor])?;
            let entry = Entry {
                at_ms: now,
                actor,
                action: "alert.acknowledge".into(),
                subject: reference.clone(),
                detail: String::new(),
            };
            audit::append(transaction, &entry)?;
            Ok(alert_by_reference(transaction, &reference)?.map_or(Answered::Unheard, Answered::Done))
        })
        .await
    }

    /// Closes an alert with an outcome.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_alert(
        &self,
        reference: &str,
        outcome: &'static str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Answered, StoreError> {
        let (reference, actor, now) = (reference.to_owned(), actor.to_owned(), now.as_millisecond());
        self.write(Order::First, move |transaction| {
            let Some(alert) = alert_by_reference(transaction, &reference)? else { return Ok(Answered::Unheard) };
            if alert.state == "closed" {
                return Ok(Answered::ClosedBefore(alert));
            }
            transaction
                .prepare_cached(
                    "UPDATE alert SET state = 'closed', closed_at = ?2, closed_by = ?3, outcome = ?4 WHERE id = ?1",
                )?
                .execute(params![alert.rowid, now, actor, outcome])?;
            let entry = Entry {
                at_ms: now,
                actor,
                action: "alert.close".into(),
                subject: reference.clone(),
                detail: outcome.to_owned(),
            };
            audit::append(transaction, &entry)?;
            Ok(alert_by_reference(transaction, &reference)?.map_or(Answered::Unheard, Answered::Done))
        })
        .await
    }
}
