//! What a keyword event says beyond what all events say.

use rusqlite::{Transaction, params};

use super::StoreError;
use super::alerts::Met;

/// Keeps it, in the transaction of the event.
pub(super) fn keep(tx: &Transaction<'_>, met: &Met<'_>) -> Result<(), StoreError> {
    let event = met.event;
    let part = |part: &caretaker_shared::lexicon::Part| format!("{} {}", part.reason.word(), part.points);
    let score: Vec<String> = event.arithmetic.parts().iter().map(part).collect();
    tx.prepare_cached(
        "INSERT INTO keyword (event, site, occurred_at, topic, source, user, times, help_seeking, score)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        met.event_rowid,
        met.site_rowid,
        event.occurred_at.as_millisecond(),
        event.topic,
        event.source.word(),
        event.user.map(|user| user.as_bytes().to_vec()),
        event.count,
        event.help_seeking,
        score.join(", ")
    ])?;
    Ok(())
}
