//! Readings on their way into the queue: whole, or as "unchanged" when the collector has them already.

use caretaker_shared::model::{
    Antivirus, DeviceEventKind, Engine, Facts, Outcome, Payload, ProbeName, Reading, RealTime, Stream, Unchanged,
};
use caretaker_shared::wire;
use rusqlite::Connection;

use super::{Spool, SpoolError, notes, queue, quota};

/// What was queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// Its number in the state stream.
    pub sequence: u64,
    /// Whether the whole reading went in, and not only that it is as before.
    pub whole: bool,
    /// Whether the reading told that protection went on or off, and a tamper record says so.
    pub tamper: Option<DeviceEventKind>,
}

impl Spool {
    /// Queues a reading, and with it what it says about protection: both or neither.
    ///
    /// An answer that equals the last whole one goes as its digest. One that is not complete always goes whole, and
    /// so does the next one after it. An answer too large to be sent becomes a failed reading that says so.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn push_reading(&self, reading: &Reading) -> Result<Queued, SpoolError> {
        let queued = match self.change(|change| self.put_reading(change, reading)) {
            Err(SpoolError::TooLarge(bytes)) => {
                let reason = format!("the answer is too large to be sent: {bytes} bytes");
                let failed = Reading { outcome: Outcome::Failed { reason }, ..reading.clone() };
                self.change(|change| self.put_reading(change, &failed))?
            }
            queued => queued?,
        };
        self.enqueued.notify_one();
        Ok(queued)
    }

    fn put_reading(&self, change: &Connection, reading: &Reading) -> Result<Queued, SpoolError> {
        let sent = notes::sent(reading.probe);
        let digest = match &reading.outcome {
            Outcome::Complete(facts) => Some(wire::facts_digest(facts)),
            Outcome::Partial { .. } | Outcome::Unsupported { .. } | Outcome::Failed { .. } => None,
        };
        let as_before = match digest {
            Some(digest) => notes::read(change, &sent)?.is_some_and(|before| before == digest.as_bytes()),
            None => false,
        };
        let unchanged = digest.filter(|_| as_before).filter(|_| !whole_waits(change, reading.probe));
        let payload = match unchanged {
            Some(digest) => Payload::Unchanged(Unchanged { probe: reading.probe, taken_at: reading.taken_at, digest }),
            None => Payload::Reading(reading.clone()),
        };
        let sequence = queue::put_state(change, &self.clocks, reading.probe.as_str(), &payload)?;
        match digest {
            Some(digest) => notes::write(change, &sent, digest.as_bytes())?,
            None => notes::forget(change, &sent)?,
        }
        let tamper = self.put_protection(change, reading)?;
        quota::enforce(change, &self.clocks, self.quota_bytes)?;
        Ok(Queued { sequence, whole: unchanged.is_none(), tamper })
    }

    fn put_protection(&self, change: &Connection, reading: &Reading) -> Result<Option<DeviceEventKind>, SpoolError> {
        let Some(on) = protection(&reading.outcome) else { return Ok(None) };
        let before = notes::read(change, notes::PROTECTED)?.map(|before| before == [1]);
        if before == Some(on) {
            return Ok(None);
        }
        notes::write(change, notes::PROTECTED, &[u8::from(on)])?;
        if before.is_none() {
            return Ok(None);
        }
        let kind = if on { DeviceEventKind::AntivirusOn } else { DeviceEventKind::AntivirusOff };
        self.tell(change, kind)?;
        Ok(Some(kind))
    }
}

/// Whether an antivirus looks at files as they are opened; `None` when the reading cannot tell. Not to know is neither.
#[must_use]
pub fn protection(outcome: &Outcome) -> Option<bool> {
    let (facts, complete) = match outcome {
        Outcome::Complete(facts) => (facts, true),
        Outcome::Partial { facts, .. } => (facts, false),
        Outcome::Unsupported { .. } | Outcome::Failed { .. } => return None,
    };
    let Facts::Antivirus(Antivirus { products, .. }) = facts else { return None };
    let known: Vec<Option<bool>> = products
        .iter()
        .map(|product| match (product.engine, product.real_time) {
            (Engine::Stopped, _) | (_, RealTime::Off) => Some(false),
            (Engine::Running, RealTime::Blocking | RealTime::DetectOnly) => Some(true),
            (Engine::Unknown, _) | (_, RealTime::Unknown) => None,
        })
        .collect();
    if known.contains(&Some(true)) {
        return Some(true);
    }
    (complete && !known.contains(&None)).then_some(false)
}

/// Whether a whole reading of this probe was queued and never tried: to put "unchanged" in its place would lose it.
fn whole_waits(change: &Connection, probe: ProbeName) -> bool {
    let Ok(Some((_, envelope))) = queue::untried(change, Stream::State, probe.as_str()) else { return false };
    wire::decode(&envelope).is_ok_and(|envelope| matches!(envelope.payload, Payload::Reading(_)))
}
