//! Bytes of ASCII: what each is, and words of them, eight at a time.

use crate::fingerprint;

/// Bits of [`CLASS`].
const LETTER: u8 = 1;
pub(super) const DIGIT: u8 = 2;
pub(super) const WORD: u8 = LETTER | DIGIT;
pub(super) const BLANK: u8 = 4;
/// May stand for a letter: `@` `$` `!` `|` `+` `*` `#`.
pub(super) const SYMBOL: u8 = 8;
pub(super) const APOSTROPHE: u8 = 16;
/// Ends a sentence.
pub(super) const END: u8 = 32;
pub(super) const OTHER_SCRIPT: u8 = 64;
/// `_`, which may stand for a letter too, and nearly always is a part of a name in a program.
pub(super) const STROKE: u8 = 128;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'\t'..=b'\r' | b' ' => BLANK,
            b'!' => SYMBOL | END,
            b'@' | b'$' | b'|' | b'+' | b'*' | b'#' => SYMBOL,
            b'_' => STROKE,
            b'.' | b'?' => END,
            b'\'' | b'`' => APOSTROPHE,
            128..=255 => OTHER_SCRIPT,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// What a byte is.
#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// ASCII letters and digits in a row.
pub(super) struct Run {
    /// Where they end.
    pub(super) end: usize,
    pub(super) fingerprint: u64,
    /// Whether a digit is among them.
    pub(super) digits: bool,
}

impl Run {
    /// Those from `at` on, where one stands.
    #[inline]
    pub(super) fn new(bytes: &[u8], at: usize) -> Self {
        if let Some(Ok(block)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
            let block = u64::from_le_bytes(block);
            let (letter, digit) = kinds(block);
            let other = !(letter | digit) & HIGH;
            if other != 0 {
                // Most words are this short.
                let length = other.trailing_zeros() / 8;
                let within = (1 << (8 * length)) - 1;
                let fingerprint = fingerprint::of_short(block, length as usize);
                return Self { end: at + length as usize, fingerprint, digits: digit & within != 0 };
            }
            return Self::longer(bytes, at, block, digit);
        }
        Self::long(bytes, at)
    }

    /// The same where the first eight bytes are letters or digits.
    #[inline(never)]
    fn longer(bytes: &[u8], at: usize, first: u64, digits: u64) -> Self {
        if let Some(Ok(block)) = bytes.get(at + 8..at + 16).map(<[u8; 8]>::try_from) {
            let block = u64::from_le_bytes(block);
            let (letter, digit) = kinds(block);
            let other = !(letter | digit) & HIGH;
            if other != 0 {
                let length = other.trailing_zeros() / 8;
                let within = (1 << (8 * length)) - 1;
                let fingerprint = fingerprint::of_longer(first, block & within, 8 + length as usize);
                return Self { end: at + 8 + length as usize, fingerprint, digits: (digits | digit & within) != 0 };
            }
        }
        Self::long(bytes, at)
    }

    #[inline(never)]
    fn long(bytes: &[u8], at: usize) -> Self {
        let (end, digits) = end(bytes, at);
        Self { end, fingerprint: fingerprint::of_ascii(bytes, at, end), digits }
    }
}

/// The end of the ASCII letters and digits from `at` on, and whether a digit is among them.
#[inline]
fn end(bytes: &[u8], at: usize) -> (usize, bool) {
    let mut end = at;
    let mut digits = 0;
    // Eight bytes at a time.
    while let Some(Ok(block)) = bytes.get(end..end + 8).map(<[u8; 8]>::try_from) {
        let (letter, digit) = kinds(u64::from_le_bytes(block));
        let other = !(letter | digit) & HIGH;
        if other != 0 {
            let length = other.trailing_zeros() / 8;
            digits |= digit & ((1 << (8 * length)) - 1);
            return (end + length as usize, digits != 0);
        }
        digits |= digit;
        end += 8;
    }
    let mut seen = if digits == 0 { 0 } else { DIGIT };
    while let Some(&byte) = bytes.get(end) {
        let class = class(byte);
        if class & WORD == 0 {
            break;
        }
        seen |= class;
        end += 1;
    }
    (end, seen & DIGIT != 0)
}

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Which of eight bytes are ASCII letters, which are digits: the highest bit of each says so.
#[inline]
fn kinds(block: u64) -> (u64, u64) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // No sum of two numbers below 128 runs over into the next byte.
    let within = |low: u64, first: u8, last: u8| {
        let from = low + EACH * u64::from(0x80 - first);
        let beyond = low + EACH * u64::from(0x7f - last);
        from & !beyond & !block & HIGH
    };
    (within((block | (0x20 * EACH)) & !HIGH, b'a', b'z'), within(block & !HIGH, b'0', b'9'))
}
