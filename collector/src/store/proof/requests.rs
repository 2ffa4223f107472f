//! The register of what people ask about their data (D6, E10): received, due, answered.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::super::{Order, Store, StoreError, audit};
use crate::audit::Entry;

/// What somebody may ask for.
pub const KINDS: [&str; 5] = ["access", "erasure", "correction", "restriction", "objection"];
/// How a request may end.
pub const OUTCOMES: [&str; 4] = ["answered", "answered-in-part", "refused", "withdrawn"];
/// Months for an answer, and with the two that a difficult one may take.
const MONTHS: i64 = 1;
const MONTHS_EXTENDED: i64 = 3;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// "R26-0003".
    pub reference: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// When it came.
    pub received_on: Date,
    /// When the answer is due.
    pub due_on: Date,
    /// In the school's own words, without a name.
    pub note: String,
    /// Who entered it.
    pub added_by: String,
    /// Why it was extended; empty when it was not.
    pub extended_why: String,
    /// When it was closed.
    pub closed_on: Option<Date>,
    /// By whom; empty while it is open.
    pub closed_by: String,
    /// One of [`OUTCOMES`]; empty while it is open.
    pub outcome: String,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// It stands as asked.
    Done(RequestRow),
    /// It was closed or extended before: nothing was changed.
    Cannot(RequestRow),
    /// There is none of that reference.
    Unknown,
}

/// When an answer is due to what was received on a day: the same day so many months later, or the last of a month that
/// has no such day; the next Monday when that is a weekend (UK GDPR Article 12(3), as the ICO counts). School holidays
/// stop no clock.
#[must_use]
pub fn due(received: Date, extended: bool) -> Date {
    let months = if extended { MONTHS_EXTENDED } else { MONTHS };
    let day = received.checked_add(months.months()).unwrap_or(Date::MAX);
    let later = match day.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => 0,
    };
    day.checked_add(later.days()).unwrap_or(Date::MAX)
}

impl Store {
    /// Enters a request.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_request(
        &self,
        kind: &'static str,
        received_on: Date,
        note: String,
        actor: String,
        now: Timestamp,
    ) -> Result<RequestRow, StoreError> {
        self.write(Order::First, move |tx| {
            let year = received_on.year().rem_euclid(100);
            let before: i64 = tx
                .prepare_cached("SELECT count(*) FROM data_request WHERE substr(reference, 2, 2) = ?1")?
                .query_row([format!("{year:02}")], |row| row.get(0))?;
            let reference = format!("R{year:02}-{:04}", before + 1);
            tx.prepare_cached(
                "INSERT INTO data_request (reference, kind, received_on, due_on, note, added_at, added_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                reference,
                kind,
                received_on.to_string(),
                due(received_on, false).to_string(),
                note,
                now.as_millisecond(),
                actor
            ])?;
            write_down(tx, "request.add", &reference, &actor, kind, now)?;
            find(tx, &reference)?.ok_or(StoreError::Stumbled)
        })
        .await
    }

    /// Requests, what is due first; closed ones too when asked for.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list_requests(&self, closed_too: bool) -> Result<Vec<RequestRow>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!(
                "{COLUMNS} WHERE ?1 OR closed_on IS NULL ORDER BY closed_on IS NOT NULL, due_on, id LIMIT 1000"
            ))?;
            Ok(query.query_map([closed_too], read)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Requests that are open, and those of them whose day has passed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_requests(&self, today: Date) -> Result<(u32, u32), StoreError> {
        self.read(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(due_on < ?1), 0) FROM data_request WHERE closed_on IS NULL",
                )?
                .query_row([today.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })
        .await
    }

    /// Gives an answer two more months; once, for a reason that the asker is told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn extend_request(
        &self,
        reference: String,
        why: String,
        actor: String,
        now: Timestamp,
    ) -> Result<Registered, StoreError> {
        self.write(Order::First, move |tx| {
            let Some(request) = find(tx, &reference)? else { return Ok(Registered::Unknown) };
            if request.closed_on.is_some() || !request.extended_why.is_empty() {
                return Ok(Registered::Cannot(request));
            }
            tx.prepare_cached(
                "UPDATE data_request SET due_on = ?2, extended_on = ?3, extended_by = ?4, extended_why = ?5
                 WHERE reference = ?1",
            )?
            .execute(params![
                reference,
                due(request.received_on, true).to_string(),
                now.to_string(),
                actor,
                why
            ])?;
            write_down(tx, "request.extend", &reference, &actor, &why, now)?;
            Ok(find(tx, &reference)?.map_or(Registered::Unknown, Registered::Done))
        })
        .await
    }

    /// Closes a request.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_request(
        &self,
        reference: String,
        outcome: &'static str,
        today: Date,
        actor: String,
        now: Timestamp,
    ) -> Result<Registered, StoreError> {
        self.write(Order::First, move |tx| {
            let Some(request) = find(tx, &reference)? else { return Ok(Registered::Unknown) };
            if request.closed_on.is_some() {
                return Ok(Registered::Cannot(request));
            }
            tx.prepare_cached(
                "UPDATE data_request SET closed_on = ?2, closed_by = ?3, outcome = ?4 WHERE reference = ?1",
            )?
            .execute(params![reference, today.to_string(), actor, outcome])?;
            write_down(tx, "request.close", &reference, &actor, outcome, now)?;
            Ok(find(tx, &reference)?.map_or(Registered::Unknown, Registered::Done))
        })
        .await
    }
}

