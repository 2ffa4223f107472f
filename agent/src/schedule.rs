//! Which probes are due. Pure: time is the steady time that the caller hands in, and so is chance.
//!
//! All probes ask soon after the start, one after the other and the host first, so that a new device is known quickly.
//! From then on each keeps its own rhythm, a little early or late each time, so that a fleet does not move in step.

use std::collections::BTreeMap;
use std::time::Duration;

use caretaker_shared::model::ProbeName;
use caretaker_shared::order;

/// Between two probes' first questions.
const FIRST_GAP: Duration = Duration::from_millis(500);
/// However a policy puts it, no probe asks more often.
const SHORTEST: Duration = Duration::from_secs(10);
/// How far from its rhythm a probe may ask, either way, as a part of its interval.
const SPREAD: f64 = 0.1;

/// When each probe asks next.
#[derive(Debug, Clone)]
pub struct Schedule {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    probe: ProbeName,
    own_interval: Duration,
    interval: Duration,
    last: Option<Duration>,
    next: Duration,
}

impl Schedule {
    /// A schedule that begins `now`, for probes and the rhythms of their own.
    #[must_use]
    pub fn new(probes: impl IntoIterator<Item = (ProbeName, Duration)>, now: Duration) -> Self {
        let entry = |(probe, every): (ProbeName, Duration)| {
            let interval = every.max(SHORTEST);
            Entry { probe, own_interval: interval, interval, last: None, next: now }
        };
        let mut entries: Vec<Entry> = probes.into_iter().map(entry).collect();
        order::sort_by_key(&mut entries, |entry| entry.probe != ProbeName::Host);
        let mut next = now;
        for entry in &mut entries {
            entry.next = next;
            next += FIRST_GAP;
        }
        Self { entries }
    }

    /// Takes the rhythms of a policy. A probe without one keeps its own. Each next question moves to where the new
    /// rhythm puts it.
    pub fn follow(&mut self, every: &BTreeMap<ProbeName, Duration>) {
        for entry in &mut self.entries {
            let interval = every.get(&entry.probe).map_or(entry.own_interval, |every| (*every).max(SHORTEST));
            if entry.interval != interval {
                entry.interval = interval;
                entry.next = entry.last.map_or(entry.next, |last| last + interval);
            }
        }
    }

    /// Probes that are due at `now`, and plans their next question. `chance` yields numbers from 0 up to 1.
    pub fn due(&mut self, now: Duration, mut chance: impl FnMut() -> f64) -> Vec<ProbeName> {
        let mut due = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.next <= now) {
            due.push(entry.probe);
            entry.last = Some(now);
            let factor = 1.0 - SPREAD + 2.0 * SPREAD * chance().clamp(0.0, 1.0);
            entry.next = now + entry.interval.mul_f64(factor).max(SHORTEST);
        }
        due
    }

    /// Makes a probe due at once: something that it looks at has changed.
    pub fn hasten(&mut self, probe: ProbeName, now: Duration) {
        for entry in self.entries.iter_mut().filter(|entry| entry.probe == probe) {
            entry.next = entry.next.min(now);
        }
    }

    /// The steady time at which the next probe is due; `None` without probes.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.entries.iter().map(|entry| entry.next).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn schedule() -> Schedule {
        let probes = [(ProbeName::Software, HOUR), (ProbeName::Host, HOUR), (ProbeName::Antivirus, seconds(300))];
        Schedule::new(probes, seconds(1000))
    }

    fn all_asked(schedule: &mut Schedule) {
        assert_eq!(schedule.due(seconds(1004), || 0.5).len(), 3);
    }

    #[test]
    fn asks_all_soon_after_the_start_and_the_host_first() {
        let mut schedule = schedule();
        assert_eq!(schedule.due(seconds(1000), || 0.5), [ProbeName::Host]);
        assert_eq!(schedule.due(seconds(1000), || 0.5), []);
        assert_eq!(schedule.due(seconds(1000) + FIRST_GAP, || 0.5), [ProbeName::Software]);
        assert_eq!(schedule.next(), Some(seconds(1001)));
        assert_eq!(schedule.due(seconds(1001), || 0.5), [ProbeName::Antivirus]);
    }

    #[test]
    fn keeps_each_rhythm_a_little_early_or_late() {
        for (chance, next) in [(0.0, 270), (0.5, 300), (1.0, 330)] {
            let mut schedule = schedule();
            schedule.due(seconds(1004), || chance);
            assert_eq!(schedule.next(), Some(seconds(1004 + next)), "chance {chance}");
        }
    }

    #[test]
    fn asks_once_after_a_long_sleep() {
        let mut schedule = schedule();
        all_asked(&mut schedule);
        assert_eq!(schedule.due(seconds(1_000_000), || 0.5).len(), 3);
        assert_eq!(schedule.due(seconds(1_000_001), || 0.5), []);
    }

    #[test]
    fn follows_a_policy_and_returns_to_its_own_rhythm() {
        let mut schedule = schedule();
        all_asked(&mut schedule);
        schedule.follow(&[(ProbeName::Software, seconds(60)), (ProbeName::ScreenLock, seconds(5))].into());
        assert_eq!(schedule.next(), Some(seconds(1064)));
        schedule.follow(&BTreeMap::new());
        assert_eq!(schedule.next(), Some(seconds(1304)), "the antivirus probe is next again");
    }

    #[test]
    fn an_unchanged_policy_moves_nothing() {
        let mut schedule = schedule();
        schedule.follow(&[(ProbeName::Antivirus, seconds(60))].into());
        schedule.due(seconds(1004), || 0.0);
        let before = schedule.next();
        schedule.follow(&[(ProbeName::Antivirus, seconds(60))].into());
        assert_eq!(schedule.next(), before);
    }

    #[test]
    fn a_policy_cannot_make_a_probe_ask_without_pause() {
        let mut schedule = schedule();
        all_asked(&mut schedule);
        schedule.follow(&[(ProbeName::Host, seconds(1))].into());
        assert_eq!(schedule.next(), Some(seconds(1014)));
    }

    #[test]
    fn a_hastened_probe_is_due_at_once() {
        let mut schedule = schedule();
        all_asked(&mut schedule);
        schedule.hasten(ProbeName::Software, seconds(1010));
        assert_eq!(schedule.due(seconds(1010), || 0.5), [ProbeName::Software]);
    }
}
