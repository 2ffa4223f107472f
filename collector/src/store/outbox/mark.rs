//! What became of a mail.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{ABOUT_ALERT, channels, queue_webhook};
use crate::delivery::ladder;
use crate::store::moment::moment;
use crate::store::{Order, Store, StoreError};

/// Which way a mail took, and what is wrong with a way that was tried before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// "mail", "second", "webhook".
    pub name: &'static str,
    /// The way that was tried first and did not work, and why.
    pub instead_of: Option<(&'static str, String)>,
}

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Number of the try.
    pub attempt: u32,
    /// Why.
    pub error: String,
    /// When it is tried again; `None` for never.
    pub next: Option<Timestamp>,
    /// Ways that do not work, whoever is to be reached, and why.
    pub ways: Vec<(&'static str, String)>,
    /// Whether the webhook is to tell of it, when nobody was reached.
    pub outside: bool,
}

impl Store {
    /// Ends every lease. Only for the moment before the first loop starts: a folder has one collector, so whoever holds a
    /// lease then ended with an earlier run, and an alert must not wait for it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_mail_leases(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            tx.prepare_cached("UPDATE outbox SET leased_until = ?1 WHERE state = 'sending'")?
                .execute([now.as_millisecond()])?;
            Ok(())
        })
        .await
    }

    /// Notes that a mail server (or folder, or the webhook) has taken a mail.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_sent(&self, id: i64, way: Way, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            tx.prepare_cached(
                "UPDATE outbox SET state = 'sent', sent_at = ?2, leased_until = NULL, last_error = ''
                 WHERE id = ?1 AND state <> 'sent'",
            )?
            .execute([id, now.as_millisecond()])?;
            if let Some((name, error)) = &way.instead_of {
                channels::failed(tx, name, error, now)?;
            }
            channels::worked(tx, way.name, now)
        })
        .await
    }

    /// Notes that a try failed. The mail waits for the next, or has failed for good without one; when that leaves nobody
    /// who has heard of the alert, the next rung of its ladder is told at once.
    ///
    /// A sender whose lease has ended meanwhile changes nothing of the row: it is another's.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mail_not_sent(&self, id: i64, failed: Failed, now: Timestamp) -> Result<(), StoreError> {
        self.write(Order::First, move |tx| {
            for (name, error) in &failed.ways {
                channels::failed(tx, name, error, now)?;
            }
            let state = if failed.next.is_some() { "waiting" } else { "failed" };
            let changed = tx
                .prepare_cached(
                    "UPDATE outbox SET state = ?3, last_error = ?4, leased_until = NULL, next_at = coalesce(?5, next_at)
                     WHERE id = ?1 AND attempts = ?2 AND state = 'sending'",
                )?
                .execute(params![
                    id,
                    failed.attempt,
                    state,
                    failed.error,
                    failed.next.map(Timestamp::as_millisecond)
                ])?;
            if changed == 0 { Ok(()) } else { pass_on(tx, id, &failed, now) }
        })
        .await
    }

    /// When the next mail is due: a waiting one, or one whose lease ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_mail_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            let due: Option<i64> = connection
                .prepare_cached(
                    "SELECT min(at) FROM (SELECT min(next_at) AS at FROM outbox WHERE state = 'waiting'
                     UNION ALL SELECT min(leased_until) FROM outbox WHERE state = 'sending')",
                )?
                .query_row([], |row| row.get(0))
                .optional()?
                .flatten();
            Ok(due.map(moment))
        })
        .await
    }
}

/// What follows when a mail about a child did not go out.
fn pass_on(tx: &Transaction<'_>, id: i64, failed: &Failed, now: Timestamp) -> Result<(), StoreError> {
    let about: Option<(i64, String, u8, u32)> = tx
        .prepare_cached(&format!(
            "SELECT alert.id, alert.reference, ladder.level, ladder.step
             FROM outbox JOIN alert ON alert.id = outbox.alert JOIN ladder ON ladder.alert = alert.id
             WHERE outbox.id = ?1 AND {ABOUT_ALERT} AND alert.state = 'new'"
        ))?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((alert, reference, level, step)) = about else { return Ok(()) };
    let has = |states: &str| -> Result<bool, StoreError> {
        let sql =
            format!("SELECT EXISTS (SELECT 1 FROM outbox WHERE alert = ?1 AND {ABOUT_ALERT} AND state IN ({states}))");
        Ok(tx.prepare_cached(&sql)?.query_row([alert], |row| row.get(0))?)
    };
    if !has("'sent', 'sending', 'waiting'")? {
        tx.prepare_cached("UPDATE ladder SET step = ?2, next_at = ?3 WHERE alert = ?1 AND next_at IS NOT NULL")?
            .execute(params![alert, ladder::hurried(level, step), now.as_millisecond()])?;
    }
    if failed.outside && level >= ladder::SERIOUS && !has("'sent'")? {
        queue_webhook(tx, alert, &reference, now)?;
    }
    Ok(())
}
