//! Whose a case is, across devices: those who open it know, and say so by a pseudonym that only they can make.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::super::{Order, Store, StoreError};
use super::history::{self, EarlierRow};
use super::row;
use super::viewer::Viewer;

impl Store {
    /// Notes which pseudonym the account behind an event of a case has, and tells of earlier cases of that person.
    /// `None` when there is no such case or event, or the event is of nobody in particular.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn name_person(
        &self,
        reference: &str,
        event: i64,
        pseudonym: [u8; 32],
        viewer: Viewer,
        now: Timestamp,
    ) -> Result<Option<Vec<EarlierRow>>, StoreError> {
        let reference = reference.to_owned();
        self.write(Order::First, move |tx| {
            let Some(case) = row::by_reference(tx, &reference, &viewer)? else { return Ok(None) };
            let account: Option<(i64, Vec<u8>)> = tx
                .prepare_cached(
                    "SELECT event.device, keyword.user FROM event JOIN keyword ON keyword.event = event.id
                     WHERE event.id = ?1 AND event.alert = ?2 AND keyword.user IS NOT NULL",
                )?
                .query_row([event, case.rowid], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((device, user)) = account else { return Ok(None) };
            tx.prepare_cached(
                "INSERT INTO person (device, user, pseudonym, said_at, said_by) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET pseudonym = excluded.pseudonym, said_at = excluded.said_at,
                     said_by = excluded.said_by WHERE pseudonym <> excluded.pseudonym",
            )?
            .execute(params![device, user, pseudonym, now.as_millisecond(), viewer.actor])?;
            history::before(tx, &case, &viewer).map(Some)
        })
        .await
    }
}
