//! Bytes as text that survives a mail and a notepad.

use data_encoding::BASE64;

const WIDTH: usize = 64;

/// The bytes between two lines that say what they are.
pub(crate) fn wrapped(what: &str, bytes: &[u8]) -> String {
    let encoded = BASE64.encode(bytes);
    let mut text = format!("-----BEGIN {what}-----\n");
    for line in encoded.as_bytes().chunks(WIDTH) {
        text.extend(line.iter().map(|&letter| char::from(letter)));
        text.push('\n');
    }
    text.push_str(&format!("-----END {what}-----\n"));
    text
}

/// The bytes of such a text, whatever stands around it; `None` when it is another.
pub(crate) fn unwrapped(what: &str, text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {what}-----"))?;
    let (encoded, _) = rest.split_once(&format!("-----END {what}-----"))?;
    let letters: String = encoded.split_whitespace().collect();
    BASE64.decode(letters.as_bytes()).ok()
}
