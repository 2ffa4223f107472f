//! Waiting for a condition that another process brings about.

use std::time::{Duration, Instant};

/// How long a condition is left alone between two looks, at the least.
const PAUSE: Duration = Duration::from_millis(20);
/// A look that takes long is followed by a pause this many times as long: it must not hold up what it waits for.
const PAUSE_PER_LOOK: u32 = 4;

/// Waits until `look` finds something; fails the story with `what` when it takes longer than `limit`.
///
/// # Panics
/// When the limit passes.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        let before = start.elapsed();
        if let Some(found) = look() {
            return found;
        }
        let after = start.elapsed();
        assert!(after < limit, "waited {limit:?} in vain for {what}");
        let pause = PAUSE.max((after - before) * PAUSE_PER_LOOK);
        std::thread::park_timeout(pause.min(limit - after));
    }
}
