//! Keyed 64-bit prints of what is remembered: of a million files, eight megabytes.
//!
//! Two files among a million share a print about once in forty million machines; the key is secret, so nobody can look for
//! such a pair.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use caretaker_shared::digest;

/// The key of all prints of one memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(pub(super) [u8; 16]);

impl Key {
    pub(super) fn new() -> Self {
        Self(digest::random())
    }

    /// The print of a value.
    pub(super) fn print(&self, value: &impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        value.hash(&mut hasher);
        hasher.finish()
    }

    /// Tells whether this program would have come to the same as the one that wrote a memory: a newer one may know more
    /// formats and have another catalogue, and the standard library may print otherwise.
    pub(super) fn check(&self) -> u64 {
        self.print(&env!("CARGO_PKG_VERSION"))
    }
}

/// A set of prints that is written rarely and as a whole.
#[derive(Debug, Default)]
pub(super) struct Prints {
    sorted: Vec<u64>,
    /// One bit for each of `sorted`: it was asked for since.
    met: Vec<u64>,
    fresh: Vec<u64>,
}

impl Prints {
    /// Of prints that are sorted.
    pub(super) fn of(sorted: Vec<u64>) -> Self {
        let met = vec![0; sorted.len().div_ceil(64)];
        Self { sorted, met, fresh: Vec::new() }
    }

    /// Whether a print was in the set when it was last settled. That it was asked for is noted.
    pub(super) fn meet(&mut self, print: u64) -> bool {
        let Ok(at) = self.sorted.binary_search(&print) else { return false };
        self.met[at / 64] |= 1 << (at % 64);
        true
    }

    /// Adds a print; [`Prints::meet`] finds it after the set was settled.
    pub(super) fn add(&mut self, print: u64) {
        self.fresh.push(print);
    }

    /// Takes in what was added, and forgets what was not asked for if that is wished. Whether anything changed.
    pub(super) fn settle(&mut self, forget: bool) -> bool {
        let before = self.sorted.len();
        if forget {
            let mut at = 0;
            let met = &self.met;
            self.sorted.retain(|_| {
                at += 1;
                met[(at - 1) / 64] & (1 << ((at - 1) % 64)) != 0
            });
        }
        let changed = self.sorted.len() != before || !self.fresh.is_empty();
        self.sorted.append(&mut self.fresh);
        self.fresh = Vec::new();
        if changed {
            self.sorted.sort_unstable();
            self.sorted.dedup();
        }
        self.met.clear();
        self.met.resize(self.sorted.len().div_ceil(64), 0);
        changed
    }

    /// As they were last settled.
    pub(super) fn sorted(&self) -> &[u64] {
        &self.sorted
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Prints};

    #[test]
    fn what_is_added_counts_once_it_is_settled_and_what_is_not_met_is_forgotten() {
        let mut prints = Prints::of(vec![1, 5, 9]);
        prints.add(7);
        prints.add(7);
        assert!(prints.meet(5) && prints.meet(9) && !prints.meet(7));
        assert!(prints.settle(true));
        assert_eq!(prints.sorted(), [5, 7, 9]);
        assert!(prints.meet(7));
        assert!(!prints.settle(false), "nothing was added and nothing is to be forgotten");
        assert_eq!(prints.sorted(), [5, 7, 9]);
    }

    #[test]
    fn two_keys_print_differently() {
        assert_ne!(Key([1; 16]).print(&"a"), Key([2; 16]).print(&"a"));
    }
}
