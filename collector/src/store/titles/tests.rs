//! Rows of titles as devices come, go and are moved, and as the catalogue changes.

use std::sync::Arc;

use caretaker_shared::model::SoftwareTitle;
use rusqlite::params;

use super::{TitleFilter, settle};
use crate::catalogue::{Catalogue, RuleFile};
use crate::rules::sample;
use crate::store::sample::{DEVICE, Sample, store};
use crate::store::{Order, SiteScope};

const ROWS: &str = "SELECT t.slug || ' ' || i.edition || ' ' || i.major || ' ' || i.users || ' ' || i.evidence
    FROM installation i JOIN title t ON t.id = i.title WHERE t.known ORDER BY i.device, t.slug";
const COUNTS: &str = "SELECT t.slug || ' ' || s.name || ' ' || c.devices FROM title_count c
    JOIN title t ON t.id = c.title JOIN site s ON s.id = c.site WHERE c.devices <> 0 AND t.known ORDER BY t.slug, s.name";
const OWN: &str = "category = \"teaching\"\nchecked = \"2026-11-22\"\n[[title]]\nslug = \"planner\"\nname = \"Planner\"
licensing = \"paid\"\nnames = [\"Northfield Planner\"]\nsource = \"a test\"\nhits = [\"Northfield Planner 2\"]
misses = [\"Northfield\"]";

fn windows(name: &str, version: &str) -> SoftwareTitle {
    SoftwareTitle { name: name.into(), version: version.into(), source: "uninstall".into(), ..SoftwareTitle::default() }
}

/// Puts software on a device as ingest does.
async fn put(sample: &Sample, device: i64, titles: Vec<SoftwareTitle>) {
    let shelf = sample.store.shelf.clone();
    let step = move |tx: &rusqlite::Transaction<'_>| {
        tx.execute("DELETE FROM software WHERE device = ?1", [device])?;
        for title in &titles {
            tx.execute(
                "INSERT INTO software (device, name, version, architecture, source, user, id, publisher)
                 VALUES (?1, ?2, ?3, '', ?4, ?5, ?6, ?7)",
                params![device, title.name, title.version, title.source, title.user, title.id, title.publisher],
            )?;
        }
        settle(tx, device, &shelf)
    };
    sample.store.write(Order::First, step).await.expect("is brought in line");
}

async fn second_device(sample: &Sample) {
    sample
        .write(|tx| {
            tx.execute("INSERT INTO site (id, name) VALUES (2, 'Southfield School')", [])?;
            tx.execute(
                "INSERT INTO device (id, uuid, site, name, status, enrolled_at, agent_version)
                 VALUES (2, x'09', 2, 'PC-S-01', 'active', 0, '0.1.0')",
                [],
            )
        })
        .await;
}

fn with_own() -> Arc<Catalogue> {
    let own = RuleFile { name: "planner.toml".into(), text: OWN.into() };
    Arc::new(Catalogue::with(&[own]).expect("loads"))
}

#[tokio::test]
async fn only_what_differs_is_written_and_what_is_gone_goes() {
    let sample = store().await;
    put(&sample, DEVICE, vec![windows("Microsoft Office Standard 2016", "16.0"), windows("Skype version 8.1", "8.1")])
        .await;
    assert_eq!(sample.texts(ROWS).await, ["microsoft-office standard 2016 0 list", "skype  8 0 list"]);
    let shelf = sample.store.shelf.clone();
    let again = move |tx: &rusqlite::Transaction<'_>| {
        let before = tx.total_changes();
        settle(tx, DEVICE, &shelf).map(|moved| (moved, tx.total_changes() - before))
    };
    let (moved, changes) = sample.store.write(Order::First, again).await.expect("works");
    assert_eq!((moved, changes), (super::Moved::default(), 0));
    put(&sample, DEVICE, vec![windows("Microsoft Office Professional Plus 2019 - en-us", "16.0")]).await;
    assert_eq!(sample.texts(ROWS).await, ["microsoft-office professional-plus 2019 0 list"]);
}

