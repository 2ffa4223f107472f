//! OpenDocument: the first byte says of which kind; content, styles, manifest.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, parts)) = bytes.split_first() else { return };
    let kinds = ["text", "presentation", "spreadsheet"];
    let kind = format!("application/vnd.oasis.opendocument.{}", kinds[usize::from(*kind) % kinds.len()]);
    let names = ["content.xml", "styles.xml", "META-INF/manifest.xml"];
    caretaker_fuzz::extract_packed(&[("mimetype", &kind)], &names, parts);
});
