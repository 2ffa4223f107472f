//! A ladder begins with the alert, in its transaction.

use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::case::{Case, rhythm};
use crate::delivery::ladder::{self, Act};
use crate::store::StoreError;

/// The level whose cases stand in a daily list, whatever else is known of them.
pub(in crate::store) const DAILY: u8 = 3;

/// Begins the ladder of an alert of that level, and tells whom it tells at once; says whether mail was queued. Its file
/// says whom it is about. `source` is whose doing it is, as a name that means nothing elsewhere; empty for nobody's.
pub(in crate::store) fn begin(
    tx: &Transaction<'_>,
    (alert, level): (i64, u8),
    source: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.prepare_cached("INSERT INTO ladder (alert, level, source, step) VALUES (?1, ?2, ?3, 0)")?
        .execute(params![alert, level, source])?;
    let mut case = Case::of(tx, alert)?;
    let rungs = case.rungs(policy);
    let Some(first) = ladder::step(level, 0, rungs.len(), now, &rhythm(policy)) else { return Ok(false) };
    match first.act {
        Act::Tell(_) | Act::Again(_) => {
            let queued = case.tell(tx, &rungs, &first.act, now)?;
            case.stepped(tx, policy, &rungs, now)?;
            Ok(queued > 0)
        }
        // The loop that sends knows whether there is a webhook, and who else is in a list.
        Act::Outside | Act::Daily | Act::Weekly => {
            tx.prepare_cached("UPDATE ladder SET next_at = ?2, unheard = ?3 WHERE alert = ?1")?.execute(params![
                alert,
                first.at.as_millisecond(),
                rungs.is_empty()
            ])?;
            Ok(rungs.is_empty())
        }
    }
}
