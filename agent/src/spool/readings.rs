//! Readings on their way into the queue: whole, or as "unchanged" when the collector has them already.

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Outcome, Payload, ProbeName, Reading, Stream, Unchanged};
use caretaker_shared::wire;
use rusqlite::Connection;

use super::{Spool, SpoolError, changes, digests, notes, queue, quota};

/// What was queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its number in the state stream.
    pub sequence: u64,
    /// Whether the whole reading went in, and not only that it is as before.
    pub whole: bool,
    /// What the reading shows that the ones before did not: a tamper record says each.
    pub told: Vec<DeviceEventKind>,
}

impl Spool {
    /// Queues a reading, and with it what it shows that the ones before did not: all of it or nothing. `users` is asked
    /// for the accounts that are logged in only when there is something to tell.
    ///
    /// An answer that equals the last whole one, reason and all, goes as its digest. One without facts always goes whole,
    /// and so does the next one after it. An answer too large to be sent becomes a failed reading that says so.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn push_reading(&self, reading: &Reading, users: impl Fn() -> Vec<String>) -> Result<Queued, SpoolError> {
        let queued = match self.change(|change| self.put_reading(change, reading, reading, &users)) {
            Err(SpoolError::TooLarge(bytes)) => {
                let reason = format!("the answer is too large to be sent: {bytes} bytes");
                let failed = Reading { outcome: Outcome::Failed { reason }, ..reading.clone() };
                self.change(|change| self.put_reading(change, &failed, reading, &users))?
            }
            queued => queued?,
        };
        self.enqueued.notify_one();
        Ok(queued)
    }

    /// Queues one reading, and tells what another, the one that could not be sent itself, shows.
    fn put_reading(
        &self,
        change: &Connection,
        reading: &Reading,
        shown: &Reading,
        users: &impl Fn() -> Vec<String>,
    ) -> Result<Queued, SpoolError> {
        let sent = notes::sent(reading.probe);
        let digest = reading.outcome.facts().map(wire::facts_digest);
        let noted = digest.map(|digest| noted(&reading.outcome, digest));
        let as_before = noted.is_some() && notes::read(change, &sent)? == noted;
        let unchanged = digest.filter(|_| as_before).filter(|_| !whole_waits(change, reading.probe));
        let payload = match unchanged {
            Some(digest) => Payload::Unchanged(Unchanged { probe: reading.probe, taken_at: reading.taken_at, digest }),
            None => Payload::Reading(reading.clone()),
        };
        let sequence = queue::put_state(change, &self.clocks, reading.probe.as_str(), &payload)?;
        match noted {
            Some(noted) => notes::write(change, &sent, &noted)?,
            None => notes::forget(change, &sent)?,
        }
        let whole = digest.filter(|_| matches!(reading.outcome, Outcome::Complete(_)));
        digests::amend(change, &self.clocks, sequence, reading.probe, whole)?;
        let told = self.put_changes(change, shown, users)?;
        quota::enforce(change, &self.clocks, self.quota_bytes)?;
        Ok(Queued { sequence, whole: unchanged.is_none(), told })
    }

    /// Tells what the reading shows that the ones before did not.
    fn put_changes(
        &self,
        change: &Connection,
        reading: &Reading,
        users: &impl Fn() -> Vec<String>,
    ) -> Result<Vec<DeviceEventKind>, SpoolError> {
        let name = notes::seen(reading.probe);
        let before = notes::read(change, &name)?;
        let Some(changes) = changes::since(before.as_deref(), reading) else { return Ok(Vec::new()) };
        notes::write(change, &name, &changes.state)?;
        let users = if changes.events.is_empty() { Vec::new() } else { users() };
        let tell = |event: DeviceEvent| {
            let kind = event.kind;
            let payload = Payload::Device(DeviceEvent { users: users.clone(), ..event });
            queue::append(change, &self.clocks, &payload, None)?;
            Ok(kind)
        };
        changes.events.into_iter().map(tell).collect()
    }
}

/// What is noted of an answer that was sent: the digest of its facts, and behind it that of the reason where it is not
/// complete. The same facts with another reason are another answer.
fn noted(outcome: &Outcome, digest: Sha256) -> Vec<u8> {
    let reason = outcome.reason().map(|reason| Sha256::of(reason.as_bytes()));
    let reason = reason.as_ref().map_or(&[][..], |reason| reason.as_bytes());
    [digest.as_bytes(), reason].concat()
}

