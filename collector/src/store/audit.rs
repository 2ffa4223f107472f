//! Rows of the audit chain: appended in the transaction of their cause, and proved.
//!
//! The proof of the chain alone finds a row that was edited, removed or put in before the last one. Who writes its whole
//! end anew, or cuts it off, is found by the checkpoints: see `proof`.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::{Order, Store, StoreError};
use crate::audit::{Entry, link};

/// Rows that are read at a time, so that no reader holds up the database's log for long.
const AT_A_TIME: i64 = 10_000;
/// What the first row follows from.
const BEGINNING: [u8; 32] = [0; 32];

/// What the proof of the chain came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditChain {
    /// Every row follows from the one before.
    Whole {
        /// How many.
        rows: u64,
    },
    /// A row does not.
    Broken {
        /// The first one, or the number under which one is missing.
        row: i64,
    },
}

/// How far the proof has come.
pub(super) struct Proven {
    pub(super) last: i64,
    pub(super) hash: Vec<u8>,
}

impl Proven {
    /// Where the chain begins: before its first row, or where the oldest were erased.
    pub(super) fn start(connection: &Connection) -> Result<Self, StoreError> {
        let start = connection
            .prepare_cached("SELECT row, hash FROM audit_start")?
            .query_row([], |row| Ok(Self { last: row.get(0)?, hash: row.get(1)? }))
            .optional()?;
        Ok(start.unwrap_or_else(|| Self { last: 0, hash: BEGINNING.to_vec() }))
    }
}

impl Store {
    /// Appends an entry about something that changed nothing: a read, a refusal.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write_down(&self, entry: Entry) -> Result<(), StoreError> {
        self.write(Order::First, move |transaction| append(transaction, &entry)).await
    }
}

/// Proves the next rows; `Err` names the first that does not follow. `first` where nothing was proven yet.
pub(super) fn prove(
    connection: &Connection,
    mut proven: Proven,
    first: bool,
) -> Result<Result<Proven, i64>, StoreError> {
    // At the beginning whatever stands below the first row is looked at too.
    let after = if first { i64::MIN } else { proven.last };
    let mut query = connection.prepare_cached(
        "SELECT n, at, actor, action, subject, detail, previous_hash, hash FROM audit
         WHERE n > ?1 ORDER BY n LIMIT ?2",
    )?;
    let mut rows = query.query([after, AT_A_TIME])?;
    while let Some(row) = rows.next()? {
        let (n, expected) = (row.get::<_, i64>(0)?, proven.last + 1);
        if n != expected {
            return Ok(Err(n.min(expected)));
        }
        match follows(row, n, &proven.hash)? {
            Some(hash) => proven = Proven { last: n, hash },
            None => return Ok(Err(n)),
        }
    }
    Ok(Ok(proven))
}

/// The hash of a row that follows from the hash before; `None` of one that does not.
fn follows(row: &Row<'_>, n: i64, previous: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let text = |column| row.get_ref(column).map(|value| value.as_str().ok().map(ToOwned::to_owned));
    // A text that is none was not written by us.
    let (Some(actor), Some(action), Some(subject), Some(detail)) = (text(2)?, text(3)?, text(4)?, text(5)?) else {
        return Ok(None);
    };
    let hash: Vec<u8> = row.get(7)?;
    let link = link(previous, n, &Entry { at_ms: row.get(1)?, actor, action, subject, detail });
    Ok(Some(hash)
        .filter(|hash| row.get::<_, Vec<u8>>(6).is_ok_and(|held| held == previous) && *hash == link.as_bytes()))
}

