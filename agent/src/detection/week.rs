//! What a user's texts met in the days before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use caretaker_shared::lexicon::Stage;

/// How long what a user's texts met weighs in (detection.md 3.2).
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
/// From this many occasions on, this one among them, something is said again and again.
const AGAIN: u32 = 3;

/// What other documents of the same user met within [`WEEK`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    /// How often an event told of each rule.
    pub rules: BTreeMap<String, u32>,
    /// Steps of grooming.
    pub stages: BTreeSet<Stage>,
}

impl Week {
    /// Whether this is at least the third occasion of a rule.
    pub(super) fn repeats(&self, rule: &str) -> bool {
        self.rules.get(rule).is_some_and(|before| before + 1 >= AGAIN)
    }

    /// How many steps of grooming there are with those of this text, beyond the first.
    pub(super) fn further_stages(&self, here: &BTreeSet<Stage>) -> i8 {
        let all = self.stages.union(here).count();
        i8::try_from(all.saturating_sub(1)).unwrap_or(i8::MAX)
    }
}
