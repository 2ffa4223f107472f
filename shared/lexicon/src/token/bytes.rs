//! What each byte is.

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
            0..=b' ' => BLANK,
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
