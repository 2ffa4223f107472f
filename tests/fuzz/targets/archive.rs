//! An archive as it stands.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| caretaker_fuzz::extract_marked(b"PK\x03\x04", bytes));
