//! Files that wait for their turn: each until it has come to rest, or has waited long enough. Pure; time is a duration
//! since some fixed moment.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A file is at rest when it has not changed for this long.
const REST: Duration = Duration::from_secs(1);
/// A file that never rests is read this long after its first change.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest pause before another attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The same for a file that used up its time: each attempt holds up all others for as long.
const LONGEST_PAUSE_LATE: Duration = Duration::from_secs(3600);
/// Names that are held at the most: what bounds the memory.
const CAPACITY: usize = 10_000;

/// What stood in the way of dealing with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// It cannot be opened.
    Refused,
    /// Its text cannot be taken out.
    Fault,
    /// It was not done in its time.
    Late,
    /// Nothing about the file: a child could not be started, the ledger failed.
    Device,
}

/// How often a file was tried before, by what stood in the way: each has its own bound, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Attempts {
    pub(super) refused: u32,
    pub(super) fault: u32,
    pub(super) late: u32,
    pub(super) device: u32,
}

impl Attempts {
    /// As these, with one more.
    pub(super) fn and(mut self, obstacle: Obstacle) -> Self {
        let count = match obstacle {
            Obstacle::Refused => &mut self.refused,
            Obstacle::Fault => &mut self.fault,
            Obstacle::Late => &mut self.late,
            Obstacle::Device => &mut self.device,
        };
        *count = count.saturating_add(1);
        self
    }

    fn is_first(self) -> bool {
        self == Self::default()
    }

    /// The pause before the attempt after these, the last of which met this obstacle.
    fn pause(self, last: Obstacle) -> Duration {
        let all = self.refused.saturating_add(self.fault).saturating_add(self.late).saturating_add(self.device);
        let longest = if last == Obstacle::Late { LONGEST_PAUSE_LATE } else { LONGEST_PAUSE };
        REST.saturating_mul(2_u32.saturating_pow(all.saturating_sub(1))).min(longest)
    }
}

/// A file whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// The file.
    pub(super) path: PathBuf,
    /// How often it was tried before.
    pub(super) attempts: Attempts,
}

/// Files that wait, by when they are due: those that changed before those that are tried again.
pub(super) struct Waiting {
    files: HashMap<Arc<Path>, Wait>,
    changed: BTreeSet<(Duration, Arc<Path>)>,
    again: BTreeSet<(Duration, Arc<Path>)>,
    capacity: usize,
}

