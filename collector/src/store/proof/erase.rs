//! Erasing: rows go, and with them everything that opened what they held.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::super::StoreError;
use super::super::cases::ERASED;
use super::due::Why;

/// Erases the content of a case: what was sealed, its keys, the halves of openings, and what people wrote. What was
/// written when it was closed stays for the incident log as long as the case's label does, but for a false alarm.
pub(in crate::store) fn case_content(
    tx: &Transaction<'_>,
    alert: i64,
    why: Why,
    now: Timestamp,
) -> Result<(), StoreError> {
    let events = tx
        .prepare_cached("SELECT id FROM event WHERE alert = ?1")?
        .query_map([alert], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    events.into_iter().try_for_each(|event| event_content(tx, event))?;
    let keeps_reason = !matches!(why, Why::FalseAlarm | Why::Request);
    tx.prepare_cached(
        "UPDATE case_step SET words = NULL, form = NULL WHERE alert = ?1 AND NOT (step = 'closed' AND ?2)",
    )?
    .execute(params![alert, keeps_reason])?;
    tx.prepare_cached("UPDATE case_file SET erased_at = ?2, erased_why = ?3 WHERE alert = ?1")?.execute(params![
        alert,
        now.as_millisecond(),
        why.word()
    ])?;
    Ok(())
}

/// Erases the content of one event.
pub(super) fn event_content(tx: &Transaction<'_>, event: i64) -> Result<(), StoreError> {
    for table in ["wrap", "sealed", "opening_half"] {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE event = ?1"))?.execute([event])?;
    }
    tx.prepare_cached("UPDATE keyword SET unsealed = ?2 WHERE event = ?1 AND unsealed IS NULL")?
        .execute(params![event, ERASED])?;
    Ok(())
}

/// Erases what remained of events of a site without their content: those of no case, and of cases whose content went
/// before then.
pub(super) fn labels(tx: &Transaction<'_>, site: i64, before: i64) -> Result<usize, StoreError> {
    let cases = tx
        .prepare_cached(
            "SELECT a.id FROM alert a JOIN case_file f ON f.alert = a.id
             WHERE a.site = ?1 AND f.legal_hold = 0 AND f.erased_at <= ?2 AND a.state <> 'acknowledged'
               AND (f.user IS NOT NULL OR EXISTS (SELECT 1 FROM event WHERE event.alert = a.id))",
        )?
        .query_map(params![site, before], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    let mut erased = 0;
    for alert in cases {
        erased += label(tx, alert)?;
    }
    let lone = tx
        .prepare_cached(
            "SELECT event.id FROM event JOIN keyword ON keyword.event = event.id
             WHERE keyword.site = ?1 AND event.alert IS NULL AND event.received_at <= ?2
               AND NOT EXISTS (SELECT 1 FROM sealed WHERE sealed.event = event.id)",
        )?
        .query_map(params![site, before], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    erased += lone.len();
    lone.into_iter().try_for_each(|event| keyword_event(tx, event))?;
    tx.prepare_cached(
        "DELETE FROM person WHERE NOT EXISTS (SELECT 1 FROM keyword WHERE keyword.user = person.user)
                              AND NOT EXISTS (SELECT 1 FROM case_file WHERE case_file.user = person.user)",
    )?
    .execute([])?;
    Ok(erased)
}

/// Erases what ties an erased case to anybody; its number, its dates and its outcome stay. Says how many events went.
pub(in crate::store) fn label(tx: &Transaction<'_>, alert: i64) -> Result<usize, StoreError> {
    let events = tx
        .prepare_cached("SELECT event.id FROM event JOIN keyword ON keyword.event = event.id WHERE event.alert = ?1")?
        .query_map([alert], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    let erased = events.len();
    events.into_iter().try_for_each(|event| keyword_event(tx, event))?;
    tx.prepare_cached("UPDATE case_file SET user = NULL WHERE alert = ?1")?.execute([alert])?;
    tx.prepare_cached("UPDATE case_step SET words = NULL, form = NULL WHERE alert = ?1")?.execute([alert])?;
    Ok(erased)
}

/// Erases events that belong to no case.
pub(in crate::store) fn events_of_nobody(tx: &Transaction<'_>, events: &[i64]) -> Result<(), StoreError> {
    events.iter().try_for_each(|event| keyword_event(tx, *event))
}

fn keyword_event(tx: &Transaction<'_>, event: i64) -> Result<(), StoreError> {
    event_content(tx, event)?;
    tx.prepare_cached("DELETE FROM keyword WHERE event = ?1")?.execute([event])?;
    tx.prepare_cached("DELETE FROM event WHERE id = ?1")?.execute([event])?;
    Ok(())
}
