//! Once a day: what the device last sent of each probe, so that it and the collector prove that they hold the same.

use std::time::Duration;

use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{Payload, ProbeName, StateDigests, Stream};
use caretaker_shared::order;
use caretaker_shared::wire;
use rusqlite::Connection;

use super::{Spool, SpoolError, notes, queue, quota};
use crate::clocks::DeviceClocks;

const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// What names the record among those of the state stream.
const SLOT: &str = "digests";

impl Spool {
    /// Queues the digests of what was sent when a day has passed since they went last, by the wall clock: a school's
    /// computer is not on for a day at a time. Returns the record's number when one was queued.
    ///
    /// # Errors
    /// When the spool cannot be written.
    pub fn push_digests(&self) -> Result<Option<u64>, SpoolError> {
        let now = self.clocks.now();
        let last = notes::time(&self.connection(), notes::COMPARED)?;
        // A clock that was set back must not put the next comparison off for years.
        let rests = last.is_some_and(|last| last <= now && now.duration_since(last).unsigned_abs() < EVERY);
        if rests {
            return Ok(None);
        }
        let queued = self.change(|change| {
            notes::write_time(change, notes::COMPARED, now)?;
            // Nothing to compare on the first day; and one that still waits speaks for its own place in the stream.
            if last.is_none() || queue::untried(change, Stream::State, SLOT)?.is_some() {
                return Ok(None);
            }
            let payload = Payload::Digests(StateDigests { taken_at: now, probes: all_sent(change)? });
            let sequence = queue::put_state(change, &self.clocks, SLOT, &payload)?;
            quota::enforce(change, &self.clocks, self.quota_bytes)?;
            Ok(Some(sequence))
        })?;
        if queued.is_some() {
            self.enqueued.notify_one();
        }
        Ok(queued)
    }
}

/// Of the probes whose last answer was complete: what is noted of another one is longer than a digest.
fn all_sent(change: &Connection) -> Result<std::collections::BTreeMap<ProbeName, Sha256>, SpoolError> {
    let digest = |probe| {
        let noted = notes::read(change, &notes::sent(probe))?;
        Ok(noted.and_then(|noted| Sha256::from_slice(&noted)).map(|digest| (probe, digest)))
    };
    let digests = ProbeName::ALL.into_iter().filter_map(|probe| digest(probe).transpose());
    digests.collect::<Result<Vec<_>, _>>().map(order::map)
}

/// Keeps digests that wait true when a reading has taken an earlier place in the stream than theirs.
pub(super) fn amend(
    change: &Connection,
    clocks: &DeviceClocks,
    sequence: u64,
    probe: ProbeName,
    sent: Option<Sha256>,
) -> Result<(), SpoolError> {
    let Some((waiting, envelope)) = queue::untried(change, Stream::State, SLOT)? else { return Ok(()) };
    if sequence > waiting {
        return Ok(());
    }
    let Ok(Payload::Digests(mut digests)) = wire::decode(&envelope).map(|envelope| envelope.payload) else {
        return Ok(());
    };
    match sent {
        Some(digest) => digests.probes.insert(probe, digest),
        None => digests.probes.remove(&probe),
    };
    queue::put_state(change, clocks, SLOT, &Payload::Digests(digests))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, Reading};

    use super::super::tests::{fresh, nobody, noon, open, payloads, software};
    use super::*;

    fn digest(reading: &Reading) -> Sha256 {
        reading.outcome.facts().map(wire::facts_digest).expect("it has facts")
    }

    /// Number and content of the digests that wait.
    fn waiting(spool: &Spool) -> Vec<(u64, StateDigests)> {
        let digests = payloads(spool, Stream::State).into_iter().filter_map(|(number, payload)| {
            let Payload::Digests(digests) = payload else { return None };
            Some((number, digests))
        });
        digests.collect()
    }

    #[test]
    fn the_digests_of_what_was_sent_go_once_a_day_also_over_a_restart() {
        let (home, spool, clock) = fresh(1 << 20);
        let reading = software(&["a"]);
        spool.push_reading(&reading, nobody).expect("queued");
        assert_eq!(spool.push_digests().expect("looks"), None, "the first day has nothing to compare");
        clock.advance(EVERY - Duration::from_secs(1));
        assert_eq!(spool.push_digests().expect("looks"), None);
        drop(spool);
        let spool = open(home.path(), 1 << 20, &clock);
        clock.advance(Duration::from_secs(1));
        assert_eq!(spool.push_digests().expect("queued"), Some(2));
        assert_eq!(spool.push_digests().expect("looks"), None);
        let (_, digests) = waiting(&spool).remove(0);
        assert_eq!(digests.probes, [(ProbeName::Software, digest(&reading))].into());
        assert_eq!(digests.taken_at, spool.clocks.now());
    }

    #[test]
    fn a_clock_that_was_set_back_puts_nothing_off() {
        let (_home, spool, clock) = fresh(1 << 20);
        clock.set_wall("2099-01-01T00:00:00Z".parse().expect("a time"));
        assert_eq!(spool.push_digests().expect("looks"), None);
        clock.set_wall(noon());
        assert_eq!(spool.push_digests().expect("queued"), Some(1));
    }

    #[test]
    fn digests_that_wait_speak_for_the_readings_before_them_and_for_no_later_one() {
        let (_home, spool, clock) = fresh(1 << 20);
        spool.push_digests().expect("begins the day");
        spool.push_reading(&software(&["a"]), nobody).expect("queued");
        clock.advance(EVERY);
        assert_eq!(spool.push_digests().expect("queued"), Some(2));
        let newer = software(&["a", "b"]);
        assert_eq!(spool.push_reading(&newer, nobody).expect("queued").sequence, 1, "it takes the older one's place");
        let later = Reading {
            probe: ProbeName::Removable,
            taken_at: noon(),
            outcome: Outcome::Complete(Facts::Removable(Vec::new())),
        };
        assert_eq!(spool.push_reading(&later, nobody).expect("queued").sequence, 3);
        clock.advance(EVERY);
        assert_eq!(spool.push_digests().expect("looks"), None, "one waits already");
        let (number, digests) = waiting(&spool).remove(0);
        assert_eq!((number, digests.probes), (2, [(ProbeName::Software, digest(&newer))].into()));
        let failed = Reading { outcome: Outcome::Failed { reason: "no answer".into() }, ..software(&[]) };
        let number = spool.push_reading(&failed, nobody).expect("queued").sequence;
        assert_eq!(number, 4, "the one before was tried by now");
    }
}
