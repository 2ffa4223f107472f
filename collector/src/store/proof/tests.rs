//! Somebody with the database in their hands, and the proof that finds what they did.

use std::collections::BTreeMap;
use std::sync::Arc;

use caretaker_shared::checkpoint::{AuditKey, SignedCheckpoint};
use rusqlite::{Connection, params};

use super::super::sample::{Sample, store};
use super::super::{Order, audit};
use super::chain::prove_all;
use super::{AuditQuery, Made, Reader, Verdict};
use crate::audit::{Entry, link};
use crate::rules::sample;
use crate::store::SiteScope;
use caretaker_shared::model::Role;

/// Rows before the last checkpoint.
const ROWS: u64 = 200;

/// A stream of numbers that is the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn row(&mut self) -> i64 {
        i64::try_from(self.below(ROWS) + 1).expect("small")
    }
}

fn entry(n: u64) -> Entry {
    Entry {
        at_ms: 1_795_000_000_000 + i64::try_from(n).expect("small"),
        actor: "root on this machine".into(),
        action: "policy.apply".into(),
        subject: format!("Site {n}"),
        detail: format!("version {n}"),
    }
}

/// A chain of [`ROWS`] rows with a checkpoint every fifty, the last at its end; the last checkpoint.
async fn chain() -> (Sample, SignedCheckpoint) {
    let sample = store().await;
    let key = Arc::new(AuditKey::generate().0);
    let mut last = None;
    // Each checkpoint is a row itself.
    for n in 1..=ROWS - 3 {
        let row = entry(n);
        sample.store.write(Order::First, move |tx| audit::append(tx, &row)).await.expect("is appended");
        if n % 50 == 0 || n == ROWS - 3 {
            let made = sample.store.make_checkpoint(key.clone(), "Northfield School".into(), sample::now());
            let Made::Checkpoint(signed) = made.await.expect("is signed") else { panic!("there are rows") };
            last = Some(signed);
        }
    }
    let last = last.expect("several were made");
    assert_eq!(last.checkpoint().row, ROWS);
    (sample, last)
}

fn shift_from(database: &Connection, n: i64, by: i64) {
    let sql = format!("UPDATE audit SET n = -n WHERE n >= {n}; UPDATE audit SET n = -n + {by} WHERE n < 0");
    database.execute_batch(&sql).expect("is meddled with");
}

/// Gives a row the hash that its fields have now, as somebody would who knows how rows are linked.
fn hash_anew(database: &Connection, n: i64, previous: Option<Vec<u8>>) -> Vec<u8> {
    let (entry, held): (Entry, Vec<u8>) = database
        .query_row("SELECT at, actor, action, subject, detail, previous_hash FROM audit WHERE n = ?1", [n], |row| {
            let entry = Entry {
                at_ms: row.get(0)?,
                actor: row.get(1)?,
                action: row.get(2)?,
                subject: row.get(3)?,
                detail: row.get(4)?,
            };
            Ok((entry, row.get(5)?))
        })
        .expect("a row");
    let previous = previous.unwrap_or(held);
    let hash = link(&previous, n, &entry).as_bytes().to_vec();
    database
        .execute("UPDATE audit SET previous_hash = ?2, hash = ?3 WHERE n = ?1", params![n, previous, hash])
        .expect("is meddled with");
    hash
}

/// The ways of meddling with one row.
const KINDS: [&str; 13] = [
    "a text edited",
    "a text edited, its row hashed anew",
    "the time moved",
    "a hash replaced",
    "the link replaced",
    "a letter moved from one field to the next",
    "a field that is no text",
    "a row deleted",
    "a row deleted, those behind moved up",
    "a copy put in",
    "a forged row put in, rightly linked",
    "two rows swapped",
    "a row moved to another place",
];

