//! Judging again what is stored: after a policy changed, and as time passes without a new reading.

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::model::{Facts, Outcome, ProbeName, Reading};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use prost::Message as _;
use rusqlite::{Transaction, params};

use super::findings::{Settled, policy_of, settle};
use super::moment::moment;
use super::{Order, Store, StoreError};
use crate::rules;

/// Probes whose answers the policy asks about.
const JUDGED: [ProbeName; 3] = [ProbeName::Antivirus, ProbeName::ScreenLock, ProbeName::Executables];
/// Those among them whose verdict changes while the answer stays the same.
const AGING: [ProbeName; 1] = [ProbeName::Antivirus];

/// A device that may have findings.
struct Subject {
    rowid: i64,
    uuid: [u8; 16],
}

impl Store {
    /// Judges all stored readings of a site's active devices again, after its policy changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_site(&self, site: &str, now: Timestamp) -> Result<Settled, StoreError> {
        self.rejudge(Some(site.to_owned()), &JUDGED, now).await
    }

    /// Judges all stored readings of all active devices again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rejudge_all(&self, now: Timestamp) -> Result<Settled, StoreError> {
        self.rejudge(None, &JUDGED, now).await
    }

    /// Judges again what ages without a new reading: silence, and signatures.
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
            settled += self.write(order, move |tx| rejudge_device(tx, device.rowid, probes, now)).await?;
        }
        Ok(settled)
    }

    async fn active_devices(&self, site: Option<String>) -> Result<Vec<Subject>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT device.id, device.uuid FROM device JOIN site ON site.id = device.site
                 WHERE device.status = 'active' AND (?1 IS NULL OR site.name = ?1) ORDER BY device.id",
            )?;
            let rows = query.query_map([site], |row| Ok(Subject { rowid: row.get(0)?, uuid: row.get(1)? }))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn rejudge_device(
    tx: &Transaction<'_>,
    device_rowid: i64,
    probes: &[ProbeName],
    now: Timestamp,
) -> Result<Settled, StoreError> {
    let (site, enrolled, seen): (i64, i64, Option<i64>) = tx
        .prepare_cached("SELECT site, enrolled_at, last_seen_at FROM device WHERE id = ?1")?
        .query_row([device_rowid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some(policy) = policy_of(tx, site)? else {
        return Ok(Settled::default());
    };
    let contact = rules::judge_contact(seen.map(moment), moment(enrolled), &policy, now);
    let mut settled = settle(tx, device_rowid, &contact, now)?;
    for probe in probes {
        settled += rejudge_reading(tx, device_rowid, *probe, &policy, now)?;
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
        let outcome = match self.completeness.as_str() {
            "complete" => self.decoded().map(Outcome::Complete),
            "partial" => self.decoded().map(|facts| Outcome::Partial { facts, reason: self.reason.clone() }),
            _ => Some(Outcome::Failed { reason: self.reason.clone() }),
        };
        let lost = || Outcome::Failed { reason: "the stored reading cannot be read; the next one replaces it".into() };
        Reading { probe, taken_at: moment(self.taken_at), outcome: outcome.unwrap_or_else(lost) }
    }

    fn decoded(&self) -> Option<Facts> {
        let reading = proto::Reading::decode(self.facts.as_deref()?).ok()?;
        Facts::try_from(reading.facts?).ok()
    }
}
