//! Plain text, in whichever of the usual encodings it is.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Refusal;

/// The text: by its byte order mark, else UTF-8 where it is valid, else UTF-16 where it looks so, else Windows-1252.
///
/// # Errors
/// When the bytes are not text.
pub(super) fn text(bytes: &[u8]) -> Result<String, Refusal> {
    let text = decode(bytes).ok_or(Refusal::Unsupported)?;
    if is_written(&text) { Ok(text) } else { Err(Refusal::Unsupported) }
}

fn decode(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        return Some(encoding.decode_without_bom_handling(&bytes[mark_bytes..]).0.into_owned());
    }
    if !bytes.contains(&0) {
        return Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        });
    }
    let encoding = unmarked_utf16(bytes)?;
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// Zero bytes that stand in one half of each pair, and hardly ever in the other: the upper halves of Western letters,
/// spaces and line ends in UTF-16.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = bytes.len() / 2 / 20;
    match (even, odd) {
        (0, odd) if odd > enough => Some(UTF_16LE),
        (even, 0) if even > enough => Some(UTF_16BE),
        _ => None,
    }
}

/// Text has line ends and tabs, and next to no other control characters: one in a hundred at the most.
fn is_written(text: &str) -> bool {
    // No byte of a longer character is one of these.
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c' | b'\x1b');
    !text.contains('\0') && text.bytes().filter(|byte| is_control(*byte)).count() * 100 <= text.len()
}

#[cfg(test)]
mod tests {
    use super::{Refusal, text};

    fn utf16(words: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
        words.encode_utf16().flat_map(bytes_of).collect()
    }

    #[test]
    fn reads_utf8_with_and_without_a_mark() {
        assert_eq!(text("naïve café".as_bytes()).as_deref(), Ok("naïve café"));
        assert_eq!(text(b"\xef\xbb\xbfplain").as_deref(), Ok("plain"));
    }

    #[test]
    fn reads_utf16_of_both_orders_with_and_without_a_mark() {
        for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(text(&utf16("\u{feff}two words", bytes_of)).as_deref(), Ok("two words"));
            assert_eq!(text(&utf16("two words, naïve", bytes_of)).as_deref(), Ok("two words, naïve"));
        }
    }

    #[test]
    fn reads_windows_1252_when_it_is_not_utf8() {
        assert_eq!(text(b"don\x92t, caf\xe9").as_deref(), Ok("don\u{2019}t, café"));
    }

    #[test]
    fn binary_bytes_are_not_text() {
        assert_eq!(text(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"), Err(Refusal::Unsupported));
        assert_eq!(text(&[1, 2, 3, 4, 5, 6, 7, 8, b'a']), Err(Refusal::Unsupported));
    }
}
