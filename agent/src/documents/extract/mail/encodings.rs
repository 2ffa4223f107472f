//! How mail writes bytes so that they survive their way. Reads what is there and passes over what is wrong.

use std::borrow::Cow;

/// A way of writing bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As they are.
    Plain,
    /// Four letters for three bytes.
    Base64,
    /// `=` and two digits for a byte that is no plain letter.
    QuotedPrintable,
}

/// The bytes of a body.
pub(super) fn decoded(way: Way, body: &[u8]) -> Cow<'_, [u8]> {
    match way {
        Way::Plain => body.into(),
        Way::Base64 => base64(body).into(),
        Way::QuotedPrintable => escaped(body, b'=').into(),
    }
}

/// Bytes, where `mark` and two hexadecimal digits are one, and `mark` at the end of a line joins it with the next.
pub(super) fn escaped(body: &[u8], mark: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.iter().position(|byte| *byte == mark) {
        bytes.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")) {
            rest = behind;
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[2..];
            }
            None => bytes.push(mark),
        }
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for value in body.iter().take_while(|byte| **byte != b'=').filter_map(|byte| sextet(*byte)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
