//! What is past its time is gone from every place, and what must stay stays.

use std::path::Path;
use std::sync::Arc;

use caretaker_shared::checkpoint::AuditKey;
use jiff::{Timestamp, ToSpan as _};
use rusqlite::params;

use super::super::cases::{Lifted, Viewer};
use super::super::sample::{Sample, keyword, store};
use super::super::sealed::{self, keep};
use super::super::{Order, SiteScope, Store};
use super::Why;
use crate::rules::sample;
use caretaker_shared::model::{Content, KeywordEvent, Role};

/// Stands for what a device has sealed; long enough that no other bytes are like it.
fn bytes(name: &str) -> Vec<u8> {
    format!("<<{name}: {}>>", name.repeat(40)).into_bytes()
}

/// A case of this level with sealed content, raised at `at`; its reference.
async fn case(sample: &Sample, name: &str, severity: u32, at: Timestamp) -> String {
    let event = KeywordEvent { content: Content::Sealed(bytes(name)), ..keyword(severity, name) };
    sample.report(event.clone(), sample::policy(), at).await;
    let vault = sample.store.vault.clone();
    let kept = move |tx: &rusqlite::Transaction<'_>| {
        let rowid: i64 = tx.query_row("SELECT max(id) FROM event", [], |row| row.get(0))?;
        keep(tx, rowid, &event, &vault, at)?;
        Ok(tx.query_row(
            "SELECT reference FROM alert JOIN event ON event.alert = alert.id WHERE event.id = ?1",
            [rowid],
            |row| row.get(0),
        )?)
    };
    sample.store.write(Order::First, kept).await.expect("is kept")
}

async fn close(sample: &Sample, reference: &str, outcome: &'static str, at: Timestamp) {
    let reference = reference.to_owned();
    sample
        .write(move |tx| {
            tx.execute(
                "UPDATE alert SET state = 'closed', closed_at = ?2, outcome = ?3 WHERE reference = ?1",
                params![reference, at.as_millisecond(), outcome],
            )
        })
        .await;
}

fn days(n: i64) -> Timestamp {
    sample::now().checked_add((n * 24).hours()).expect("in range")
}

fn key() -> Arc<AuditKey> {
    Arc::new(AuditKey::generate().0)
}

fn found(path: &Path, needle: &[u8]) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Every file in which the bytes stand.
fn places(sample: &Sample, needle: &[u8]) -> Vec<String> {
    let folder = sample.path();
    let folder = folder.parent().expect("a folder");
    let files = std::fs::read_dir(folder).expect("reads").map(|file| file.expect("a file").path());
    files.filter(|path| found(path, needle)).map(|path| path.display().to_string()).collect()
}

async fn erased(sample: &Sample) -> Vec<String> {
    sample.texts("SELECT a.reference || ' ' || f.erased_why FROM case_file f JOIN alert a ON a.id = f.alert WHERE f.erased_at IS NOT NULL ORDER BY 1").await
}

/// What a copy of the database holds of an event, with the keys that lie in this folder.
async fn content(database: &Path, event: i64) -> Option<Vec<u8>> {
    let store = Store::open(database).expect("opens");
    store.sealed_of_event(event).await.expect("reads").map(|row| row.content)
}

#[tokio::test]
async fn each_class_goes_when_its_time_is_over_and_not_a_day_before() {
    let sample = store().await;
    sample.apply_policy().await;
    let now = sample::now();
    let [low, nobody, wrong, done, busy] = ["low", "nobody", "wrong", "done", "busy"];
    let low = case(&sample, low, 2, now).await;
    let nobody = case(&sample, nobody, 5, now).await;
    let wrong = case(&sample, wrong, 4, now).await;
    let done = case(&sample, done, 4, now).await;
    let busy = case(&sample, busy, 5, now).await;
    close(&sample, &wrong, "false-alarm", now).await;
    close(&sample, &done, "pastoral", now).await;
    let reference = busy.clone();
    sample
        .write(move |tx| tx.execute("UPDATE alert SET state = 'acknowledged' WHERE reference = ?1", [reference]))
        .await;
    let hours = |n: i64| now.checked_add(n.hours()).expect("in range");
    let mut expected: Vec<String> = Vec::new();
    for (before, after, reference, why) in [
        (hours(23), hours(24), &wrong, Why::FalseAlarm),
        (days(6), days(7), &low, Why::Low),
        (days(89), days(90), &nobody, Why::Unopened),
        (days(364), days(365), &done, Why::Closed),
    ] {
        sample.store.purge(key(), before).await.expect("purges");
        assert_eq!(erased(&sample).await, expected, "{reference} before its time");
        sample.store.purge(key(), after).await.expect("purges");
        expected.push(format!("{reference} {}", why.word()));
        expected.sort();
        assert_eq!(erased(&sample).await, expected);
    }
    sample.store.purge(key(), days(3_000)).await.expect("purges");
    assert_eq!(erased(&sample).await, expected, "what somebody works on stays: {busy}");
    let counts =
        sample.texts("SELECT class || ' ' || erased FROM purge WHERE class = 'case content' ORDER BY id").await;
    assert_eq!(counts, ["case content 1", "case content 1", "case content 1", "case content 1"]);
}

