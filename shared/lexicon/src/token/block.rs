//! Sixty-four bytes of a text at once: which are words, what touches them, where sentences end between them.
//!
//! Masks have a bit for each byte, the lowest for the first. What they say is exact where `unclear` and `more` say
//! nothing; what those cover is read byte by byte.

use wide::i8x64;

/// Bytes of a block.
const LENGTH: usize = u64::BITS as usize;

/// The bytes from one place on, and how far they have been read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    start: usize,
    /// ASCII letters and digits.
    words: u64,
    digits: u64,
    /// Touched by a symbol.
    symbols: u64,
    /// Before an apostrophe, or something beyond ASCII.
    more: u64,
    strokes: u64,
    /// A sentence or a paragraph has ended.
    breaks: u64,
    /// Beyond ASCII, or may end a sentence together with what stands behind it.
    unclear: u64,
    /// What has not been read.
    ahead: u64,
}

/// ASCII letters and digits in a row.
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a digit is among them.
    pub(super) digits: bool,
    /// Whether a sentence or a paragraph ended before them.
    pub(super) breaks: bool,
    /// Whether a symbol touches them.
    pub(super) symbols: bool,
    /// Whether a stroke stands behind them, and none before.
    pub(super) stroke: bool,
}

impl Block {
    /// That which begins at `start`, where the text begins or a word has ended. Behind the end of the text there are bytes
    /// that mean nothing.
    pub(super) fn new(text: &[u8], start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let mut padded = [0; LENGTH];
        let bytes = rest.first_chunk().unwrap_or_else(|| {
            padded.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
            &padded
        });
        let bytes = i8x64::from(bytes.map(u8::cast_signed));
        let folded = bytes | i8x64::splat(0x20);
        let (exclamations, lines) = (is(bytes, b'!'), is(bytes, b'\n').to_bitmask());
        let digits = within(bytes, b'0', b'9');
        let words = (within(folded, b'a', b'z') | digits).to_bitmask();
        // | and the backslash, which counts for nothing later.
        let symbols =
            exclamations | within(bytes, b'#', b'$') | within(bytes, b'*', b'+') | is(bytes, b'@') | is(folded, b'|');
        let symbols = symbols.to_bitmask();
        let more = (is(bytes, b'\'') | is(bytes, b'`') | bytes).to_bitmask();
        let ends = (exclamations | is(bytes, b'.') | is(bytes, b'?')).to_bitmask();
        // Among them those beyond ASCII, which are unclear in any case.
        let blanks = bytes.simd_lt(i8x64::splat(0x21)).to_bitmask();
        Self {
            start,
            words,
            digits: digits.to_bitmask(),
            symbols: symbols << 1 | symbols >> 1,
            more: more >> 1,
            strokes: is(bytes, b'_').to_bitmask(),
            breaks: ends & blanks >> 1 | second_lines(lines, blanks),
            unclear: ends & !(blanks | words) >> 1 | bytes.to_bitmask(),
            ahead: u64::MAX,
        }
    }

    /// Hands on the words that end in this block, up to one that is odd: what stands before it or behind it must be looked
    /// at. Says whether one is.
    #[inline]
    pub(super) fn each_word(&mut self, mut each: impl FnMut(Run)) -> bool {
        let Self { start, words, digits, symbols, more, strokes, breaks, unclear, mut ahead } = *self;
        let place = |bit: u64| start + bit.trailing_zeros() as usize;
        loop {
            let words = words & ahead;
            let upto = words | words.wrapping_sub(1);
            // The bit of the first letter, and that behind the last one.
            let (first, behind) = (words & words.wrapping_neg(), !upto & upto.wrapping_add(1));
            let (gap, within) = (ahead & first.wrapping_sub(1), words & behind.wrapping_sub(1));
            let odd = (more & within) | (unclear & gap) != 0;
            if behind == 0 || odd {
                self.ahead = ahead;
                return behind != 0;
            }
            ahead = behind.wrapping_neg();
            each(Run {
                start: place(first),
                end: place(behind),
                digits: digits & within != 0,
                breaks: breaks & gap != 0,
                symbols: symbols & within != 0,
                stroke: strokes & (behind | first >> 1) == behind,
            });
        }
    }

    /// Whether nothing of it has been read.
    pub(super) fn is_whole(&self) -> bool {
        self.ahead == u64::MAX
    }

    /// How far it has been read.
    #[inline]
    pub(super) fn reached(&self) -> usize {
        self.start + self.ahead.trailing_zeros() as usize
    }

    /// Goes on at a place further on, perhaps in another block.
    #[inline]
    pub(super) fn go_on(self, text: &[u8], at: usize) -> Self {
        match at - self.start {
            offset if offset < LENGTH => Self { ahead: u64::MAX << offset, ..self },
            _ => Self::new(text, at),
        }
    }
}

/// Of the ends of lines, those with nothing but blanks between them and another one before.
#[inline]
fn second_lines(lines: u64, blanks: u64) -> u64 {
    let others = blanks & !lines;
    // The carry of an addition runs through the blanks behind each end.
    let behind = lines << 1;
    ((behind & others).wrapping_add(others) & !others | behind) & lines
}

/// Which bytes are `wanted`.
#[inline]
fn is(bytes: i8x64, wanted: u8) -> i8x64 {
    bytes.simd_eq(i8x64::splat(wanted.cast_signed()))
}

/// Which bytes lie between two, or are one of them.
#[inline]
fn within(bytes: i8x64, first: u8, last: u8) -> i8x64 {
    // As far above the lowest number as they are above the first.
    let above = bytes + i8x64::splat(i8::MIN.wrapping_sub(first.cast_signed()));
    above.simd_lt(i8x64::splat(i8::MIN + (last - first + 1).cast_signed()))
}
