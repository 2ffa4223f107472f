//! What the targets share: input for a format that reaches its reader, whatever the fuzzer makes of it.

use std::io::{Cursor, Write as _};

use caretaker_agent::documents::extract::{TEXT_LIMIT_BYTES, text};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Line that parts the parts of one archive in a seed.
const BETWEEN: &[u8] = b"\n==\n";

/// Has the text of a file taken out. It may be refused; it may not be far beyond the limit.
pub fn extract(bytes: &[u8]) {
    if let Ok(text) = text(bytes) {
        // A limit is looked at between the parts of a document, of which one may be as large as what is unpacked.
        assert!(text.len() <= TEXT_LIMIT_BYTES + 3 * 64 * 1024 * 1024, "{} bytes of text", text.len());
    }
}

/// The same, of a file that begins with the mark of a format.
pub fn extract_marked(mark: &[u8], bytes: &[u8]) {
    if bytes.starts_with(mark) { extract(bytes) } else { extract(&[mark, bytes].concat()) }
}

/// The same, of an archive with `fixed` parts, and `named` ones out of the input: one behind the other, with a line
/// between them. The fuzzer could hardly mend the sums that an archive keeps of them.
pub fn extract_packed(fixed: &[(&str, &str)], named: &[&str], bytes: &[u8]) {
    let mut parts: Vec<(&str, &[u8])> = fixed.iter().map(|(name, part)| (*name, part.as_bytes())).collect();
    let mut rest = bytes;
    for name in named {
        let end = rest.windows(BETWEEN.len()).position(|part| part == BETWEEN);
        parts.push((name, &rest[..end.unwrap_or(rest.len())]));
        let Some(end) = end else { break };
        rest = &rest[end + BETWEEN.len()..];
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, part) in parts {
        writer.start_file(name, stored).expect("names are few and differ");
        writer.write_all(part).expect("memory takes bytes");
    }
    extract(&writer.finish().expect("the archive ends").into_inner());
}
