//! Readings: the newest of each probe, and what the policy makes of it.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{DeviceClock, Facts, HostFacts, Outcome, ProbeName, Reading, StateDigests, Unchanged};
use rusqlite::{OptionalExtension as _, params};

use super::inventory::Whole;
use super::{Ingested, Scene};
use crate::rules;
use crate::store::{StoreError, facts, findings};

impl Scene<'_> {
    /// Keeps a reading. One without facts leaves those that were there, but says that they are no longer sure.
    pub(super) fn keep_reading(&self, reading: &Reading, recorded: DeviceClock) -> Result<(), StoreError> {
        let (taken_at, _) = self.corrected(reading.taken_at, recorded);
        let reading = Reading { taken_at, ..reading.clone() };
        let encoded = reading.outcome.facts().map(facts::encode);
        self.transaction
            .prepare_cached(
                "INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at, digest, facts)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO UPDATE SET completeness = excluded.completeness, reason = excluded.reason,
                     taken_at = excluded.taken_at, received_at = excluded.received_at,
                     digest = coalesce(excluded.digest, digest), facts = coalesce(excluded.facts, facts)",
            )?
            .execute(params![
                self.caller.row,
                reading.probe.as_str(),
                reading.outcome.word(),
                reading.outcome.reason().unwrap_or_default(),
                taken_at.as_millisecond(),
                self.received.as_millisecond(),
                encoded.as_deref().map(|bytes| *Sha256::of(bytes).as_bytes()),
                encoded
            ])?;
        match &reading.outcome {
            Outcome::Complete(facts) => self.keep_facts(facts, Whole::Yes)?,
            Outcome::Partial { facts, .. } => self.keep_facts(facts, Whole::No)?,
            Outcome::Unsupported { .. } | Outcome::Failed { .. } => {}
        }
        self.settle(&reading)
    }

    /// Takes note that a probe answered as before; says whether what is held is what the device means.
    pub(super) fn refresh_reading(&self, unchanged: &Unchanged, recorded: DeviceClock) -> Result<bool, StoreError> {
        let Some(outcome) = self.held_outcome(unchanged.probe, unchanged.digest)? else { return Ok(false) };
        let (taken_at, _) = self.corrected(unchanged.taken_at, recorded);
        self.transaction
            .prepare_cached("UPDATE reading SET taken_at = ?3, received_at = ?4 WHERE device = ?1 AND probe = ?2")?
            .execute(params![
                self.caller.row,
                unchanged.probe.as_str(),
                taken_at.as_millisecond(),
                self.received.as_millisecond()
            ])?;
        // The same facts may be judged otherwise as time passes: signatures grow old.
        self.settle(&Reading { probe: unchanged.probe, taken_at, outcome })?;
        Ok(true)
    }

    /// Asks again for every probe whose held facts are not those that the device last sent.
    pub(super) fn compare(&self, digests: &StateDigests, ingested: &mut Ingested) -> Result<(), StoreError> {
        for (&probe, &digest) in &digests.probes {
            if self.held_outcome(probe, digest)?.is_none() && !ingested.resend.contains(&probe) {
                ingested.resend.push(probe);
            }
        }
        Ok(())
    }

    /// The facts with this digest, when they are what the newest reading of the probe found.
    fn held_outcome(&self, probe: ProbeName, digest: Sha256) -> Result<Option<Outcome>, StoreError> {
        let held: Option<(String, String, Vec<u8>)> = self
            .transaction
            .prepare_cached(
                "SELECT completeness, reason, facts FROM reading WHERE device = ?1 AND probe = ?2 AND digest = ?3",
            )?
            .query_row(params![self.caller.row, probe.as_str(), digest.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        Ok(held.and_then(|(completeness, reason, bytes)| {
            let facts = facts::decode(&bytes)?;
            match completeness.as_str() {
                "complete" => Some(Outcome::Complete(facts)),
                "partial" => Some(Outcome::Partial { facts, reason }),
                // A later reading failed: the device has to say anew what is so.
                _ => None,
            }
        }))
    }

    fn keep_facts(&self, facts: &Facts, whole: Whole) -> Result<(), StoreError> {
        match facts {
            Facts::Host(host) => self.keep_host(host),
            Facts::Software(titles) => self.keep_software(titles, whole),
            Facts::Executables(found) => self.keep_executables(&found.files, whole),
            // These are read from the reading itself.
            Facts::Hardware(_)
            | Facts::Antivirus(_)
            | Facts::ScreenLock(_)
            | Facts::Encryption(_)
            | Facts::Firewall(_)
            | Facts::Updates(_)
            | Facts::Accounts(_)
            | Facts::Sessions(_)
            | Facts::Removable(_)
            | Facts::Network(_) => Ok(()),
        }
    }

    fn keep_host(&self, host: &HostFacts) -> Result<(), StoreError> {
        if !host.hostname.is_empty() {
            self.transaction
                .prepare_cached("UPDATE device SET name = ?2 WHERE id = ?1 AND name <> ?2")?
                .execute(params![self.caller.row, host.hostname])?;
        }
        Ok(())
    }

    fn settle(&self, reading: &Reading) -> Result<(), StoreError> {
        let Some(policy) = self.policy()? else { return Ok(()) };
        let judgement = rules::judge(reading, &policy, self.received);
        findings::settle(self.transaction, self.caller.row, &judgement, self.received)?;
        Ok(())
    }
}
