//! What changed on a device, for people to read: written with the reading that tells of it.
//!
//! Nobody can tell what is new at a device of which no probe has ever answered in full, so nothing is written then. What
//! is gone is known from whole answers alone.

use caretaker_shared::model::{ProbeName, Updates};
use jiff::{Timestamp, ToSpan as _};
use rusqlite::params;

use super::Scene;
use crate::store::StoreError;

/// Changes of one reading that are told one by one; a system that was installed anew has thousands.
const AT_ONCE: usize = 200;
/// Updates of one reading that are told one by one.
const UPDATES_AT_ONCE: usize = 5;
/// Days for which changes are kept.
const KEPT_DAYS: i64 = 400;

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    kind: &'static str,
    text: String,
}

impl Change {
    pub(super) fn added(text: String) -> Self {
        Self { kind: "added", text }
    }

    pub(super) fn removed(text: String) -> Self {
        Self { kind: "removed", text }
    }

    pub(super) fn updated(text: String) -> Self {
        Self { kind: "updated", text }
    }

    fn applied(text: String) -> Self {
        Self { kind: "applied", text }
    }
}

/// The updates that were applied since an earlier answer, and the patch level when it is another one.
pub(super) fn of_updates(before: &Updates, now: &Updates) -> Vec<Change> {
    let newest = before.history.iter().filter_map(|update| update.installed_at).max();
    // An older one that was not listed before has come to light, and is not new.
    let fresh = |at: Option<Timestamp>| at.is_none_or(|at| newest.is_none_or(|newest| at >= newest));
    let new: Vec<&str> = now
        .history
        .iter()
        .filter(|update| update.succeeded && fresh(update.installed_at) && !before.history.contains(update))
        .map(|update| update.name.as_str())
        .collect();
    let mut changes = Vec::new();
    if let [first, ..] = new.as_slice()
        && new.len() > UPDATES_AT_ONCE
    {
        changes.push(Change::applied(format!("{} updates, among them {first}", new.len())));
    } else {
        changes.extend(new.into_iter().map(|name| Change::applied(name.to_owned())));
    }
    if before.build != now.build && !before.build.is_empty() && !now.build.is_empty() {
        changes.push(Change::updated(format!("system {} -> {}", before.build, now.build)));
    }
    changes
}

impl Scene<'_> {
    /// Writes down what changed, and forgets what is too old to matter.
    pub(super) fn note_changes(&self, probe: ProbeName, changes: &[Change], at: Timestamp) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO change (device, at, probe, kind, text) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut note = |kind: &str, text: &str| {
            insert.execute(params![self.caller.row, at.as_millisecond(), probe.as_str(), kind, text])
        };
        for change in changes.iter().take(AT_ONCE) {
            note(change.kind, &change.text)?;
        }
        if changes.len() > AT_ONCE {
            note("updated", &format!("{} more", changes.len() - AT_ONCE))?;
        }
        let oldest = self.received.checked_sub((KEPT_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
        self.transaction
            .prepare_cached("DELETE FROM change WHERE device = ?1 AND at < ?2")?
            .execute(params![self.caller.row, oldest.as_millisecond()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{InstalledUpdate, Updates};
    use jiff::{Timestamp, ToSpan as _};

    use super::{Change, of_updates};

    fn update(name: &str, day: i64, succeeded: bool) -> InstalledUpdate {
        let installed_at = Timestamp::UNIX_EPOCH.checked_add((day * 24).hours()).ok();
        InstalledUpdate { installed_at, name: name.into(), title: String::new(), succeeded, security: None }
    }

    fn updates(build: &str, history: Vec<InstalledUpdate>) -> Updates {
        Updates { build: build.into(), history, ..Updates::default() }
    }

    #[test]
    fn only_what_was_applied_since_is_new() {
        let before = updates("22631.1", vec![update("KB1", 10, true)]);
        let now = updates(
            "22631.2",
            vec![update("KB3", 12, false), update("KB2", 11, true), update("KB1", 10, true), update("KB0", 3, true)],
        );
        assert_eq!(
            of_updates(&before, &now),
            [Change::applied("KB2".into()), Change::updated("system 22631.1 -> 22631.2".into())]
        );
        assert_eq!(of_updates(&now, &now), []);
    }

    #[test]
    fn many_at_once_are_told_in_one_line() {
        let now = updates("1", (0..9).map(|n| update(&format!("pkg{n}"), 11, true)).collect());
        assert_eq!(of_updates(&updates("1", Vec::new()), &now), [Change::applied("9 updates, among them pkg0".into())]);
    }
}
