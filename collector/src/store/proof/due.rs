//! What is past its time: chosen here, by the policy of each site; erased in `purge`.

use caretaker_shared::policy::Retention;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::{Connection, params};

use super::super::StoreError;

/// Why the content of a case is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It was closed as a false alarm.
    FalseAlarm,
    /// Its export lies in the child-protection file.
    Filed,
    /// It was closed long ago.
    Closed,
    /// It is of a low level.
    Low,
    /// Nobody took it.
    Unopened,
    /// Whom it is about asked for it.
    Request,
}

impl Why {
    /// Those that are a matter of time.
    pub const BY_AGE: [Self; 5] = [Self::FalseAlarm, Self::Filed, Self::Closed, Self::Low, Self::Unopened];

    /// The stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::FalseAlarm => "false-alarm",
            Self::Filed => "filed",
            Self::Closed => "closed",
            Self::Low => "low",
            Self::Unopened => "unopened",
            Self::Request => "request",
        }
    }
}

/// Before when something that is kept for so many days was.
pub(super) fn before_days(now: Timestamp, days: u32) -> i64 {
    before_hours(now, days.saturating_mul(24))
}

pub(super) fn before_hours(now: Timestamp, hours: u32) -> i64 {
    now.checked_sub(i64::from(hours).hours()).unwrap_or(Timestamp::MIN).as_millisecond()
}

/// Cases of a site whose content is due at `now`, each with its reason: the first that holds. None that a legal hold is
/// on, none that somebody works on.
pub(super) fn cases(
    connection: &Connection,
    site: i64,
    keep: &Retention,
    now: Timestamp,
) -> Result<Vec<(i64, Why)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT a.id,
             CASE
               WHEN a.state = 'closed' AND a.outcome = 'false-alarm' AND a.closed_at <= :false_alarm THEN 'false-alarm'
               WHEN a.state = 'closed' AND EXISTS (SELECT 1 FROM receipt r WHERE r.alert = a.id
                                                   AND r.filed_at <= :filed AND r.delete_after IS NOT NULL) THEN 'filed'
               WHEN a.state = 'closed' AND a.closed_at <= :closed THEN 'closed'
               WHEN a.state <> 'acknowledged' AND a.severity <= 2 AND a.raised_at <= :low THEN 'low'
               WHEN a.state = 'new' AND a.raised_at <= :unopened
                    AND NOT EXISTS (SELECT 1 FROM case_step s WHERE s.alert = a.id AND s.step = 'opened') THEN 'unopened'
             END AS why
         FROM alert a JOIN case_file f ON f.alert = a.id
         WHERE a.site = :site AND f.legal_hold = 0 AND f.erased_at IS NULL AND why IS NOT NULL ORDER BY a.id",
    )?;
    let values = rusqlite::named_params! {
        ":site": site,
        ":false_alarm": before_hours(now, keep.false_alarm_hours),
        ":filed": before_days(now, keep.filed_days),
        ":closed": before_days(now, keep.closed_days),
        ":low": before_days(now, keep.low_days),
        ":unopened": before_days(now, keep.unopened_days),
    };
    let rows = query.query_map(values, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let read =
        |(alert, word): (i64, String)| Why::BY_AGE.into_iter().find(|why| why.word() == word).map(|why| (alert, why));
    Ok(rows.filter_map(|row| row.map(read).transpose()).collect::<Result<_, _>>()?)
}

/// Events with content that belong to no case, and are due.
pub(super) fn lone_events(
    connection: &Connection,
    site: i64,
    keep: &Retention,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT event.id FROM event JOIN keyword ON keyword.event = event.id JOIN sealed ON sealed.event = event.id
         WHERE keyword.site = ?1 AND event.alert IS NULL
           AND event.received_at <= iif(event.severity <= 2, ?2, ?3)",
    )?;
    let values = params![site, before_days(now, keep.low_days), before_days(now, keep.unopened_days)];
    Ok(query.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?)
}
