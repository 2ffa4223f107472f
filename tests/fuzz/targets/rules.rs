//! A pack of rules as people write it. What is accepted compiles, and reads a text.

#![no_main]

use caretaker_shared::lexicon::{Pack, rules};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let Ok(rules) = rules::parse(&[("pack.toml", &text)]) else { return };
    // Whether rules keep to their own texts is no matter here.
    let _ = rules::check(&rules);
    let pack = rules::compile(&[rules]).write();
    assert!(Pack::read(&pack).is_ok(), "a pack that was written is not read");
});
