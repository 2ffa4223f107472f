//! The answer of a device.

use caretaker_shared::model::KeywordEvent;
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::proof;
use crate::store::alerts::{Kind, Met, Raise, Tell, attach};
use crate::store::cases::Concern;
use crate::store::{StoreError, ladder};

/// The only category that a canary can have: nothing else is ever taken for one.
const CATEGORY: &str = "demonstration";
/// How long one mail stands for all devices of a run at a site, answered or not.
const ONE_MAIL_MS: i64 = 24 * 60 * 60 * 1000;
const ABOUT: &str = "a test: this device was asked to prove that its alerts arrive";

/// A device that was asked and has not answered.
struct Question {
    canary: i64,
    run: i64,
}

/// Takes an event as the answer to a question; says whether mail was queued. `None` when it answers none: then it is what
/// somebody wrote, whatever it says of itself.
pub(in crate::store) fn answered(
    tx: &Transaction<'_>,
    met: &Met<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<bool>, StoreError> {
    let Some(question) = question(tx, met.device_rowid, met.event)? else { return Ok(None) };
    let at = now.as_millisecond();
    let (alert, closed, queued) = match case_of(tx, &question, met.site_rowid, at)? {
        Some((alert, closed)) => (alert, closed, false),
        None => {
            let (alert, queued) = open(tx, met, policy, now)?;
            (alert, false, queued)
        }
    };
    attach(tx, met.event_rowid, alert)?;
    tx.prepare_cached("UPDATE canary SET event = ?2, arrived_at = ?3, alert = ?4 WHERE id = ?1")?.execute(params![
        question.canary,
        met.event_rowid,
        at,
        alert
    ])?;
    if closed {
        // Somebody has answered the mail of this run: the rest of the way is proven.
        proof::prove(tx, question.canary, now)?;
    }
    Ok(Some(queued))
}

fn question(tx: &Transaction<'_>, device: i64, event: &KeywordEvent) -> Result<Option<Question>, StoreError> {
    let Some(nonce) = event.canary.filter(|_| event.category == CATEGORY) else { return Ok(None) };
    let found = tx
        .prepare_cached("SELECT id, run FROM canary WHERE nonce = ?1 AND device = ?2 AND event IS NULL")?
        .query_row(params![nonce.as_bytes(), device], |row| Ok(Question { canary: row.get(0)?, run: row.get(1)? }))
        .optional()?;
    Ok(found)
}

/// The case that answers of the run at this site join now, and whether somebody has answered it.
fn case_of(tx: &Transaction<'_>, question: &Question, site: i64, at: i64) -> Result<Option<(i64, bool)>, StoreError> {
    let found = tx
        .prepare_cached(
            "SELECT alert.id, alert.state = 'closed' FROM canary JOIN alert ON alert.id = canary.alert
             WHERE canary.run = ?1 AND alert.site = ?2 AND alert.raised_at BETWEEN ?3 AND ?4
             ORDER BY alert.id DESC LIMIT 1",
        )?
        .query_row(params![question.run, site, at - ONE_MAIL_MS, at], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

/// Opens a case and tells whoever would hear first of a concern.
fn open(tx: &Transaction<'_>, met: &Met<'_>, policy: &Policy, now: Timestamp) -> Result<(i64, bool), StoreError> {
    let concern = Concern::of(met.event);
    let raise = Raise {
        kind: Kind::Safeguarding(&concern),
        severity: met.event.severity.level(),
        site_rowid: met.site_rowid,
        device_rowid: met.device_rowid,
        about: ABOUT,
        tell: Tell::Nobody,
        now,
    };
    let (alert, _) = raise.insert(tx)?;
    tx.prepare_cached("UPDATE alert SET canary = 1 WHERE id = ?1")?.execute([alert])?;
    Ok((alert, ladder::tell_first(tx, alert, policy, now)?))
}
