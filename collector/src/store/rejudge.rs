//! Judging again what is stored: after a policy changed, and as time passes without a new reading.

use caretaker_shared::model::{ProbeName, Reading};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::findings::{Settled, settle};
use super::moment::moment;
use super::{Order, Store, StoreError, facts, identity};
use crate::rules;

/// Those whose verdict changes while the answer stays the same: signatures, updates and passwords grow old.
const AGING: [ProbeName; 3] = [ProbeName::Antivirus, ProbeName::Updates, ProbeName::Accounts];

/// A device that may have findings.
struct Subject {
    rowid: i64,
    site: i64,
    uuid: [u8; 16],
}

impl Store {
    /// Judges all stored readings of a site's active devices again, after its policy changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_site(&self, site: &str, now: Timestamp) -> Result<Settled, StoreError> {
        self.rejudge(Some(site.to_owned()), &ProbeName::ALL, now).await
    }

    /// Judges all stored readings of all active devices again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_all(&self, now: Timestamp) -> Result<Settled, StoreError> {
        self.rejudge(None, &ProbeName::ALL, now).await
    }

    /// Judges again what ages without a new reading: silence, signatures, updates, passwords.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_aging(&self, now: Timestamp) -> Result<Settled, StoreError> {
        self.rejudge(None, &AGING, now).await
    }

    /// One step for each device, so that reports of others are not held up meanwhile.
    async fn rejudge(
        &self,
        site: Option<String>,
        probes: &'static [ProbeName],
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        let mut settled = Settled::default();
        for device in self.active_devices(site).await? {
            let order = Order::Device(device.uuid);
            let policies = self.policies.clone();
            let step = move |tx: &Transaction<'_>| match policies.in_force(tx, device.site)? {
                Some((_, policy)) => rejudge_device(tx, device.rowid, probes, &policy, now),
                None => Ok(Settled::default()),
            };
            match self.write(order, step).await {
                Ok(device) => settled += device,
                // One site's damaged policy must not keep the others from being judged.
                Err(error @ StoreError::Policy { .. }) => tracing::error!(%error, site = device.site, "not judged"),
                Err(error) => return Err(error),
            }
        }
        Ok(settled)
    }

    async fn active_devices(&self, site: Option<String>) -> Result<Vec<Subject>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT device.id, device.site, device.uuid FROM device JOIN site ON site.id = device.site
                 WHERE device.status = 'active' AND (?1 IS NULL OR site.name = ?1) ORDER BY device.id",
            )?;
            let rows = query
                .query_map([site], |row| Ok(Subject { rowid: row.get(0)?, site: row.get(1)?, uuid: row.get(2)? }))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn rejudge_device(
    tx: &Transaction<'_>,
    device_rowid: i64,
    probes: &[ProbeName],
    policy: &Policy,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    if !identity::is_active(tx, device_rowid)? {
        return Ok(Settled::default());
    }
    let (enrolled, seen): (i64, Option<i64>) = tx
        .prepare_cached("SELECT enrolled_at, last_seen_at FROM device WHERE id = ?1")?
        .query_row([device_rowid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let contact = rules::judge_contact(seen.map(moment), moment(enrolled), policy, now);
    let mut settled = settle(tx, device_rowid, &contact, now)?;
    for probe in probes {
        settled += rejudge_reading(tx, device_rowid, *probe, policy, now)?;
    }
    Ok(settled)
}

fn rejudge_reading(
    tx: &Transaction<'_>,
    device_rowid: i64,
    probe: ProbeName,
    policy: &Policy,
    now: Timestamp,
) -> Result<Settled, StoreError> {
    if rules::covered_by(probe).is_empty() {
        return Ok(Settled::default());
    }
    let mut query = tx
        .prepare_cached("SELECT completeness, reason, taken_at, facts FROM reading WHERE device = ?1 AND probe = ?2")?;
    let stored = query
        .query_map(params![device_rowid, probe.as_str()], |row| {
            Ok(Stored { completeness: row.get(0)?, reason: row.get(1)?, taken_at: row.get(2)?, facts: row.get(3)? })
        })?
        .next()
        .transpose()?;
    let Some(stored) = stored else {
        return Ok(Settled::default());
    };
    settle(tx, device_rowid, &rules::judge(&stored.reading(probe), policy, now), now)
}

/// A row of readings: the state of the newest one, the facts of the newest that had any.
struct Stored {
    completeness: String,
    reason: String,
    taken_at: i64,
    facts: Option<Vec<u8>>,
}

impl Stored {
    fn reading(self, probe: ProbeName) -> Reading {
        let outcome = facts::outcome(&self.completeness, self.reason, self.facts.as_deref());
        Reading { probe, taken_at: moment(self.taken_at), outcome }
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Antivirus, AntivirusProduct, Engine, Facts, ProbeName, RealTime};
    use jiff::{Timestamp, ToSpan as _};
    use rusqlite::params;

    use super::super::sample::{DEVICE, Sample, store};
    use super::super::{Order, Settled, facts};
    use super::rejudge_device;
    use crate::rules::sample;

    fn after(hours: i64) -> Timestamp {
        sample::now().checked_add(hours.hours()).expect("a time in range")
    }

    async fn rejudge(sample: &Sample, now: Timestamp) -> Settled {
        let step =
            move |tx: &rusqlite::Transaction<'_>| rejudge_device(tx, DEVICE, &ProbeName::ALL, &sample::policy(), now);
        sample.store.write(Order::First, step).await.expect("the device is judged")
    }

    async fn put_antivirus(sample: &Sample, completeness: &'static str) {
        let product = AntivirusProduct {
            name: "ClamAV".into(),
            version: "1.4".into(),
            engine: Engine::Running,
            real_time: RealTime::Blocking,
            signature_version: "27000".into(),
            signatures_built_at: Some(sample::now()),
            evidence: Vec::new(),
            ..AntivirusProduct::default()
        };
        let facts = facts::encode(&Facts::Antivirus(Antivirus { products: vec![product], detections: Vec::new() }));
        sample
            .write(move |tx| {
                tx.execute(
                    "INSERT OR REPLACE INTO reading (device, probe, completeness, reason, taken_at, received_at, facts)
                     VALUES (1, 'antivirus', ?1, 'clamd did not answer', 0, 0, ?2)",
                    params![completeness, facts],
                )?;
                tx.execute("UPDATE device SET last_seen_at = ?1", [sample::now().as_millisecond()])
            })
            .await;
    }

    const OPEN: &str = "SELECT requirement || ': ' || summary FROM finding WHERE closed_at IS NULL ORDER BY id";

    #[tokio::test]
    async fn signatures_and_silence_age_without_a_new_reading() {
        let sample = store().await;
        put_antivirus(&sample, "complete").await;
        assert_eq!(rejudge(&sample, after(168)).await, Settled::default());
        assert_eq!(rejudge(&sample, after(192)).await.opened, 2);
        assert_eq!(sample.texts(OPEN).await, ["A1: not seen for 8 days", "A1.signatures: signatures are 8 days old"]);
        let again = rejudge(&sample, after(216)).await;
        assert_eq!((again.opened, again.updated), (0, 2));
        assert_eq!(rejudge(&sample, after(1)).await.closed, 2);
    }

    #[tokio::test]
    async fn old_facts_do_not_speak_for_a_probe_that_fails_now() {
        let sample = store().await;
        put_antivirus(&sample, "failed").await;
        rejudge(&sample, after(1)).await;
        let unknown = "SELECT requirement || ': ' || reason FROM finding WHERE verdict = 'unknown' ORDER BY id";
        assert_eq!(sample.texts(unknown).await, ["E1: clamd did not answer", "A1.signatures: clamd did not answer"]);
    }

    #[tokio::test]
    async fn a_sites_devices_are_judged_by_its_policy_in_force() {
        let sample = store().await;
        put_antivirus(&sample, "failed").await;
        sample.apply_policy().await;
        let elsewhere = sample.store.rejudge_site("Southfield School", after(1)).await.expect("judges");
        assert_eq!(elsewhere, Settled::default());
        let here = sample.store.rejudge_site("northfield school", after(1)).await.expect("judges");
        assert_eq!(here.opened, 2);
        assert_eq!(sample.store.rejudge_all(after(1)).await.expect("judges"), Settled::default());
        assert_eq!(sample.store.rejudge_aging(after(200)).await.expect("judges").opened, 1, "and is silent by now");
    }

    #[tokio::test]
    async fn a_device_that_was_revoked_meanwhile_gets_no_findings() {
        let sample = store().await;
        put_antivirus(&sample, "failed").await;
        sample.write(|tx| tx.execute("UPDATE device SET status = 'revoked'", [])).await;
        assert_eq!(rejudge(&sample, after(192)).await, Settled::default());
    }

    #[tokio::test]
    async fn a_site_without_a_policy_is_left_alone() {
        let sample = store().await;
        put_antivirus(&sample, "failed").await;
        let settled = sample.store.rejudge_site("northfield school", after(1)).await.expect("judges");
        assert_eq!(settled, Settled::default());
    }
}
