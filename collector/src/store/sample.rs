//! A database with one site and one device, for tests.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, KeywordEvent, Severity};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::alerts::{Met, raise_for_keyword};
use super::device_alerts::raise_for_device_event;
use super::{Order, Store, cases, keywords};
use crate::rules::sample;

/// Row of the only site, of the only device, of its only epoch.
pub(crate) const SITE: i64 = 1;
pub(crate) const DEVICE: i64 = 1;
const EPOCH: i64 = 1;
/// Name of the only device, which no mail may hold.
pub(crate) const DEVICE_NAME: &str = "PC-LAB3-11";

pub(crate) struct Sample {
    pub(crate) store: Store,
    home: TempDir,
}

pub(crate) async fn store() -> Sample {
    let home = tempfile::tempdir().expect("a folder");
    let store = Store::open(&home.path().join("collector.db")).expect("a fresh database opens");
    let sample = Sample { store, home };
    let enrolled = sample::now().as_millisecond();
    sample
        .write(move |tx| {
            tx.execute("INSERT INTO site (id, name) VALUES (1, 'Northfield School')", [])?;
            tx.execute(
                "INSERT INTO device (id, uuid, site, name, status, enrolled_at, agent_version)
                 VALUES (1, ?1, 1, ?2, 'active', ?3, '0.1.0')",
                params![[7_u8; 16], DEVICE_NAME, enrolled],
            )?;
            tx.execute(
                "INSERT INTO epoch (id, device, uuid, reason, first_seen) VALUES (1, 1, ?1, 'new-install', 0)",
                [[8_u8; 16]],
            )
        })
        .await;
    sample
}

/// A rule met a document.
pub(crate) fn keyword(severity: u32, document: &str) -> KeywordEvent {
    let severity = Severity::new(severity).expect("1 to 5");
    KeywordEvent::met("selfharm.plan.03", "selfharm", severity, Sha256::of(document.as_bytes()), sample::now())
}

impl Sample {
    /// Where the database is.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.home.path().join("collector.db")
    }

    pub(crate) async fn write<T, F>(&self, step: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        self.store.write(Order::First, move |tx| Ok(step(tx)?)).await.expect("the step is written")
    }

    pub(crate) async fn read<T, F>(&self, query: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        self.store.read(move |connection| Ok(query(connection)?)).await.expect("the query answers")
    }

    /// Puts a policy in force at the site.
    pub(crate) async fn apply_policy(&self) {
        let toml = "[alerts]
                    safeguarding_lead = ['lead@northfield.example']
                    network_manager = ['network@northfield.example']
                    [antivirus]
                    approved = ['ClamAV']";
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO policy (site, version, toml, applied_at, applied_by) VALUES (?1, 1, ?2, 0, 'a test')",
                params![SITE, toml],
            )
        })
        .await;
    }

    /// All rows of a query with one text column.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        self.read(move |connection| connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()).await
    }

    /// Stores a keyword event as ingest does, and raises what it deserves.
    pub(crate) async fn report(&self, event: KeywordEvent, policy: Policy, now: Timestamp) -> bool {
        self.report_all(vec![event], policy, now).await
    }

    /// The same with many, in one transaction; says whether any of them queued mail.
    pub(crate) async fn report_all(&self, events: Vec<KeywordEvent>, policy: Policy, now: Timestamp) -> bool {
        let keep = move |tx: &rusqlite::Transaction<'_>| {
            let mut queued = false;
            for event in events {
                tx.prepare_cached(
                    "INSERT INTO event (epoch, stream, seq, device, kind, rule, category, severity, document,
                                        occurred_at, time_certainty, received_at)
                     VALUES (?1, 0, (SELECT coalesce(max(id), 0) + 1 FROM event), ?2, 'keyword', ?3, ?4, ?5, ?6, ?7,
                             'exact', ?8)",
                )?
                .execute(params![
                    EPOCH,
                    DEVICE,
                    event.rule,
                    event.category,
                    event.severity.level(),
                    event.document.as_bytes(),
                    event.occurred_at.as_millisecond(),
                    now.as_millisecond()
                ])?;
                let event_rowid = tx.last_insert_rowid();
                let event = cases::weigh(tx, DEVICE, event, now)?;
                let met = Met { event_rowid, device_rowid: DEVICE, site_rowid: SITE, event: &event };
                keywords::keep(tx, &met)?;
                queued |= raise_for_keyword(tx, &met, &policy, now)?;
            }
            Ok(queued)
        };
        self.store.write(Order::First, keep).await.expect("the events are written")
    }

    /// Stores a tamper event as ingest does, and raises what it deserves.
    pub(crate) async fn tamper(&self, kind: DeviceEventKind, now: Timestamp) -> bool {
        self.happens(DeviceEvent::of_agent(kind, now), now).await
    }

    /// Stores an event of the device as ingest does, and raises what it deserves.
    pub(crate) async fn happens(&self, event: DeviceEvent, now: Timestamp) -> bool {
        self.store
            .write(Order::First, move |tx| {
                tx.execute(
                    "INSERT INTO event (epoch, stream, seq, device, kind, occurred_at, time_certainty, received_at)
                     VALUES (?1, 1, (SELECT count(*) + 1 FROM event), ?2, ?3, ?4, 'exact', ?4)",
                    params![EPOCH, DEVICE, event.kind.word(), now.as_millisecond()],
                )?;
                raise_for_device_event(tx, tx.last_insert_rowid(), DEVICE, SITE, &event, &sample::policy(), now)
            })
            .await
            .expect("the event is written")
    }
}
