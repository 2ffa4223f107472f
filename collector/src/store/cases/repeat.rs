//! Repeats are handled more strictly (C6), and visibly: an earlier case of the same person in the same category, or
//! several earlier events, add one to the severity of a new event, and the arithmetic says so.

use caretaker_shared::lexicon::{Reason, category};
use caretaker_shared::model::{KeywordEvent, Severity};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, named_params};

use super::super::outbox::ABOUT_ALERT;
use super::super::{StoreError, moment::moment};
use crate::store::console::count;

/// How far back it counts.
pub(crate) const DAYS: i64 = 90;
/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Earlier events that weigh as much as an earlier case.
const EVENTS: u32 = 3;
/// Points of a repeat.
const POINTS: i8 = 1;
/// The category that tests the way of an alert: every one of it is news.
const DEMONSTRATION: &str = "demonstration";

/// The accounts that are known to be one person's: the one of ?1 and ?2, and those of the same pseudonym.
pub(super) const SAME_PERSON: &str = "WITH same(device, user) AS (
    SELECT :device, :user UNION
    SELECT other.device, other.user FROM person own JOIN person other ON other.pseudonym = own.pseudonym
    WHERE own.device = :device AND own.user = :user)";

/// What is known of a person in a category, of the last 90 days and before what is going on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) struct Earlier {
    /// Cases that were not false alarms.
    pub(in crate::store) cases: u32,
    /// Events, with or without a case.
    pub(in crate::store) events: u32,
}

/// Whether it only tests the way of an alert.
pub(in crate::store) fn is_demonstration(event: &KeywordEvent) -> bool {
    event.category == DEMONSTRATION
}

/// Whether events of this category are grouped by person at all.
pub(super) fn is_of_a_person(event: &KeywordEvent) -> bool {
    event.user.is_some() && !is_demonstration(event)
}

/// The event as it weighs here. Never less than the device said, never more than its category can.
pub(in crate::store) fn weigh(
    tx: &Transaction<'_>,
    device_rowid: i64,
    event: KeywordEvent,
    now: Timestamp,
) -> Result<KeywordEvent, StoreError> {
    if !is_of_a_person(&event) {
        return Ok(event);
    }
    let earlier = earlier(tx, device_rowid, &event, now)?;
    if earlier.cases == 0 && earlier.events < EVENTS {
        return Ok(event);
    }
    let most = category(&event.category).map_or(event.severity, |category| category.most).max(event.severity);
    let mut raised = event;
    let mut arithmetic = raised.arithmetic.clone();
    arithmetic.add(Reason::Repeat, POINTS);
    raised.severity = arithmetic.severity().clamp(raised.severity, most);
    raised.arithmetic = arithmetic;
    Ok(raised)
}

/// What of this person stands in the books. What is a day old at the most and still open is what goes on now, not what
/// was before.
fn earlier(
    connection: &Connection,
    device_rowid: i64,
    event: &KeywordEvent,
    now: Timestamp,
) -> Result<Earlier, StoreError> {
    let (at, user) = (now.as_millisecond(), event.user.map(|user| user.as_bytes().to_vec()));
    let values = named_params! {
        ":device": device_rowid, ":user": user, ":category": event.category,
        ":since": at - DAYS * DAY_MS, ":until": at - DAY_MS,
    };
    let cases: i64 = connection
        .prepare_cached(&format!(
            "{SAME_PERSON} SELECT count(*) FROM same JOIN case_file ON case_file.user = same.user
             JOIN alert ON alert.id = case_file.alert AND alert.device = same.device
             WHERE case_file.category = :category AND alert.raised_at >= :since
               AND (alert.raised_at < :until OR alert.state = 'closed')
               AND coalesce(alert.outcome, '') NOT IN ('false-alarm', 'lesson')"
        ))?
        .query_row(values, |row| row.get(0))?;
    let events: i64 = connection
        .prepare_cached(&format!(
            "{SAME_PERSON} SELECT count(*) FROM same JOIN keyword ON keyword.user = same.user
             JOIN event ON event.id = keyword.event AND event.device = same.device
             LEFT JOIN alert ON alert.id = event.alert
             WHERE event.category = :category AND keyword.occurred_at >= :since AND keyword.occurred_at < :until
               AND coalesce(alert.outcome, '') NOT IN ('false-alarm', 'lesson')
               AND (alert.id IS NULL OR alert.id NOT IN (SELECT alert FROM lesson))"
        ))?
        .query_row(values, |row| row.get(0))?;
    Ok(Earlier { cases: count(cases), events: count(events) })
}

/// The open case of this person in this category, of the last day, that an event may join; and when a mail that
/// tells of it, alone or in a list, was last queued. What is worth mail joins none that nobody is told of.
pub(in crate::store) fn joinable(
    tx: &Transaction<'_>,
    device_rowid: i64,
    event: &KeywordEvent,
    mailed: bool,
    now: Timestamp,
) -> Result<Option<(i64, Option<Timestamp>)>, StoreError> {
    if !is_of_a_person(event) {
        return Ok(None);
    }
    let (at, user) = (now.as_millisecond(), event.user.map(|user| user.as_bytes().to_vec()));
    let highest = event.severity == Severity::HIGHEST;
    let found = tx
        .prepare_cached(&format!(
            "{SAME_PERSON} SELECT alert.id, (
                 SELECT max(created_at) FROM outbox WHERE (outbox.alert = alert.id AND {ABOUT_ALERT})
                 OR outbox.id IN (SELECT outbox FROM outbox_item WHERE outbox_item.alert = alert.id)) AS told
             FROM same JOIN case_file ON case_file.user = same.user
             JOIN alert ON alert.id = case_file.alert AND alert.device = same.device
             WHERE case_file.category = :category AND alert.severity >= :severity
               AND alert.raised_at BETWEEN :since AND :now
               AND (alert.state = 'new' OR (alert.state = 'acknowledged' AND NOT :highest))
               AND (NOT :mailed OR EXISTS (SELECT 1 FROM ladder WHERE ladder.alert = alert.id))
             ORDER BY alert.raised_at DESC, alert.id DESC LIMIT 1"
        ))?
        .query_row(
            named_params! {
                ":device": device_rowid, ":user": user, ":category": event.category,
                ":severity": event.severity.level(), ":since": at - DAY_MS, ":now": at,
                ":highest": highest, ":mailed": mailed,
            },
            |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(moment))),
        )
        .optional()?;
    Ok(found)
}
