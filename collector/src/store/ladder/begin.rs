//! A ladder begins with the alert, in its transaction.

use caretaker_shared::model::{Role, SubjectKind};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::case::{COLUMNS, Case, rhythm};
use crate::delivery::ladder::{self, Act};
use crate::store::StoreError;

/// What decides who hears of an alert.
pub(in crate::store) struct About<'a> {
    /// Category; empty when nobody can tell.
    pub(in crate::store) category: &'a str,
    /// Whom it is about.
    pub(in crate::store) subject: SubjectKind,
    /// Their roles.
    pub(in crate::store) conflicts: &'a [Role],
    /// Whose doing it is, as a name that means nothing elsewhere; empty for nobody's.
    pub(in crate::store) source: &'a str,
}

/// Begins the ladder of an alert, and tells whom it tells at once; says whether mail was queued.
pub(in crate::store) fn begin(
    tx: &Transaction<'_>,
    alert: i64,
    level: u8,
    about: &About<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let conflicts: Vec<&str> = about.conflicts.iter().map(|role| role.word()).collect();
    tx.prepare_cached(
        "INSERT INTO ladder (alert, level, category, subject, conflicts, source, step) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
    )?
    .execute(params![alert, level, about.category, about.subject.word(), conflicts.join(","), about.source])?;
    let sql = format!(
        "SELECT {COLUMNS} FROM ladder JOIN alert ON alert.id = ladder.alert JOIN site ON site.id = alert.site
         WHERE alert.id = ?1"
    );
    let mut case = tx.prepare_cached(&sql)?.query_row([alert], Case::read)?;
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
