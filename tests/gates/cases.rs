//! The fifty ways in which inventories are known to be wrong, each held by a test that bears its number: `case_21_...`.
//!
//! They are the known mistakes of other systems: a screen that never locks counted as locked, an antivirus that is off
//! counted as on, a title counted twice. What a test of that name shows, its file says.

use std::collections::BTreeSet;

/// Cases of browser history, which no probe reads.
const OF_HISTORY: [u32; 2] = [44, 45];

#[test]
fn every_known_mistake_has_a_test_of_its_number() {
    let mut held = BTreeSet::new();
    for member in ["agent", "collector", "shared"] {
        for file in super::files_below(&super::root().join(member), "rs") {
            held.extend(super::read(&file).lines().flat_map(numbers));
        }
    }
    let missing: Vec<u32> = (1..=50).filter(|case| !held.contains(case) && !OF_HISTORY.contains(case)).collect();
    assert!(missing.is_empty(), "no test is named for these cases: {missing:?}");
}

/// 42 and 43 of `fn case_42_and_43_the_bus_decides()`.
fn numbers(line: &str) -> Vec<u32> {
    let Some(name) = line.trim_start().trim_start_matches("async ").strip_prefix("fn case_") else {
        return Vec::new();
    };
    let parts = name.split('_').take_while(|part| *part == "and" || part.parse::<u32>().is_ok());
    parts.filter_map(|part| part.parse().ok()).collect()
}