fn meddle(database: &Connection, kind: &str, numbers: &mut Numbers) {
    let n = numbers.row();
    let column = ["actor", "action", "subject", "detail"][usize::try_from(numbers.below(4)).expect("small")];
    let run = |sql: &str| database.execute_batch(sql).expect("is meddled with");
    match kind {
        "a text edited" => run(&format!("UPDATE audit SET {column} = {column} || 'x' WHERE n = {n}")),
        "a text edited, its row hashed anew" => {
            run(&format!("UPDATE audit SET {column} = {column} || 'x' WHERE n = {n}"));
            hash_anew(database, n, None);
        }
        "the time moved" => run(&format!("UPDATE audit SET at = at + 1 WHERE n = {n}")),
        "a hash replaced" => run(&format!("UPDATE audit SET hash = randomblob(32) WHERE n = {n}")),
        "the link replaced" => run(&format!("UPDATE audit SET previous_hash = randomblob(32) WHERE n = {n}")),
        "a letter moved from one field to the next" => run(&format!(
            "UPDATE audit SET subject = subject || substr(detail, 1, 1), detail = substr(detail, 2) WHERE n = {n}"
        )),
        "a field that is no text" => {
            run(&format!("UPDATE audit SET {column} = CAST(x'ff' AS TEXT) WHERE n = {n}"));
        }
        "a row deleted" => run(&format!("DELETE FROM audit WHERE n = {n}")),
        "a row deleted, those behind moved up" => {
            run(&format!("DELETE FROM audit WHERE n = {n}"));
            shift_from(database, n, -1);
        }
        "a copy put in" | "a forged row put in, rightly linked" => {
            shift_from(database, n, 1);
            run(&format!(
                "INSERT INTO audit SELECT {n}, at, actor, action, subject, detail, previous_hash, hash
                 FROM audit WHERE n = {n} + 1"
            ));
            if kind != "a copy put in" {
                run(&format!("UPDATE audit SET detail = 'forged' WHERE n = {n}"));
                hash_anew(database, n, None);
            }
        }
        "two rows swapped" => {
            let other = (n % i64::try_from(ROWS).expect("small")) + 1;
            run(&format!(
                "UPDATE audit SET n = -1 WHERE n = {n}; UPDATE audit SET n = {n} WHERE n = {other};
                 UPDATE audit SET n = {other} WHERE n = -1"
            ));
        }
        _ => {
            let to = (n + 17) % i64::try_from(ROWS).expect("small") + 1;
            run(&format!("UPDATE audit SET n = -100000 WHERE n = {n}"));
            // What was behind moves up, and from the new place on down again.
            run(&format!(
                "UPDATE audit SET n = -n WHERE n > {n}; UPDATE audit SET n = -n - 1 WHERE n BETWEEN -99999 AND -1"
            ));
            shift_from(database, to, 1);
            run(&format!("UPDATE audit SET n = {to} WHERE n <= -99999"));
        }
    }
}

#[tokio::test]
async fn a_thousand_random_changes_of_single_rows_are_found() {
    let (sample, kept) = chain().await;
    let database = Connection::open(sample.path()).expect("opens");
    let whole = prove_all(&database, Some(kept.clone())).expect("reads");
    assert_eq!((whole.verdict, whole.checkpoints, whole.first), (Verdict::Whole, 4, 1));
    let mut numbers = Numbers(2026);
    let mut found: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for _ in 0..1_000 {
        let kind = KINDS[usize::try_from(numbers.below(13)).expect("small")];
        database.execute_batch("BEGIN").expect("begins");
        meddle(&database, kind, &mut numbers);
        let verdict = prove_all(&database, Some(kept.clone())).expect("reads").verdict;
        database.execute_batch("ROLLBACK").expect("is put back");
        let (tried, caught) = found.entry(kind).or_default();
        *tried += 1;
        *caught += u32::from(verdict != Verdict::Whole);
    }
    assert_eq!(found.len(), KINDS.len(), "every kind was tried");
    assert!(found.values().all(|(tried, caught)| tried == caught), "{found:?}");
    assert_eq!(found.values().map(|(tried, _)| tried).sum::<u32>(), 1_000);
    assert_eq!(prove_all(&database, Some(kept)).expect("reads").verdict, Verdict::Whole);
}

