//! What one new record changes.

use std::sync::Arc;

use caretaker_shared::model::{AgentCost, DeviceClock, DeviceEvent, Gap, KeywordEvent, Payload};
use caretaker_shared::policy::Policy;
use jiff::Timestamp;
use rusqlite::params;

use super::time::{self, Certainty};
use super::{Arrival, Ingested, Scene};
use crate::store::alerts::Met;
use crate::store::identity::Caller;
use crate::store::{StoreError, alerts, canary, cases, device_alerts, executables, keywords, number, sealed, titles};

/// The columns in which kinds of events differ.
#[derive(Default)]
struct Row<'a> {
    kind: &'a str,
    rule: Option<&'a str>,
    category: Option<&'a str>,
    severity: Option<u8>,
    document: Option<&'a [u8]>,
}

impl Scene<'_> {
    /// Applies a record that stands for the numbers from `first` to its own.
    pub(super) fn apply(&self, arrival: &Arrival, first: u64, ingested: &mut Ingested) -> Result<(), StoreError> {
        let envelope = match &arrival.content {
            Ok(envelope) => envelope,
            Err(error) => {
                ingested.alerts_raised |= self.set_unusable_aside(arrival, &error.to_string())?;
                return Ok(());
            }
        };
        if envelope.payload.stream().is_some_and(|stream| stream != self.stream) {
            let reason = "its content does not belong into this stream";
            ingested.alerts_raised |= self.set_unusable_aside(arrival, reason)?;
            return Ok(());
        }
        let recorded = envelope.recorded;
        ingested.alerts_raised |= match &envelope.payload {
            Payload::Keyword(event) => self.keep_keyword(arrival.seq, event, recorded)?,
            Payload::Device(event) => self.keep_device_event(arrival.seq, event, recorded)?,
            Payload::Gap(gap) if gap.to != arrival.seq => {
                self.set_unusable_aside(arrival, "a gap that does not end at its own number")?
            }
            Payload::Gap(gap) => self.keep_gap(gap, first).map(|()| false)?,
            Payload::Reading(reading) => self.keep_reading(reading, recorded)?,
            Payload::ExecutableFacts(facts) => {
                if executables::describe(self.transaction, facts, self.received)? {
                    titles::described(self.transaction, facts.sha256, self.shelf)?;
                }
                false
            }
            Payload::Digests(digests) => {
                self.compare(digests, ingested)?;
                false
            }
            Payload::Cost(cost) => self.keep_cost(cost).map(|()| false)?,
            Payload::Unchanged(unchanged) => {
                if !self.refresh_reading(unchanged, recorded)? && !ingested.resend.contains(&unchanged.probe) {
                    ingested.resend.push(unchanged.probe);
                }
                false
            }
        };
        Ok(())
    }

    /// The policy in force at the device's site; `None` for a site without one.
    pub(super) fn policy(&self) -> Result<Option<Arc<Policy>>, StoreError> {
        let found = self.policies.in_force(self.transaction, self.caller.site)?;
        Ok(found.map(|(_, policy)| policy))
    }

    /// A time of the device by the collector's clock.
    pub(super) fn corrected(&self, occurred: Timestamp, recorded: DeviceClock) -> (Timestamp, Certainty) {
        time::correct(occurred, recorded, self.sent, self.received)
    }

    fn keep_keyword(&self, seq: u64, event: &KeywordEvent, recorded: DeviceClock) -> Result<bool, StoreError> {
        let (occurred_at, certainty) = self.corrected(event.occurred_at, recorded);
        let event = KeywordEvent { occurred_at, ..event.clone() };
        let row = Row {
            kind: "keyword",
            rule: Some(&event.rule),
            category: Some(&event.category),
            severity: Some(event.severity.level()),
            document: Some(event.document.as_bytes()),
        };
        let id = self.keep_event(seq, &row, occurred_at, certainty)?;
        let Caller { row, site, .. } = self.caller;
        if let Some(policy) = self.policy()?.filter(|_| event.canary.is_some()) {
            let met = Met { event_rowid: id, device_rowid: row, site_rowid: site, event: &event };
            if let Some(queued) = canary::answered(self.transaction, &met, &policy, self.received)? {
                keywords::keep(self.transaction, &met)?;
                sealed::keep(self.transaction, id, &event, self.vault, self.received)?;
                return Ok(queued);
            }
        }
        // The event keeps the level that the device gave it, as what is sealed says so too; its case may weigh more.
        let event = cases::weigh(self.transaction, row, event, self.received)?;
        let met = Met { event_rowid: id, device_rowid: row, site_rowid: site, event: &event };
        keywords::keep(self.transaction, &met)?;
        sealed::keep(self.transaction, id, &event, self.vault, self.received)?;
        let Some(policy) = self.policy()? else { return Ok(false) };
        alerts::raise_for_keyword(self.transaction, &met, &policy, self.received)
    }

    fn keep_device_event(&self, seq: u64, event: &DeviceEvent, recorded: DeviceClock) -> Result<bool, StoreError> {
        let (occurred_at, certainty) = self.corrected(event.occurred_at, recorded);
        let event = DeviceEvent { occurred_at, ..event.clone() };
        let row = Row { kind: event.kind.word(), ..Row::default() };
        let id = self.keep_event(seq, &row, occurred_at, certainty)?;
        self.transaction
            .prepare_cached("INSERT INTO device_event (event, subject, detail, users) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, event.subject, event.detail, event.users.join("\n")])?;
        let Some(policy) = self.policy()? else { return Ok(false) };
        let Caller { row, site, .. } = self.caller;
        device_alerts::raise_for_device_event(self.transaction, id, row, site, &event, &policy, self.received)
    }

    fn keep_event(
        &self,
        seq: u64,
        row: &Row<'_>,
        occurred_at: Timestamp,
        certainty: Certainty,
    ) -> Result<i64, StoreError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO event (epoch, stream, seq, device, kind, rule, category, severity, document,
                                    occurred_at, time_certainty, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                self.epoch,
                self.stream.priority(),
                number(seq),
                self.caller.row,
                row.kind,
                row.rule,
                row.category,
                row.severity,
                row.document,
                occurred_at.as_millisecond(),
                certainty.word(),
                self.received.as_millisecond()
            ])?;
        Ok(self.transaction.last_insert_rowid())
    }

    fn keep_cost(&self, cost: &AgentCost) -> Result<(), StoreError> {
        let ms = |time: std::time::Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        self.transaction
            .prepare_cached(
                "INSERT INTO agent_cost (device, resident_bytes, processor_ms, spool_bytes, uptime_ms, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET resident_bytes = excluded.resident_bytes,
                     processor_ms = excluded.processor_ms, spool_bytes = excluded.spool_bytes,
                     uptime_ms = excluded.uptime_ms, received_at = excluded.received_at",
            )?
            .execute(params![
                self.caller.row,
                number(cost.resident_bytes),
                ms(cost.processor),
                number(cost.spool_bytes),
                ms(cost.uptime),
                self.received.as_millisecond()
            ])?;
        Ok(())
    }

    fn keep_gap(&self, gap: &Gap, first: u64) -> Result<(), StoreError> {
        tracing::warn!(device.id = %self.caller.device, stream = %self.stream, from = first, to = gap.to,
            reason = gap.reason.word(), "a device gave up records");
        self.transaction
            .prepare_cached("INSERT INTO gap (epoch, stream, first, last, reason) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![self.epoch, self.stream.priority(), number(first), number(gap.to), gap.reason.word()])?;
        Ok(())
    }
}
