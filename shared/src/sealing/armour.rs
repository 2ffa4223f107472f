//! Bytes as text that survives a mail and a notepad.

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

const WIDTH: usize = 64;

/// The bytes between two lines that say what they are.
pub(crate) fn wrapped(what: &str, bytes: &[u8]) -> String {
    let encoded = Zeroizing::new(Base64::encode_string(bytes));
    // With room for all of it: a text that grew would leave pieces of a key behind.
    let mut text = String::with_capacity(2 * (encoded.len() + what.len() + WIDTH));
    text.push_str(&format!("-----BEGIN {what}-----\n"));
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
    Base64::decode_vec(&letters).ok()
}