#[tokio::test]
async fn an_end_that_was_cut_off_and_one_that_was_written_anew_are_found_by_a_checkpoint() {
    let (sample, kept) = chain().await;
    let database = Connection::open(sample.path()).expect("opens");
    let verdict = |kept: Option<&SignedCheckpoint>| prove_all(&database, kept.cloned()).expect("reads").verdict;
    let row = i64::try_from(ROWS).expect("small");

    database.execute_batch("BEGIN; DELETE FROM audit WHERE n > 190").expect("is cut");
    assert_eq!(verdict(None), Verdict::CutOff(row), "by our own");
    database.execute_batch("DELETE FROM checkpoint WHERE row > 190").expect("is cut");
    assert_eq!(verdict(None), Verdict::Whole, "it looks whole from inside");
    assert_eq!(verdict(Some(&kept)), Verdict::CutOff(row));
    database.execute_batch("ROLLBACK").expect("is put back");

    database.execute_batch("BEGIN; UPDATE audit SET detail = 'nothing happened' WHERE n = 120").expect("is edited");
    let mut previous = None;
    for n in 120..=row + 1 {
        previous = Some(hash_anew(&database, n, previous));
    }
    assert_eq!(verdict(None), Verdict::Rewritten(150 + 2), "by our own");
    database.execute_batch("DELETE FROM checkpoint WHERE row > 120").expect("is hidden");
    assert_eq!(verdict(None), Verdict::Whole, "it looks whole from inside");
    assert_eq!(verdict(Some(&kept)), Verdict::Rewritten(row));
    // And with a key of their own.
    database.execute_batch("DELETE FROM checkpoint").expect("is hidden");
    assert_eq!(verdict(Some(&kept)), Verdict::Rewritten(row));
    database.execute_batch("ROLLBACK").expect("is put back");

    database.execute_batch("BEGIN; DELETE FROM checkpoint WHERE row < 100").expect("is hidden");
    assert!(matches!(verdict(None), Verdict::Rewritten(_)), "a checkpoint is missing among the others");
    database.execute_batch("ROLLBACK; BEGIN; UPDATE checkpoint SET signed = x'00' WHERE row < 100").expect("changes");
    assert!(matches!(verdict(None), Verdict::Broken(_)));
    database.execute_batch("ROLLBACK").expect("is put back");
    let stranger = AuditKey::generate().0.sign(kept.checkpoint());
    assert_eq!(verdict(Some(&stranger)), Verdict::Foreign);
    assert_eq!(verdict(Some(&kept)), Verdict::Whole);
}

#[tokio::test]
async fn a_checkpoint_of_what_a_restore_has_lost_says_so() {
    let (sample, kept) = chain().await;
    let database = Connection::open(sample.path()).expect("opens");
    database
        .execute_batch(
            "DELETE FROM audit WHERE n > 150; DELETE FROM checkpoint WHERE row > 150;
             INSERT INTO incarnation VALUES (2, randomblob(16), 0, 150)",
        )
        .expect("is an older copy, restored");
    let row = i64::try_from(ROWS).expect("small");
    let verdict = prove_all(&database, Some(kept)).expect("reads").verdict;
    assert_eq!(verdict, Verdict::LostByRestore(row));
}

#[tokio::test]
async fn whoever_reads_the_log_sees_what_is_theirs_and_nothing_of_a_case_about_them() {
    let sample = store().await;
    sample.report(super::super::sample::keyword(5, "essay"), sample::policy(), sample::now()).await;
    sample.write(|tx| tx.execute("UPDATE case_file SET conflicts = ',head,'", [])).await;
    for (actor, subject) in
        [("Anna Example (safeguarding lead)", "26-0001"), ("Hal Example (head)", "Northfield School")]
    {
        let entry = Entry { actor: actor.into(), subject: subject.into(), ..entry(1) };
        sample.store.write_down(entry).await.expect("is written");
    }
    let reader = |role: Role, own: &str, all| Reader { own: own.into(), all, role, sites: SiteScope::all() };
    let query = AuditQuery { most: 100, ..AuditQuery::default() };
    let seen = async |reader| {
        let rows = sample.store.audit_rows(query.clone(), reader).await.expect("reads").rows;
        rows.into_iter().filter(|row| row.action == "policy.apply").map(|row| row.subject).collect::<Vec<_>>()
    };
    let auditor = reader(Role::Auditor, "Otto Example (auditor)", true);
    assert_eq!(seen(auditor).await, ["Northfield School", "26-0001"]);
    assert_eq!(seen(reader(Role::Head, "Hal Example (head)", true)).await, ["Northfield School"]);
    let lead = reader(Role::SafeguardingLead, "Anna Example (safeguarding lead)", false);
    assert_eq!(seen(lead).await, ["26-0001"], "her own");
}