#[tokio::test]
async fn titles_count_devices_that_are_active_where_they_are() {
    let sample = store().await;
    second_device(&sample).await;
    let office = || vec![windows("Microsoft Office Standard 2016", "16.0")];
    put(&sample, DEVICE, office()).await;
    put(&sample, 2, office()).await;
    let both = ["microsoft-office Northfield School 1", "microsoft-office Southfield School 1"];
    assert_eq!(sample.texts(COUNTS).await, both);
    sample.write(|tx| tx.execute("UPDATE device SET site = 1 WHERE id = 2", [])).await;
    assert_eq!(sample.texts(COUNTS).await, ["microsoft-office Northfield School 2"]);
    sample.write(|tx| tx.execute("UPDATE device SET status = 'retired' WHERE id = 2", [])).await;
    assert_eq!(sample.texts(COUNTS).await, ["microsoft-office Northfield School 1"]);
    assert_eq!(sample.texts(ROWS).await.len(), 2, "its rows stay");
    // What is brought in line after it has left does not count it again.
    put(&sample, 2, Vec::new()).await;
    put(&sample, 2, office()).await;
    assert_eq!(sample.texts(COUNTS).await, ["microsoft-office Northfield School 1"]);
    sample.write(|tx| tx.execute("UPDATE device SET status = 'active', site = 2 WHERE id = 2", [])).await;
    assert_eq!(sample.texts(COUNTS).await, both);
    put(&sample, DEVICE, Vec::new()).await;
    assert_eq!(sample.texts(COUNTS).await, ["microsoft-office Southfield School 1"]);
}

#[tokio::test]
async fn another_catalogue_is_replayed_over_everything_stored() {
    let sample = store().await;
    second_device(&sample).await;
    put(&sample, DEVICE, vec![windows("Northfield Planner 2.4", "2.4"), windows("Skype version 8.1", "8.1")]).await;
    put(&sample, 2, vec![windows("NORTHFIELD PLANNER (x64)", "3")]).await;
    sample.write(|tx| tx.execute("UPDATE device SET status = 'retired' WHERE id = 2", [])).await;
    assert_eq!(sample.texts(ROWS).await, ["skype  8 0 list"]);
    assert!(!sample.store.titles_are_current().await.expect("reads"));
    sample.store.use_catalogue(with_own());
    let replayed = sample.store.replay_titles(sample::now()).await.expect("replays");
    assert_eq!((replayed.devices, replayed.moved.came, replayed.moved.went), (2, 2, 2));
    assert_eq!(sample.texts(ROWS).await, ["planner  2 0 list", "skype  8 0 list", "planner  3 0 list"]);
    assert!(sample.store.titles_are_current().await.expect("reads"));
    let unknown = "SELECT slug FROM title WHERE NOT known";
    assert_eq!(sample.texts(unknown).await, [""; 0], "nobody has it any more, and no rule knows it");
    let again = sample.store.replay_titles(sample::now()).await.expect("replays");
    assert_eq!(again.moved, super::Moved::default());
    sample.store.use_catalogue(Catalogue::builtin());
    assert!(!sample.store.titles_are_current().await.expect("reads"));
    sample.store.replay_titles(sample::now()).await.expect("replays");
    assert_eq!(sample.texts("SELECT slug FROM title WHERE slug = 'planner'").await, [""; 0]);
    assert_eq!(sample.texts(unknown).await.len(), 1);
}

#[tokio::test]
async fn a_database_of_before_is_filled_and_a_catalogue_that_changed_meanwhile_is_not_called_done() {
    let sample = store().await;
    put(&sample, DEVICE, vec![windows("Skype version 8.1", "8.1")]).await;
    sample.write(|tx| tx.execute("DELETE FROM installation", [])).await;
    let by = sample.store.catalogue().digest();
    sample.store.use_catalogue(with_own());
    let chunk = sample.store.replay_some(0, 10, by, sample::now()).await.expect("replays");
    assert_eq!((chunk.left, chunk.devices, chunk.moved.came), (0, 1, 1));
    assert!(!sample.store.titles_are_current().await.expect("reads"), "another catalogue came while it ran");
    sample.store.replay_titles(sample::now()).await.expect("replays");
    assert!(sample.store.titles_are_current().await.expect("reads"));
}

#[tokio::test]
async fn what_no_rule_knows_comes_page_by_page_most_devices_first_and_nothing_twice() {
    let sample = store().await;
    second_device(&sample).await;
    let all = ["Alder Planner", "birch planner", "Cedar Planner", "Dogwood Planner", "Elder Planner"];
    put(&sample, 1, all.map(|name| windows(name, "1")).into()).await;
    put(&sample, 2, all[2..4].iter().map(|name| windows(name, "1")).collect()).await;
    let filter = || TitleFilter {
        sites: SiteScope::all(),
        text: "planner".into(),
        category: String::new(),
        device: None,
        installed_only: false,
        known: Some(false),
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = sample.store.most_titles(filter(), after, 2).await.expect("reads");
        let Some(last) = page.last() else { break };
        after = Some((last.devices, last.name.clone(), last.row));
        seen.extend(page.into_iter().map(|title| format!("{} {}", title.devices, title.name)));
    }
    assert_eq!(seen, ["2 Cedar Planner", "2 Dogwood Planner", "1 Alder Planner", "1 birch planner", "1 Elder Planner"]);
}
