//! Readings: the newest of each probe, and what the policy makes of it.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{DeviceClock, Facts, HostFacts, Outcome, ProbeName, Reading, StateDigests, Unchanged};
use caretaker_shared::wire::facts_digest;
use rusqlite::{OptionalExtension as _, params};

use super::changes::{self, Change};
use super::inventory::Whole;
use super::{Caller, Ingested, Scene};
use crate::rules;
use crate::store::{StoreError, device_alerts, device_groups, facts, findings};

/// Ways around the filter of one reading that are alerts of their own; all of them are findings.
const WAYS_AT_ONCE: usize = 3;

/// What was held of a probe before its new reading.
struct Before {
    /// What it found last; `None` where the rows tell.
    facts: Option<Facts>,
    /// Whether it ever answered in full.
    whole: bool,
}

impl Scene<'_> {
    /// Keeps a reading; says whether mail was queued. One without facts leaves those that were there, but says that
    /// they are no longer sure.
    pub(super) fn keep_reading(&self, reading: &Reading, recorded: DeviceClock) -> Result<bool, StoreError> {
        let (taken_at, _) = self.corrected(reading.taken_at, recorded);
        let reading = Reading { taken_at, ..reading.clone() };
        let before = self.held_before(reading.probe)?;
        self.keep_outcome(&reading)?;
        let changes = match &reading.outcome {
            Outcome::Complete(facts) => self.keep_facts(facts, before.facts.as_ref(), Whole::Yes)?,
            Outcome::Partial { facts, .. } => self.keep_facts(facts, before.facts.as_ref(), Whole::No)?,
            Outcome::Unsupported { .. } | Outcome::Failed { .. } => Vec::new(),
        };
        if before.whole {
            self.note_changes(reading.probe, &changes, taken_at)?;
        }
        self.settle(&reading)?;
        self.raise_for_bypass(&reading, before.facts.as_ref())
    }

    fn keep_outcome(&self, reading: &Reading) -> Result<(), StoreError> {
        let encoded = reading.outcome.facts().map(facts::encode);
        let taken_at = reading.taken_at.as_millisecond();
        let whole_at = matches!(reading.outcome, Outcome::Complete(_)).then_some(taken_at);
        self.transaction
            .prepare_cached(
                "INSERT INTO reading (device, probe, completeness, reason, taken_at, received_at, digest, facts, whole_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT DO UPDATE SET completeness = excluded.completeness, reason = excluded.reason,
                     taken_at = excluded.taken_at, received_at = excluded.received_at,
                     digest = coalesce(excluded.digest, digest), facts = coalesce(excluded.facts, facts),
                     whole_at = coalesce(excluded.whole_at, whole_at)",
            )?
            .execute(params![
                self.caller.row,
                reading.probe.as_str(),
                reading.outcome.word(),
                reading.outcome.reason().unwrap_or_default(),
                taken_at,
                self.received.as_millisecond(),
                encoded.as_deref().map(|bytes| *Sha256::of(bytes).as_bytes()),
                encoded,
                whole_at
            ])?;
        Ok(())
    }

    /// What was held of a probe.
    fn held_before(&self, probe: ProbeName) -> Result<Before, StoreError> {
        // Titles and files are compared with their rows: their facts, which may be large, are not needed.
        let in_rows = matches!(probe, ProbeName::Software | ProbeName::Executables);
        let held: Option<(Option<Vec<u8>>, bool)> = self
            .transaction
            .prepare_cached(
                "SELECT CASE WHEN ?3 THEN NULL ELSE facts END, whole_at IS NOT NULL FROM reading
                 WHERE device = ?1 AND probe = ?2",
            )?
            .query_row(params![self.caller.row, probe.as_str(), in_rows], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (facts, whole) = held.unwrap_or_default();
        Ok(Before { facts: facts.as_deref().and_then(facts::decode), whole })
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

    /// Asks again for every probe whose held facts are not those that the device last sent, or whose rows do not add
    /// up to them.
    pub(super) fn compare(&self, digests: &StateDigests, ingested: &mut Ingested) -> Result<(), StoreError> {
        for (&probe, &digest) in &digests.probes {
            if !self.is_proven(probe, digest)? && !ingested.resend.contains(&probe) {
                ingested.resend.push(probe);
            }
        }
        Ok(())
    }

    /// Whether what people are shown is what the device means: the facts, and the rows that are made of them.
    fn is_proven(&self, probe: ProbeName, digest: Sha256) -> Result<bool, StoreError> {
        let Some(outcome) = self.held_outcome(probe, digest)? else { return Ok(false) };
        let shown = match &outcome {
            Outcome::Complete(Facts::Software(_)) => Some(Facts::Software(self.held_software()?)),
            Outcome::Complete(Facts::Executables(_)) => Some(Facts::Executables(self.held_executables()?)),
            Outcome::Complete(facts) => Some(facts.clone()),
            // The rows hold what an earlier answer said as well.
            Outcome::Partial { .. } | Outcome::Unsupported { .. } | Outcome::Failed { .. } => None,
        };
        let proven = shown.is_none_or(|shown| facts_digest(&shown) == digest);
        if !proven {
            tracing::warn!(device.id = %self.caller.device, probe.name = %probe, "what is stored is not what was sent");
        }
        Ok(proven)
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

    /// Makes rows of facts; says what changed against what was held `before`.
    fn keep_facts(&self, facts: &Facts, before: Option<&Facts>, whole: Whole) -> Result<Vec<Change>, StoreError> {
        match facts {
            Facts::Host(host) => self.keep_host(host).map(|()| Vec::new()),
            Facts::Software(titles) => self.keep_software(titles, whole),
            Facts::Executables(found) => self.keep_executables(found, whole),
            Facts::Updates(now) => Ok(match before {
                Some(Facts::Updates(before)) => changes::of_updates(before, now),
                Some(_) | None => Vec::new(),
            }),
            // These are read from the reading itself.
            Facts::Hardware(_)
            | Facts::Antivirus(_)
            | Facts::ScreenLock(_)
            | Facts::Encryption(_)
            | Facts::Firewall(_)
            | Facts::Accounts(_)
            | Facts::Sessions(_)
            | Facts::Removable(_)
            | Facts::Network(_) => Ok(Vec::new()),
        }
    }

    fn keep_host(&self, host: &HostFacts) -> Result<(), StoreError> {
        if !host.hostname.is_empty() {
            let renamed = self
                .transaction
                .prepare_cached("UPDATE device SET name = ?2 WHERE id = ?1 AND name <> ?2")?
                .execute(params![self.caller.row, host.hostname])?;
            if renamed > 0 {
                device_groups::settle_device(self.transaction, self.caller.row, self.policies)?;
            }
        }
        Ok(())
    }

    /// Brings the findings in line.
    fn settle(&self, reading: &Reading) -> Result<(), StoreError> {
        let Some(policy) = self.policy()? else { return Ok(()) };
        let judgement = rules::judge(reading, &policy, self.received);
        findings::settle(self.transaction, self.caller.row, &judgement, self.received)?;
        Ok(())
    }

    /// Raises an alert for each way around the filter that has come into use; says whether mail was queued. Its finding
    /// may be older: a private network is set up one day and turned on another.
    fn raise_for_bypass(&self, reading: &Reading, before: Option<&Facts>) -> Result<bool, StoreError> {
        let (Some(policy), Some(facts)) = (self.policy()?, reading.outcome.facts()) else { return Ok(false) };
        let known = before.map(|facts| rules::bypass_in_use(facts, &policy)).unwrap_or_default();
        let new = rules::bypass_in_use(facts, &policy).into_iter().filter(|way| !known.contains(way));
        let Caller { row, site, .. } = self.caller;
        let mut queued = false;
        for way in new.take(WAYS_AT_ONCE) {
            queued |= device_alerts::raise_for_bypass(self.transaction, row, site, &way, &policy, self.received)?;
        }
        Ok(queued)
    }
}
