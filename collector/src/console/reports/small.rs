//! Small numbers of children are hidden, and so is what they could be worked out from.
//!
//! Whoever reads a report knows the total, the numbers that are shown, and this file. What is hidden must leave them more
//! than one possibility for each number, five or more among them.

use caretaker_proto::console::v1::{Breakdown, Count, Part};

/// Fewer than this many children might be found out by somebody who knows the school.
pub(super) const LEAST: u32 = 5;

const HIDDEN: Count = Count { value: 0, hidden: true };

/// A number by itself.
pub(super) fn count(value: u32) -> Count {
    if (1..LEAST).contains(&value) { HIDDEN } else { Count { value, hidden: false } }
}

/// Parts of one whole, of which every name is shown: levels, months, sites.
pub(super) fn breakdown(parts: Vec<(String, u32)>) -> Breakdown {
    let numbers: Vec<u32> = parts.iter().map(|(_, number)| *number).collect();
    let hidden = hidden(&numbers);
    let part = |((name, value), hidden)| {
        let count = if hidden { HIDDEN } else { Count { value, hidden: false } };
        Part { name, count: Some(count) }
    };
    Breakdown { parts: parts.into_iter().zip(hidden).map(part).collect() }
}

/// Which parts of a whole are hidden.
fn hidden(numbers: &[u32]) -> Vec<bool> {
    let small = |number: &u32| (1..LEAST).contains(number);
    // Of a small whole no part is shown, not even that it is empty.
    if small(&numbers.iter().sum()) {
        return vec![true; numbers.len()];
    }
    let mut hidden: Vec<bool> = numbers.iter().map(small).collect();
    while !is_safe(numbers, &hidden) {
        let shown = numbers.iter().enumerate().filter(|(at, number)| !hidden[*at] && **number > 0);
        match shown.min_by_key(|(_, number)| **number) {
            Some((at, _)) => hidden[at] = true,
            // There is nothing left to hide them behind but the empty ones.
            None => return vec![true; numbers.len()],
        }
    }
    hidden
}

/// Whether what is hidden cannot be worked out from the rest.
fn is_safe(numbers: &[u32], hidden: &[bool]) -> bool {
    let chosen = || numbers.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(number, _)| *number);
    let (many, sum) = (u32::try_from(chosen().count()).unwrap_or(u32::MAX), chosen().sum::<u32>());
    if many == 0 {
        return true;
    }
    // Each may be five or more, for all that anybody can tell.
    let could_be_large = many >= 2 && sum >= many - 1 + LEAST;
    // Where nothing but small numbers is hidden, they must not all be the largest that is small.
    let only_small = chosen().all(|number| number < LEAST);
    could_be_large && !(only_small && sum >= many * (LEAST - 1))
}

/// Parts of one whole, of which only those are named that are large: categories, outcomes. What is left stands together
/// under `rest`, and is five or more itself.
pub(super) fn named(mut parts: Vec<(String, u32)>, rest: &str) -> Breakdown {
    parts.retain(|(_, number)| *number > 0);
    parts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if (1..LEAST).contains(&parts.iter().map(|(_, number)| number).sum()) {
        return Breakdown { parts: Vec::new() };
    }
    let mut others = 0;
    while let Some((_, number)) = parts.last() {
        let is_small = *number < LEAST;
        let hides_too_little = (1..LEAST).contains(&others);
        if !is_small && !hides_too_little {
            break;
        }
        others += number;
        parts.pop();
    }
    if others > 0 {
        parts.push((rest.to_owned(), others));
    }
    let part = |(name, value)| Part { name, count: Some(Count { value, hidden: false }) };
    Breakdown { parts: parts.into_iter().map(part).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{LEAST, breakdown, hidden, named};

    /// Every way in which the hidden parts can add up, as a reader may suppose who knows that none of them is empty.
    fn possible(numbers: &[u32], hidden: &[bool]) -> Vec<BTreeSet<u32>> {
        let chosen: Vec<u32> = numbers.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(n, _)| *n).collect();
        let all_hidden = hidden.iter().all(|hidden| *hidden);
        let least = if all_hidden { 0 } else { 1 };
        let sum: u32 = chosen.iter().sum();
        let others = u32::try_from(chosen.len()).expect("few") - 1;
        chosen.iter().map(|_| (least..=sum - others * least).collect()).collect()
    }

    #[test]
    fn whatever_the_numbers_no_small_one_can_be_worked_out() {
        let mut state = 7_u32;
        for _ in 0..20_000 {
            let mut next = |below: u32| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) % below
            };
            let many = next(6) + 2;
            let numbers: Vec<u32> = (0..many).map(|_| next(12)).collect();
            let hidden = hidden(&numbers);
            for (number, is_hidden) in numbers.iter().zip(&hidden) {
                assert!(*is_hidden || !(1..LEAST).contains(number), "{numbers:?}: {number} is shown");
            }
            if !hidden.contains(&true) || numbers.iter().sum::<u32>() < LEAST {
                continue;
            }
            for values in possible(&numbers, &hidden) {
                assert!(values.len() > 1, "{numbers:?} {hidden:?}: only one number fits");
                assert!(values.iter().any(|value| *value >= LEAST), "{numbers:?} {hidden:?}: it must be small");
            }
        }
    }

    #[test]
    fn one_small_part_is_hidden_behind_the_next_smallest() {
        assert_eq!(hidden(&[2, 9, 14]), [true, true, false]);
        assert_eq!(hidden(&[0, 3, 7]), [false, true, true]);
        assert_eq!(hidden(&[8, 0, 14]), [false, false, false], "nothing is small");
        assert_eq!(hidden(&[4, 4, 40]), [true, true, true], "two fours are found from their sum");
        assert_eq!(hidden(&[1, 2, 0]), [true, true, true], "a small whole shows nothing");
    }

    #[test]
    fn only_large_parts_are_named_and_the_rest_is_large_too() {
        let shown = |parts: &[(&str, u32)]| {
            let parts = parts.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
            let parts = named(parts, "others").parts;
            parts.into_iter().map(|part| (part.name, part.count.map_or(0, |count| count.value))).collect::<Vec<_>>()
        };
        let named = |name: &str, number| (name.to_owned(), number);
        assert_eq!(shown(&[("a", 9), ("b", 2), ("c", 0), ("d", 6)]), [named("a", 9), named("others", 8)]);
        assert_eq!(shown(&[("a", 9), ("b", 3), ("c", 3)]), [named("a", 9), named("others", 6)]);
        assert_eq!(shown(&[("a", 9), ("b", 6)]), [named("a", 9), named("b", 6)]);
        assert_eq!(shown(&[("a", 2), ("b", 1)]), []);
        assert_eq!(
            breakdown(vec![("a".into(), 3), ("b".into(), 0)])
                .parts
                .iter()
                .filter(|part| part.count.is_some_and(|count| count.hidden))
                .count(),
            2
        );
    }
}
