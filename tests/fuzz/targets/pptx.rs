//! A presentation: what it says of its slides, and two of them with notes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let names = [
        "ppt/slides/slide1.xml",
        "ppt/presentation.xml",
        "ppt/_rels/presentation.xml.rels",
        "ppt/slides/_rels/slide1.xml.rels",
        "ppt/notesSlides/notesSlide1.xml",
        "ppt/slides/slide2.xml",
    ];
    caretaker_fuzz::extract_packed(&[], &names, bytes);
});
