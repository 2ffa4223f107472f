//! What else is told of a case whose people know of it.

use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::Transaction;

use super::case::{Case, rhythm};
use crate::delivery::ladder;
use crate::store::StoreError;
use crate::store::outbox::{Call, next_turn};

/// Tells those who were told of a case that more has come in; what stood in a list stands in the next one too. Says
/// whether mail was queued.
pub(in crate::store) fn tell_again(
    tx: &Transaction<'_>,
    alert: i64,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let case = Case::of(tx, alert)?;
    let rungs = case.rungs(policy);
    if case.level < ladder::SERIOUS {
        let next = ladder::step(case.level, 0, rungs.len(), now, &rhythm(policy));
        tx.prepare_cached("UPDATE ladder SET step = 0, next_at = ?2 WHERE alert = ?1 AND next_at IS NULL")?
            .execute((alert, next.map(|next| next.at.as_millisecond())))?;
        return Ok(false);
    }
    let turn = next_turn(tx, &case.source, now)?;
    let mut queued = 0;
    for rung in rungs.iter().take(case.told.max(1)) {
        queued += case.mail(tx, rung, Call::More, turn, now)?;
    }
    Ok(queued > 0)
}

/// Tells everybody on the ladder of a case that one person has opened its content alone.
pub(in crate::store) fn tell_broken_glass(
    tx: &Transaction<'_>,
    alert: i64,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let case = Case::of(tx, alert)?;
    case.rungs(policy).iter().try_for_each(|rung| case.mail(tx, rung, Call::BrokenGlass, 0, now).map(drop))
}