#[tokio::test]
async fn what_was_erased_stands_nowhere_any_more_and_an_older_copy_does_not_open() {
    let sample = store().await;
    sample.apply_policy().await;
    let reference = case(&sample, "zebra", 4, sample::now()).await;
    close(&sample, &reference, "false-alarm", sample::now()).await;
    let sealed = bytes("zebra");
    assert_eq!(content(&sample.path(), 1).await.as_deref(), Some(sealed.as_slice()), "it opens now");
    assert_eq!(places(&sample, &sealed), Vec::<String>::new(), "the wraps are under the month's key");
    // What stands in the database in their place.
    let under_key: Vec<u8> =
        sample.read(|database| database.query_row("SELECT bytes FROM wrap", [], |row| row.get(0))).await;
    assert!(!places(&sample, &under_key).is_empty(), "the search finds what is there");
    let older = tempfile::tempdir().expect("a folder");
    let copy = older.path().join("collector.db");
    sample.write(|tx| tx.query_row("SELECT 1", [], |_| Ok(()))).await;
    let source = rusqlite::Connection::open(sample.path()).expect("opens");
    source.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).expect("copies");
    drop(source);
    std::fs::copy(sample.path().with_file_name("retention.keys"), older.path().join("retention.keys")).expect("copies");
    assert!(content(&copy, 1).await.is_some(), "with the key the copy opens");

    let purged = sample.store.purge(key(), days(45)).await.expect("purges");
    assert_eq!(purged.months, ["2026-11"], "nothing is left of the month");
    assert_eq!(places(&sample, &under_key), Vec::<String>::new(), "database, log and index");
    let wal = std::fs::metadata(sample.path().with_file_name("collector.db-wal")).map_or(0, |about| about.len());
    assert_eq!(wal, 0, "the log is empty");
    assert_eq!(content(&sample.path(), 1).await, None);

    // The keys as they are now, beside the copy from before.
    std::fs::copy(sample.path().with_file_name("retention.keys"), older.path().join("retention.keys")).expect("copies");
    assert!(found(&copy, &under_key), "the copy still has the row");
    assert_eq!(content(&copy, 1).await, None, "and nothing opens it");
}

#[tokio::test]
async fn the_count_of_what_was_erased_is_signed_and_the_chain_holds_it() {
    let sample = store().await;
    sample.apply_policy().await;
    let reference = case(&sample, "one", 4, sample::now()).await;
    close(&sample, &reference, "false-alarm", sample::now()).await;
    let (key, at) = (key(), days(2));
    sample.store.purge(key.clone(), at).await.expect("purges");
    let signature: Vec<u8> = sample
        .read(|database| {
            database.query_row("SELECT signature FROM purge WHERE class = 'case content'", [], |row| row.get(0))
        })
        .await;
    let line = |count: u32| format!("case content: {count} erased at {}", at.as_millisecond());
    assert!(key.public().has_stated(&line(1), &signature));
    assert!(!key.public().has_stated(&line(2), &signature));
    let told = sample
        .texts("SELECT subject || ': ' || substr(detail, 1, 8) FROM audit WHERE action = 'purge' ORDER BY n")
        .await;
    assert_eq!(told, ["case content: 1 erased", "all: 1 erased"]);
    let report = sample.store.retention_report(SiteScope::all(), at).await.expect("reads");
    assert_eq!(
        report.erased.iter().map(|row| (row.class.as_str(), row.count)).collect::<Vec<_>>(),
        [("case content", 1)]
    );
    assert_eq!((report.last_run, report.kept, report.held), (Some(at), 0, 0));
}