#[derive(Clone, Copy)]
struct Wait {
    first_change: Duration,
    due: Duration,
    attempts: Attempts,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { files: HashMap::new(), changed: BTreeSet::new(), again: BTreeSet::new(), capacity }
    }

    /// A file changed. False when it cannot be held.
    #[must_use]
    pub(super) fn changed(&mut self, path: &Path, now: Duration) -> bool {
        // A file that waits for another attempt has new content now: it starts afresh.
        let first_change = match self.files.get(path) {
            Some(wait) if wait.attempts.is_first() => wait.first_change,
            Some(_) | None => now,
        };
        let due = (now + REST).min(first_change + LONGEST);
        self.hold(path, Wait { first_change, due, attempts: Attempts::default() })
    }

    /// A file could not be dealt with: another attempt after a pause that doubles. A change in the meantime stands.
    #[must_use]
    pub(super) fn failed(&mut self, turn: &Turn, obstacle: Obstacle, now: Duration) -> bool {
        if self.files.contains_key(turn.path.as_path()) {
            return true;
        }
        let attempts = turn.attempts.and(obstacle);
        self.hold(&turn.path, Wait { first_change: now, due: now + attempts.pause(obstacle), attempts })
    }

    /// The changed file that has been due longest, or else such a file that is tried again. It then waits no more.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<Turn> {
        let is_due = |files: &BTreeSet<(Duration, _)>| files.first().is_some_and(|(due, _)| *due <= now);
        let files = [&mut self.changed, &mut self.again].into_iter().find(|files| is_due(files))?;
        let (_, path) = files.pop_first()?;
        let wait = self.files.remove(&path)?;
        Some(Turn { path: path.to_path_buf(), attempts: wait.attempts })
    }

    /// When the next file is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        [&self.changed, &self.again].into_iter().filter_map(|files| files.first()).map(|(due, _)| *due).min()
    }

    /// How many more files can be held.
    pub(super) fn room(&self) -> usize {
        self.capacity.saturating_sub(self.files.len())
    }

    /// Whether at least half of the room is free.
    pub(super) fn is_roomy(&self) -> bool {
        self.room() * 2 >= self.capacity
    }

    /// Forgets all files.
    pub(super) fn clear(&mut self) {
        self.files.clear();
        self.changed.clear();
        self.again.clear();
    }

    fn hold(&mut self, path: &Path, wait: Wait) -> bool {
        let path: Arc<Path> = match self.files.get_key_value(path) {
            Some((path, old)) => {
                let (path, old) = (path.clone(), *old);
                self.queue(old).remove(&(old.due, path.clone()));
                path
            }
            None if self.files.len() >= self.capacity => return false,
            None => path.into(),
        };
        self.queue(wait).insert((wait.due, path.clone()));
        self.files.insert(path, wait);
        true
    }

    fn queue(&mut self, wait: Wait) -> &mut BTreeSet<(Duration, Arc<Path>)> {
        if wait.attempts.is_first() { &mut self.changed } else { &mut self.again }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::{Attempts, Obstacle, Turn, Waiting};

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn turn(path: &str) -> Turn {
        tried(path, Attempts::default())
    }

    fn tried(path: &str, attempts: Attempts) -> Turn {
        Turn { path: PathBuf::from(path), attempts }
    }

    /// The pauses in seconds when the same obstacle is met again and again.
    fn pauses(obstacle: Obstacle) -> Vec<u64> {
        let (mut waiting, mut turn) = (Waiting::new(), turn("a"));
        let mut pauses = Vec::new();
        for _ in 0..14 {
            assert!(waiting.failed(&turn, obstacle, ms(0)));
            let due = waiting.next_due().expect("it waits");
            pauses.push(due.as_secs());
            turn = waiting.take_due(due).expect("it is due");
        }
        pauses
    }

    #[test]
    fn a_file_is_due_a_second_after_its_last_change() {
        let mut waiting = Waiting::new();
        assert!(waiting.changed(Path::new("a"), ms(0)));
        assert!(waiting.changed(Path::new("a"), ms(700)));
        assert_eq!(waiting.next_due(), Some(ms(1_700)));
        assert_eq!(waiting.take_due(ms(1_699)), None);
        assert_eq!(waiting.take_due(ms(1_700)), Some(turn("a")));
        assert_eq!(waiting.next_due(), None);
    }

    #[test]
    fn a_file_that_never_rests_is_due_thirty_seconds_after_its_first_change() {
        let mut waiting = Waiting::new();
        for now in (0..30_000).step_by(500) {
            assert_eq!(waiting.take_due(ms(now)), None);
            assert!(waiting.changed(Path::new("a"), ms(now)));
        }
        assert_eq!(waiting.take_due(ms(30_000)), Some(turn("a")));
    }

    #[test]
    fn files_come_in_the_order_in_which_they_are_due() {
        let mut waiting = Waiting::new();
        assert!(waiting.changed(Path::new("a"), ms(0)));
        assert!(waiting.changed(Path::new("b"), ms(10)));
        assert!(waiting.changed(Path::new("a"), ms(20)));
        assert_eq!(waiting.take_due(ms(5_000)), Some(turn("b")));
        assert_eq!(waiting.take_due(ms(5_000)), Some(turn("a")));
    }

    #[test]
    fn pauses_between_attempts_double_up_to_five_minutes() {
        for obstacle in [Obstacle::Refused, Obstacle::Fault, Obstacle::Device] {
            assert_eq!(pauses(obstacle), [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 300]);
        }
    }

    #[test]
    fn what_used_up_its_time_is_left_alone_for_up_to_an_hour() {
        assert_eq!(pauses(Obstacle::Late), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600]);
    }

    #[test]
    fn each_obstacle_is_counted_by_itself() {
        let mut waiting = Waiting::new();
        let mut failed = turn("a");
        for obstacle in [Obstacle::Late, Obstacle::Late, Obstacle::Fault, Obstacle::Refused, Obstacle::Device] {
            assert!(waiting.failed(&failed, obstacle, ms(0)));
            failed = waiting.take_due(ms(16_000)).expect("it is due");
        }
        assert_eq!(failed, tried("a", Attempts { refused: 1, fault: 1, late: 2, device: 1 }));
    }

    #[test]
    fn a_changed_file_goes_before_files_that_are_tried_again() {
        let mut waiting = Waiting::new();
        assert!(waiting.failed(&turn("late"), Obstacle::Late, ms(0)));
        assert!(waiting.changed(Path::new("a"), ms(2_000)));
        assert_eq!(waiting.next_due(), Some(ms(1_000)));
        assert_eq!(waiting.take_due(ms(3_000)), Some(turn("a")));
        assert_eq!(waiting.take_due(ms(3_000)), Some(tried("late", Attempts::default().and(Obstacle::Late))));
    }

    #[test]
    fn a_change_ends_the_pause() {
        let mut waiting = Waiting::new();
        let often = Attempts { device: 8, ..Attempts::default() };
        assert!(waiting.failed(&tried("a", often), Obstacle::Device, ms(0)));
        assert!(waiting.changed(Path::new("a"), ms(10)));
        assert_eq!(waiting.take_due(ms(1_010)), Some(turn("a")));
        assert!(waiting.changed(Path::new("b"), ms(2_000)));
        assert!(waiting.failed(&tried("b", often), Obstacle::Device, ms(2_100)));
        assert_eq!(waiting.take_due(ms(3_000)), Some(turn("b")));
        assert_eq!(waiting.next_due(), None);
    }

    #[test]
    fn holds_no_more_than_it_may() {
        let mut waiting = Waiting::with_capacity(2);
        assert!(waiting.changed(Path::new("a"), ms(0)));
        assert!(waiting.is_roomy());
        assert!(waiting.changed(Path::new("b"), ms(0)));
        assert!(!waiting.changed(Path::new("c"), ms(0)));
        assert!(waiting.changed(Path::new("b"), ms(5)), "what is held may change");
        assert_eq!(waiting.room(), 0);
        assert!(!waiting.is_roomy());
    }
}
