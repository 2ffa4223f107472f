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
/// Names that are held at the most: what bounds the memory.
const CAPACITY: usize = 10_000;

/// A file whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// The file.
    pub(super) path: PathBuf,
    /// How often it was tried before.
    pub(super) attempts: u32,
}

/// Files that wait, by when they are due.
pub(super) struct Waiting {
    files: HashMap<Arc<Path>, Wait>,
    due: BTreeSet<(Duration, Arc<Path>)>,
    capacity: usize,
}

#[derive(Clone, Copy)]
struct Wait {
    first_change: Duration,
    due: Duration,
    attempts: u32,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Self {
        Self { files: HashMap::new(), due: BTreeSet::new(), capacity }
    }

    /// A file changed. False when it cannot be held.
    #[must_use]
    pub(super) fn changed(&mut self, path: &Path, now: Duration) -> bool {
        // A file that waits for another attempt has new content now: it starts afresh.
        let first_change = match self.files.get(path) {
            Some(wait) if wait.attempts == 0 => wait.first_change,
            Some(_) | None => now,
        };
        let due = (now + REST).min(first_change + LONGEST);
        self.hold(path, Wait { first_change, due, attempts: 0 })
    }

    /// A file could not be dealt with: another attempt after a pause that doubles. A change in the meantime stands.
    #[must_use]
    pub(super) fn failed(&mut self, turn: &Turn, now: Duration) -> bool {
        if self.files.contains_key(turn.path.as_path()) {
            return true;
        }
        let pause = REST.saturating_mul(2_u32.saturating_pow(turn.attempts)).min(LONGEST_PAUSE);
        self.hold(&turn.path, Wait { first_change: now, due: now + pause, attempts: turn.attempts.saturating_add(1) })
    }

    /// The file that has been due longest, which then waits no more.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<Turn> {
        if self.next_due()? > now {
            return None;
        }
        let (_, path) = self.due.pop_first()?;
        let wait = self.files.remove(&path)?;
        Some(Turn { path: path.to_path_buf(), attempts: wait.attempts })
    }

    /// When the next file is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
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
        self.due.clear();
    }

    fn hold(&mut self, path: &Path, wait: Wait) -> bool {
        let path: Arc<Path> = match self.files.get_key_value(path) {
            Some((path, old)) => {
                let path = path.clone();
                self.due.remove(&(old.due, path.clone()));
                path
            }
            None if self.files.len() >= self.capacity => return false,
            None => path.into(),
        };
        self.due.insert((wait.due, path.clone()));
        self.files.insert(path, wait);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::{Turn, Waiting};

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn turn(path: &str, attempts: u32) -> Turn {
        Turn { path: PathBuf::from(path), attempts }
    }

    #[test]
    fn a_file_is_due_a_second_after_its_last_change() {
        let mut waiting = Waiting::new();
        assert!(waiting.changed(Path::new("a"), ms(0)));
        assert!(waiting.changed(Path::new("a"), ms(700)));
        assert_eq!(waiting.next_due(), Some(ms(1_700)));
        assert_eq!(waiting.take_due(ms(1_699)), None);
        assert_eq!(waiting.take_due(ms(1_700)), Some(turn("a", 0)));
        assert_eq!(waiting.next_due(), None);
    }

    #[test]
    fn a_file_that_never_rests_is_due_thirty_seconds_after_its_first_change() {
        let mut waiting = Waiting::new();
        for now in (0..30_000).step_by(500) {
            assert_eq!(waiting.take_due(ms(now)), None);
            assert!(waiting.changed(Path::new("a"), ms(now)));
        }
        assert_eq!(waiting.take_due(ms(30_000)), Some(turn("a", 0)));
    }

    #[test]
    fn files_come_in_the_order_in_which_they_are_due() {
        let mut waiting = Waiting::new();
        assert!(waiting.changed(Path::new("a"), ms(0)));
        assert!(waiting.changed(Path::new("b"), ms(10)));
        assert!(waiting.changed(Path::new("a"), ms(20)));
        assert_eq!(waiting.take_due(ms(5_000)), Some(turn("b", 0)));
        assert_eq!(waiting.take_due(ms(5_000)), Some(turn("a", 0)));
    }

    #[test]
    fn pauses_between_attempts_double_up_to_five_minutes() {
        let mut waiting = Waiting::new();
        let mut pauses = Vec::new();
        for attempts in 0..12 {
            assert!(waiting.failed(&turn("a", attempts), ms(0)));
            let due = waiting.next_due().expect("it waits");
            pauses.push(due.as_secs());
            assert_eq!(waiting.take_due(due), Some(turn("a", attempts + 1)));
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
    }

    #[test]
    fn a_change_ends_the_pause() {
        let mut waiting = Waiting::new();
        assert!(waiting.failed(&turn("a", 8), ms(0)));
        assert!(waiting.changed(Path::new("a"), ms(10)));
        assert_eq!(waiting.take_due(ms(1_010)), Some(turn("a", 0)));
        assert!(waiting.changed(Path::new("b"), ms(2_000)));
        assert!(waiting.failed(&turn("b", 8), ms(2_100)));
        assert_eq!(waiting.take_due(ms(3_000)), Some(turn("b", 0)));
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
