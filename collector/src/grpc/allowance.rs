//! How often something may happen: token buckets on the steady clock. Pure but for what they count.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many at once, and so many a minute after that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// At once, after a rest.
    pub(crate) burst: u32,
    /// In the long run.
    pub(crate) per_minute: u32,
}

/// One bucket for each key.
pub(crate) struct Allowance<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    filled_at: Duration,
}

/// Full buckets say nothing; they are dropped when this many keys are known.
const KEYS: usize = 10_000;

impl<K: Eq + Hash> Allowance<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one from the bucket of `key` at the steady time `now`; says whether there was one.
    pub(crate) fn take(&self, key: K, now: Duration) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let burst = f64::from(self.rate.burst);
        if buckets.len() >= KEYS {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < burst);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: burst, filled_at: now });
        bucket.left = self.filled(*bucket, now);
        bucket.filled_at = now;
        let there = bucket.left >= 1.0;
        if there {
            bucket.left -= 1.0;
        }
        there
    }

    fn filled(&self, bucket: Bucket, now: Duration) -> f64 {
        let rested = now.saturating_sub(bucket.filled_at).as_secs_f64();
        (bucket.left + rested * f64::from(self.rate.per_minute) / 60.0).min(f64::from(self.rate.burst))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Allowance, Rate};

    #[test]
    fn gives_a_burst_and_then_so_many_a_minute() {
        let allowance = Allowance::new(Rate { burst: 120, per_minute: 60 });
        let at = Duration::from_secs;
        let taken = |key: &'static str, now| (0..500).filter(|_| allowance.take(key, now)).count();
        assert_eq!(taken("one", at(0)), 120);
        assert_eq!(taken("one", at(30)), 30);
        assert_eq!(taken("two", at(30)), 120, "each has its own");
        assert_eq!(taken("one", at(3600)), 120, "no more than a burst after a rest");
        assert_eq!(taken("one", at(3000)), 0, "a clock that goes back gives nothing");
    }
}
