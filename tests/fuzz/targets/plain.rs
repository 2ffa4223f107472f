//! Bytes of no format that says so.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| caretaker_fuzz::extract(bytes));
