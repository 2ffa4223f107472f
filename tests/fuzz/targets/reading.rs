//! Any text, held against all the rules that ship.

#![no_main]

use std::collections::BTreeSet;
use std::sync::OnceLock;

use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Lexicon};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    static ALL: OnceLock<BTreeSet<String>> = OnceLock::new();
    let categories = ALL.get_or_init(|| CATEGORIES.iter().map(|category| category.id.to_owned()).collect());
    let text = String::from_utf8_lossy(bytes);
    let ask = Ask { categories, age: AgeProfile::Secondary };
    let found = Lexicon::builtin().read(&text, &ask);
    // What is asked for an explanation is understood in the same way.
    let met = Lexicon::builtin().explain(&text, &ask).met;
    assert!(found.iter().all(|finding| met.iter().any(|met| met.rule == finding.rule)));
});
