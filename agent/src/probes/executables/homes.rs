//! Homes of people who are not logged in: most of a school's shared computer, and nearly always as they were.
//!
//! Such a home is looked at by one reading of its own folder. When nothing there has another time or size than when
//! everything in it was last looked at, and its owner was not logged in then either, what was found there still stands. A
//! change within a deeper folder, or of a file's content in one, cannot be seen this way. Therefore everything is looked at
//! once a day all the same, and whatever its owner did is met by the first search after the log-out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::memory::Memory;
use super::prints::Key;
use crate::host::Host;

/// So often everything is looked at whatever is known: some changes are seen in no other way.
pub(crate) const EVERYTHING_EVERY_SECONDS: i64 = 24 * 3600;

/// What is known of homes, before and after this scan.
pub(super) struct Homes {
    key: Key,
    before: HashMap<u64, u64>,
    /// Whether what was known before still counts.
    pub(super) fresh: bool,
    now: HashMap<PathBuf, Option<u64>>,
    after: HashMap<u64, u64>,
    /// Whether any home was passed over.
    pub(super) passed_over: bool,
}

impl Homes {
    /// `settings` is a print of all settings: a search by others has to look everywhere again.
    pub(super) fn new(memory: &mut Memory, settings: u64, now_seconds: i64) -> Self {
        let age = now_seconds.saturating_sub(memory.full_at);
        let fresh = memory.settled == settings && (0..EVERYTHING_EVERY_SECONDS).contains(&age);
        let before = std::mem::take(&mut memory.homes);
        Self { key: memory.cache.key, before, fresh, now: HashMap::new(), after: HashMap::new(), passed_over: false }
    }

    /// Whether a home, whose owner is not logged in, is as it was.
    pub(super) fn is_unchanged(&mut self, host: &dyn Host, home: &Path) -> bool {
        let key = self.key;
        let state = *self.now.entry(home.to_path_buf()).or_insert_with(|| state(host, home, key));
        let Some(state) = state else { return false };
        let print = key.print(&home.as_os_str().as_encoded_bytes());
        self.after.insert(print, state);
        let same = self.fresh && self.before.get(&print) == Some(&state);
        self.passed_over |= same;
        same
    }

    /// What is known after a scan that got through, and whether that is something else than before.
    pub(super) fn after(self) -> (HashMap<u64, u64>, bool) {
        let changed = self.before != self.after;
        (self.after, changed)
    }
}

/// Names, sizes and times in a folder; `None` when it cannot be read.
fn state(host: &dyn Host, home: &Path, key: Key) -> Option<u64> {
    let names = host.list(home).ok()?;
    let own = host.status(home).ok()?;
    let mut all = vec![(String::new(), own.inode, own.size_bytes, own.changed_ns)];
    for name in names {
        let status = host.status(&home.join(&name)).ok()?;
        all.push((name, status.inode, status.size_bytes, status.changed_ns));
    }
    Some(key.print(&all))
}
