//! What is kept aside: records that cannot be read, stand in the wrong stream, or contradict what is held.

use caretaker_shared::model::{Envelope, Payload, Stream};
use rusqlite::params;

use super::{Arrival, Scene};
use crate::store::{StoreError, alerts, findings, number};

/// The most that is kept of one record.
const ENVELOPE_BYTES: usize = 64 * 1024;
/// Records of one device that are kept aside; a device that sends more is heard, but not stored.
const PER_DEVICE: i64 = 1_000;

impl Scene<'_> {
    /// Keeps a record that is taken in but cannot be used; says whether mail was queued.
    pub(super) fn set_unusable_aside(&self, arrival: &Arrival, reason: &str) -> Result<bool, StoreError> {
        self.set_aside(arrival, reason)?;
        let told = self.tell_of_concern(arrival)?;
        let integrity = findings::open_integrity(
            self.transaction,
            self.policies,
            self.caller.row,
            "unreadable records",
            "sent a record that cannot be used",
            &format!("{} number {}: {reason}", self.stream, arrival.seq),
            self.received,
        )?;
        Ok(told || integrity)
    }

    /// Keeps a record that came under a number that holds something else; says whether mail was queued. What is held
    /// stays as it is.
    pub(super) fn set_contradiction_aside(&self, arrival: &Arrival) -> Result<bool, StoreError> {
        if !self.set_aside(arrival, "another record is held under this number")? {
            return Ok(false);
        }
        tracing::warn!(device.id = %self.caller.device, stream = %self.stream, seq = arrival.seq, "two records under one number");
        let told = self.tell_of_concern(arrival)?;
        let integrity = findings::open_integrity(
            self.transaction,
            self.policies,
            self.caller.row,
            "record numbers",
            "sent two different records under one number",
            &format!(
                "{} number {}: this identity may be in use on two machines, or its spool was put back to an earlier state",
                self.stream, arrival.seq
            ),
            self.received,
        )?;
        Ok(told || integrity)
    }

    /// A report of a concern that cannot be used is a concern still: the safeguarding lead hears of it, not only those
    /// who look after devices. Says whether mail was queued.
    fn tell_of_concern(&self, arrival: &Arrival) -> Result<bool, StoreError> {
        let is_keyword = matches!(&arrival.content, Ok(Envelope { payload: Payload::Keyword(_), .. }));
        if self.stream != Stream::Safeguarding && !is_keyword {
            return Ok(false);
        }
        let Some((_, policy)) = self.policies.in_force(self.transaction, self.caller.site)? else {
            return Ok(false);
        };
        alerts::raise_for_unreadable(self.transaction, self.caller.row, self.caller.site, &policy, self.received)
    }

    /// Says whether the record was put aside now: not when it was before, nor when there are too many.
    fn set_aside(&self, arrival: &Arrival, reason: &str) -> Result<bool, StoreError> {
        let kept: i64 = self
            .transaction
            .prepare_cached(
                "SELECT count(*) FROM quarantine JOIN epoch ON epoch.id = quarantine.epoch WHERE epoch.device = ?1",
            )?
            .query_row([self.caller.row], |row| row.get(0))?;
        if kept >= PER_DEVICE {
            return Ok(false);
        }
        let changed = self
            .transaction
            .prepare_cached(
                "INSERT INTO quarantine (epoch, stream, seq, envelope, reason, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                self.epoch,
                self.stream.priority(),
                number(arrival.seq),
                &arrival.bytes[..arrival.bytes.len().min(ENVELOPE_BYTES)],
                reason,
                self.received.as_millisecond()
            ])?;
        Ok(changed > 0)
    }
}
