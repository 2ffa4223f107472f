//! Sorting what is sorted seldom: one copy of the sort, whatever is sorted.
//!
//! The standard library's sort is compiled anew, 4 kB, for every type that it meets; with forty types that was 150 kB of
//! the agent. Here the sort sees numbers of places alone and asks for each comparison through a pointer. What is sorted
//! for every text that is read stays with the standard library.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts in ascending order; equal items stay in the order in which they were.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// [`sort`] by what `key` says of an item. It is asked for every comparison.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

/// [`sort`] by what `compare` says of two items.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut goals = goals(items.len(), &|one, other| {
        let (Some(one), Some(other)) = (items.get(one), items.get(other)) else { return Ordering::Equal };
        compare(one, other)
    });
    for place in 0..goals.len() {
        // Each exchange brings one item to where it stays, so that there are no more exchanges than items.
        while goals[place] != place {
            let goal = goals[place];
            items.swap(place, goal);
            goals.swap(place, goal);
        }
    }
}

/// Where the item of each place belongs.
fn goals(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&one, &other| compare(one, other));
    let mut goals = vec![0; count];
    for (goal, place) in order.into_iter().enumerate() {
        goals[place] = goal;
    }
    goals
}

/// A map of pairs, of which the last of each key stays. [`Iterator::collect`] sorts them first.
pub fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.insert(key, value);
    }
    map
}

/// A set of items. [`Iterator::collect`] sorts them first.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for item in items {
        set.insert(item);
    }
    set
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{map, set, sort, sort_by, sort_by_key};

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            let (mut ours, mut theirs) = (items.clone(), items.clone());
            sort(&mut ours);
            theirs.sort();
            prop_assert_eq!(&ours, &theirs);
            // By a part only: what is equal in it has to keep its order.
            let (mut ours, mut theirs) = (items.clone(), items.clone());
            sort_by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(&ours, &theirs);
            sort_by(&mut ours, |one, other| other.1.cmp(&one.1));
            theirs.sort_by_key(|item| std::cmp::Reverse(item.1));
            prop_assert_eq!(&ours, &theirs);
        }

        #[test]
        fn collects_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            prop_assert_eq!(map(items.clone()), items.iter().copied().collect());
            prop_assert_eq!(set(items.clone()), items.into_iter().collect());
        }
    }
}
