//! A workbook: strings, a sheet, remarks.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let names = ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/comments1.xml"];
    caretaker_fuzz::extract_packed(&[("xl/workbook.xml", "<workbook/>")], &names, bytes);
});