/// Appends an entry in the transaction of the change that it tells of.
pub(super) fn append(transaction: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    let last = transaction
        .prepare_cached("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let (n, previous) = last.map_or_else(|| (1, BEGINNING.to_vec()), |(n, hash)| (n + 1, hash));
    let hash = link(&previous, n, entry);
    transaction
        .prepare_cached(
            "INSERT INTO audit (n, at, actor, action, subject, detail, previous_hash, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            n,
            entry.at_ms,
            entry.actor,
            entry.action,
            entry.subject,
            entry.detail,
            previous,
            hash.as_bytes()
        ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use super::super::sample::{Sample, store};
    use super::super::{Order, audit};
    use super::AuditChain;
    use crate::audit::Entry;

    const ROWS: i64 = 12;

    async fn chain() -> Sample {
        let sample = store().await;
        for n in 1..=ROWS {
            let entry = Entry {
                at_ms: 1_795_000_000_000 + n,
                actor: "root on this machine".into(),
                action: "policy.apply".into(),
                subject: format!("Site {n}"),
                detail: format!("version {n}"),
            };
            let step = move |tx: &rusqlite::Transaction<'_>| audit::append(tx, &entry);
            sample.store.write(Order::First, step).await.expect("is appended");
        }
        sample
    }

    /// One hand in the database: a statement, and the row at which it must be found.
    fn meddling() -> impl Strategy<Value = (String, i64)> {
        let column = prop::sample::select(vec!["actor", "action", "subject", "detail"]);
        let edited = (1..=ROWS, column, "[a-z]{1,8}")
            .prop_map(|(n, column, text)| (format!("UPDATE audit SET {column} = '{text}-x' WHERE n = {n}"), n));
        let dated =
            (1..=ROWS, 1..=1_000_i64).prop_map(|(n, by)| (format!("UPDATE audit SET at = at + {by} WHERE n = {n}"), n));
        let hashed = (1..=ROWS, prop::sample::select(vec!["hash", "previous_hash"]))
            .prop_map(|(n, column)| (format!("UPDATE audit SET {column} = randomblob(32) WHERE n = {n}"), n));
        let not_text =
            (1..=ROWS).prop_map(|n| (format!("UPDATE audit SET actor = CAST(x'ff' AS TEXT) WHERE n = {n}"), n));
        // A letter that moves from one field to the next leaves all letters in their order.
        let moved = (1..=ROWS).prop_map(|n| {
            (format!("UPDATE audit SET subject = subject || 'v', detail = substr(detail, 2) WHERE n = {n}"), n)
        });
        let deleted = (1..ROWS).prop_map(|n| (format!("DELETE FROM audit WHERE n = {n}"), n));
        let closed_up = (1..ROWS).prop_map(|n| {
            (
                format!(
                    "DELETE FROM audit WHERE n = {n}; UPDATE audit SET n = -n WHERE n > {n};
                      UPDATE audit SET n = -n - 1 WHERE n < 0"
                ),
                n,
            )
        });
        let inserted = (1..=ROWS).prop_map(|n| {
            (
                format!(
                    "UPDATE audit SET n = -n WHERE n >= {n}; UPDATE audit SET n = 1 - n WHERE n < 0;
                      INSERT INTO audit SELECT {n}, at, actor, action, subject, 'forged', previous_hash, hash
                      FROM audit WHERE n = {n} + 1"
                ),
                n,
            )
        });
        let before_the_first = Just((
            "INSERT INTO audit SELECT 0, at, actor, action, subject, detail, previous_hash, hash
                                      FROM audit WHERE n = 1"
                .to_owned(),
            0,
        ));
        let swapped = (1..ROWS).prop_flat_map(|one| (Just(one), one + 1..=ROWS)).prop_map(|(one, other)| {
            (
                format!(
                    "UPDATE audit SET n = -1 WHERE n = {one}; UPDATE audit SET n = {one} WHERE n = {other};
                      UPDATE audit SET n = {other} WHERE n = -1"
                ),
                one,
            )
        });
        prop_oneof![edited, dated, hashed, not_text, moved, deleted, closed_up, inserted, before_the_first, swapped]
    }

    #[tokio::test]
    async fn a_chain_that_nobody_touched_is_whole() {
        assert_eq!(store().await.store.verify_audit().await.expect("reads"), AuditChain::Whole { rows: 0 });
        assert_eq!(chain().await.store.verify_audit().await.expect("reads"), AuditChain::Whole { rows: 12 });
    }

    #[test]
    fn whatever_is_edited_removed_put_in_or_moved_is_found_at_its_row() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _inside = runtime.enter();
        let sample = runtime.block_on(chain());
        let path = sample.path();
        let rows = "SELECT * FROM audit";
        Connection::open(&path).expect("opens").execute_batch(&format!("CREATE TABLE kept AS {rows}")).expect("keeps");
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |((sql, row) in meddling())| {
            let database = Connection::open(&path).expect("opens");
            database.execute_batch(&sql).expect("is meddled with");
            let found = runtime.block_on(sample.store.verify_audit()).expect("reads");
            database.execute_batch("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept").expect("is put back");
            prop_assert_eq!(found, AuditChain::Broken { row }, "{}", sql);
        });
        let whole = runtime.block_on(sample.store.verify_audit()).expect("reads");
        assert_eq!(whole, AuditChain::Whole { rows: 12 }, "what was put back is the chain");
    }
}