const COLUMNS: &str =
    "SELECT reference, kind, received_on, due_on, note, added_by, coalesce(extended_why, ''), closed_on,
    coalesce(closed_by, ''), coalesce(outcome, '') FROM data_request";

fn find(connection: &Connection, reference: &str) -> Result<Option<RequestRow>, StoreError> {
    let sql = format!("{COLUMNS} WHERE reference = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([reference], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    // What is no day was never written by us; it reads as long overdue.
    let day = |text: String| text.parse().unwrap_or(Date::MIN);
    Ok(RequestRow {
        reference: row.get(0)?,
        kind: row.get(1)?,
        received_on: day(row.get(2)?),
        due_on: day(row.get(3)?),
        note: row.get(4)?,
        added_by: row.get(5)?,
        extended_why: row.get(6)?,
        closed_on: row.get::<_, Option<String>>(7)?.map(day),
        closed_by: row.get(8)?,
        outcome: row.get(9)?,
    })
}

fn write_down(
    tx: &Transaction<'_>,
    action: &str,
    subject: &str,
    actor: &str,
    detail: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = Entry {
        at_ms: now.as_millisecond(),
        actor: actor.into(),
        action: action.into(),
        subject: subject.into(),
        detail: detail.into(),
    };
    audit::append(tx, &entry)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::super::sample::store;
    use super::{Registered, due};
    use crate::rules::sample;

    #[test]
    fn an_answer_is_due_after_a_calendar_month_and_never_on_a_weekend() {
        for (received, extended, expected) in [
            (date(2026, 11, 3), false, date(2026, 12, 3)),
            // 31 January has no day of the same number; 28 February 2027 is a Sunday.
            (date(2027, 1, 31), false, date(2027, 3, 1)),
            (date(2026, 11, 5), false, date(2026, 12, 7)),
            (date(2026, 11, 3), true, date(2027, 2, 3)),
            // The summer holidays stop no clock.
            (date(2026, 7, 20), false, date(2026, 8, 20)),
        ] {
            assert_eq!(due(received, extended), expected, "{received}");
        }
    }

    #[tokio::test]
    async fn a_request_is_entered_extended_once_and_closed_once() {
        let sample = store().await;
        let (now, today) = (sample::now(), date(2026, 12, 4));
        let actor = || "Anna Example (safeguarding lead)".to_owned();
        let added = sample.store.add_request("access", date(2026, 11, 3), "office book 4".into(), actor(), now).await;
        let added = added.expect("is entered");
        assert_eq!((added.reference.as_str(), added.due_on), ("R26-0001", date(2026, 12, 3)));
        assert_eq!(sample.store.count_requests(today).await.expect("counts"), (1, 1));

        let extend = async || {
            sample.store.extend_request("R26-0001".into(), "many records".into(), actor(), now).await.expect("asks")
        };
        assert!(matches!(extend().await, Registered::Done(request) if request.due_on == date(2027, 2, 3)));
        assert!(matches!(extend().await, Registered::Cannot(_)));
        assert_eq!(sample.store.count_requests(today).await.expect("counts"), (1, 0));

        let close = async |reference: &str| {
            sample.store.close_request(reference.into(), "answered", today, actor(), now).await.expect("asks")
        };
        assert!(matches!(close("R26-0001").await, Registered::Done(_)));
        assert!(matches!(close("R26-0001").await, Registered::Cannot(_)));
        assert_eq!(close("R26-0009").await, Registered::Unknown);
        assert_eq!(sample.store.list_requests(false).await.expect("lists").len(), 0);
        assert_eq!(sample.store.list_requests(true).await.expect("lists").len(), 1);
    }
}