/// Whether a whole reading of this probe was queued and never tried: to put "unchanged" in its place would lose it.
fn whole_waits(change: &Connection, probe: ProbeName) -> bool {
    let Ok(Some((_, envelope))) = queue::untried(change, Stream::State, probe.as_str()) else { return false };
    wire::decode(&envelope).is_ok_and(|envelope| matches!(envelope.payload, Payload::Reading(_)))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use caretaker_shared::model::{AntivirusProduct, Engine, Facts, RealTime};

    use super::super::tests::{antivirus, fresh, nobody, noon, open, payloads};
    use super::*;

    fn told(spool: &Spool) -> Vec<DeviceEvent> {
        let events = payloads(spool, Stream::Tamper).into_iter().map(|(_, payload)| {
            let Payload::Device(event) = payload else { panic!("the stream holds events only") };
            event
        });
        events.collect()
    }

    fn pupil() -> Vec<String> {
        vec!["pupil.one".into()]
    }

    #[test]
    fn what_changed_while_the_agent_was_off_is_told_once_with_who_is_logged_in() {
        let (home, spool, clock) = fresh(1 << 20);
        let push = |spool: &Spool, real_time| {
            spool.push_reading(&antivirus(Engine::Running, real_time), pupil).expect("queued");
        };
        push(&spool, RealTime::Blocking);
        drop(spool);
        for _ in 0..2 {
            let spool = open(home.path(), 1 << 20, &clock);
            push(&spool, RealTime::Off);
            let event = DeviceEvent {
                kind: DeviceEventKind::AntivirusOff,
                occurred_at: noon(),
                users: pupil(),
                subject: "ClamAV".into(),
                detail: "real-time protection is off".into(),
            };
            assert_eq!(told(&spool), [event]);
        }
    }

    #[test]
    fn a_step_that_is_cut_off_leaves_neither_the_event_nor_the_memory_of_it() {
        let (home, spool, clock) = fresh(1 << 20);
        let off = antivirus(Engine::Stopped, RealTime::Off);
        spool.push_reading(&antivirus(Engine::Running, RealTime::Blocking), nobody).expect("queued");
        let cut_off = || -> Vec<String> { panic!("the power went") };
        let ended = catch_unwind(AssertUnwindSafe(|| spool.push_reading(&off, cut_off)));
        assert!(ended.is_err());
        assert_eq!(told(&spool), []);
        drop(spool);
        let spool = open(home.path(), 1 << 20, &clock);
        spool.push_reading(&off, nobody).expect("queued");
        assert_eq!(told(&spool).len(), 1);
    }

    #[test]
    fn nobody_is_asked_who_is_logged_in_when_there_is_nothing_to_tell() {
        let (_home, spool, _) = fresh(1 << 20);
        let never = || -> Vec<String> { panic!("nothing has changed") };
        for _ in 0..2 {
            spool.push_reading(&antivirus(Engine::Running, RealTime::Blocking), never).expect("queued");
        }
    }

    #[test]
    fn an_answer_that_is_too_large_to_be_sent_still_tells_what_changed() {
        let (_home, spool, _) = fresh(1 << 22);
        spool.push_reading(&antivirus(Engine::Running, RealTime::Blocking), nobody).expect("queued");
        let mut large = antivirus(Engine::Stopped, RealTime::Off);
        if let Outcome::Complete(Facts::Antivirus(found)) = &mut large.outcome {
            let named = |number| AntivirusProduct { name: format!("{number:0>500}"), ..found.products[0].clone() };
            found.products = (0..3_000).map(named).collect();
        }
        let queued = spool.push_reading(&large, nobody).expect("queued");
        assert_eq!(queued.told, [DeviceEventKind::AntivirusOff]);
        let sent = payloads(&spool, Stream::State);
        let outcome =
            sent.iter().find_map(|(_, sent)| if let Payload::Reading(it) = sent { Some(&it.outcome) } else { None });
        assert!(matches!(outcome, Some(Outcome::Failed { .. })), "{outcome:?}");
    }
}
