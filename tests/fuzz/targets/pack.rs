//! A compiled pack of rules, as a device gets it. What is accepted reads a text.

#![no_main]

use std::collections::BTreeSet;

use caretaker_shared::lexicon::{AgeProfile, Ask, CATEGORIES, Lexicon, Pack};

/// Made of what the pack among the seeds has rules about.
const TEXT: &str = "The red kite is over the r1ver b-a-n-k. I will build a kyte and fly it from the riverbank tonight!";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(pack) = Pack::read(bytes) else { return };
    // A number can be written in several ways, of which one is ours.
    assert_eq!(Pack::read(&pack.write()).as_ref(), Ok(&pack));
    let categories: BTreeSet<String> = CATEGORIES.iter().map(|category| category.id.to_owned()).collect();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let lexicon = Lexicon::of_pack(pack);
    let found = lexicon.read(TEXT, &ask);
    assert!(found.len() <= lexicon.explain(TEXT, &ask).met.len(), "more was found than met");
});
