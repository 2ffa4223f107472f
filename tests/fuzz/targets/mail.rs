//! A saved message.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| caretaker_fuzz::extract_marked(b"MIME-Version: 1.0\nSubject: a\n", bytes));