#[tokio::test]
async fn a_hold_keeps_what_is_past_its_time_until_two_people_lift_it() {
    let sample = store().await;
    sample.apply_policy().await;
    let reference = case(&sample, "held", 5, sample::now()).await;
    close(&sample, &reference, "false-alarm", sample::now()).await;
    let person = |name: &str| Viewer {
        id: name.to_owned(),
        actor: format!("{name} (safeguarding lead)"),
        role: Role::SafeguardingLead,
        sites: SiteScope::all(),
    };
    let held = sample.store.hold_case(&reference, "an inquiry".into(), person("Anna"), days(0)).await;
    assert!(held.is_ok());
    sample.store.purge(key(), days(700)).await.expect("purges");
    assert_eq!(erased(&sample).await, Vec::<String>::new());

    let lift = async |name: &str, at| {
        sample.store.release_hold(&reference, "it is over".into(), person(name), at).await.expect("asks")
    };
    assert!(matches!(lift("Anna", days(701)).await, Lifted::Waits(_)));
    assert!(matches!(lift("Anna", days(702)).await, Lifted::Waits(_)), "nobody is two people");
    assert!(matches!(lift("Hal", days(720)).await, Lifted::Waits(_)), "that was too long ago");
    assert!(matches!(lift("Anna", days(721)).await, Lifted::Done(_)));
    assert!(matches!(lift("Hal", days(721)).await, Lifted::None(_)));
    sample.store.purge(key(), days(722)).await.expect("purges");
    assert_eq!(erased(&sample).await, [format!("{reference} false-alarm")]);
    let told = sample.texts("SELECT action || ' ' || actor FROM audit WHERE action LIKE 'case.hold%' ORDER BY n").await;
    assert_eq!(told.first().map(String::as_str), Some("case.hold Anna (safeguarding lead)"));
    assert_eq!(told.last().map(String::as_str), Some("case.hold-release Anna (safeguarding lead)"));
}

#[tokio::test]
async fn suspected_pictures_are_held_from_the_first_moment() {
    let sample = store().await;
    sample.apply_policy().await;
    let event = KeywordEvent { category: "csa".into(), ..keyword(5, "x") };
    sample.report(event, sample::policy(), sample::now()).await;
    sample.store.purge(key(), days(3_000)).await.expect("purges");
    assert_eq!(erased(&sample).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_year_later_nothing_ties_an_erased_case_to_anybody() {
    let sample = store().await;
    sample.apply_policy().await;
    let reference = case(&sample, "one", 4, sample::now()).await;
    sample.write(|tx| tx.execute("UPDATE case_file SET user = x'01'", [])).await;
    close(&sample, &reference, "false-alarm", sample::now()).await;
    sample.store.purge(key(), days(2)).await.expect("purges");
    assert_eq!(sample.texts("SELECT rule FROM event").await.len(), 1, "the label stays for the rule's precision");
    sample.store.purge(key(), days(2 + 365)).await.expect("purges");
    assert!(sample.texts("SELECT rule FROM event").await.is_empty());
    assert!(sample.texts("SELECT hex(user) FROM case_file WHERE user IS NOT NULL").await.is_empty());
    assert_eq!(
        sample.texts("SELECT reference || ' ' || outcome FROM alert").await,
        [format!("{reference} false-alarm")]
    );
}

#[tokio::test]
async fn the_oldest_rows_of_the_audit_log_go_at_a_checkpoint_and_the_rest_is_still_proven() {
    let sample = store().await;
    sample.apply_policy().await;
    let key = key();
    for year in 0..9 {
        sample
            .store
            .write_down(crate::audit::Entry {
                at_ms: days(365 * year).as_millisecond(),
                actor: "root on this machine".into(),
                action: "policy.apply".into(),
                subject: "Northfield School".into(),
                detail: format!("year {year}"),
            })
            .await
            .expect("is written");
        let made = sample.store.make_checkpoint(key.clone(), "Northfield School".into(), days(365 * year)).await;
        assert!(made.is_ok());
    }
    let before = sample.store.newest_checkpoint().await.expect("reads").expect("there is one");
    sample.store.purge(key, days(365 * 8)).await.expect("purges");
    let kept = sample.texts("SELECT detail FROM audit WHERE action = 'policy.apply' ORDER BY n").await;
    assert_eq!(kept.first().map(String::as_str), Some("year 1"), "{kept:?}");
    let proof = sample.store.prove_audit(Some(before)).await.expect("reads");
    assert_eq!(proof.verdict, super::Verdict::Whole);
    assert!(proof.first > 1);
    sample.write(|tx| tx.execute("DELETE FROM audit WHERE n = (SELECT min(n) FROM audit)", [])).await;
    let proof = sample.store.prove_audit(None).await.expect("reads");
    assert!(matches!(proof.verdict, super::Verdict::Broken(_)), "a row more is missing than was erased");
}

#[tokio::test]
async fn wraps_from_before_there_was_a_table_for_them_are_taken_off() {
    let sample = store().await;
    case(&sample, "older", 4, sample::now()).await;
    let old = bytes("older");
    sample
        .write(move |tx| {
            tx.execute("DELETE FROM wrap", [])?;
            tx.execute("UPDATE sealed SET content = ?1", [old])
        })
        .await;
    assert_eq!(content(&sample.path(), 1).await, Some(bytes("older")));
    assert_eq!(sample.texts("SELECT month FROM wrap").await, ["2026-11"]);
    assert_eq!(sealed::whole(&sample.store.vault, 1, &[], &("2026-10".into(), vec![1])), Vec::<u8>::new());
}
