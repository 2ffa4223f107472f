//! A page.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| caretaker_fuzz::extract_marked(b"<html>", bytes));
