//! A Word document: body, header, notes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    caretaker_fuzz::extract_packed(&[], &["word/document.xml", "word/header1.xml", "word/footnotes.xml"], bytes);
});
