//! A text taken apart into words, in one pass over its bytes.
//!
//! Plain ASCII words, which are nearly all, are fingerprinted where they stand. Whatever touches another letter goes a
//! slower way: invisible letters and accents go, compatibility forms are undone, case is folded in full, and words are
//! told apart by Unicode's rules. Apostrophes are left out of words; every other mark of ASCII ends one.

use unicode_segmentation::UnicodeSegmentation as _;
use zeroize::Zeroizing;

use super::{fingerprint, letters};

/// Bits of [`CLASS`].
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const WORD: u8 = LETTER | DIGIT;
const BLANK: u8 = 4;
/// May stand for a letter: `@` `$` `!` `|` `+` `*` `#`.
const SYMBOL: u8 = 8;
const APOSTROPHE: u8 = 16;
/// Ends a sentence.
const END: u8 = 32;
const OTHER_SCRIPT: u8 = 64;

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
            b'.' | b'?' => END,
            b'\'' | b'`' => APOSTROPHE,
            128..=255 => OTHER_SCRIPT,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// Plain letters that are collected before a word must end: no word is longer.
const LONGEST: usize = 4096;
/// From here on a run of letters is cut where it can be.
const CUT: usize = 1024;

/// A word of a text.
pub(super) struct Word<'a> {
    /// Where it stands in the text, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Of its plain form.
    pub(super) fingerprint: u64,
    /// The plain form, unless it is `text[start..end]` in small letters.
    pub(super) plain: Option<&'a str>,
    /// Whether a digit is in it.
    pub(super) digits: bool,
    /// Whether a sentence ended before it.
    pub(super) breaks: bool,
    /// Whether a symbol that may stand for a letter touches it.
    pub(super) symbols: bool,
}

/// What words are handed to, in order.
pub(super) trait Sink {
    /// The next word.
    fn word(&mut self, word: Word<'_>);
}

/// What stood since the last word.
#[derive(Default)]
struct Between {
    breaks: bool,
    /// A mark that ends a sentence if a blank follows.
    ended: bool,
    /// More than one full stop: somebody hesitates.
    hesitates: bool,
    dots: bool,
    line: bool,
}

impl Between {
    #[inline]
    fn ascii(&mut self, byte: u8, class: u8) {
        if class & BLANK != 0 {
            self.blank(byte == b'\n');
        } else {
            self.line = false;
            if class & END != 0 {
                self.mark(byte == b'.');
            }
        }
    }

    fn blank(&mut self, new_line: bool) {
        self.breaks |= self.ended && !self.hesitates;
        if new_line {
            self.breaks |= self.line;
            self.line = true;
        }
    }

    fn mark(&mut self, dot: bool) {
        self.hesitates = dot && (self.dots || self.hesitates);
        self.dots = dot;
        self.ended = true;
    }

    fn other(&mut self, letter: char) {
        match letter {
            '\u{2029}' | '。' => self.breaks = true,
            '؟' | '۔' | '।' | '॥' | '！' | '？' | '‼' | '⁇' | '⁈' | '⁉' => self.mark(false),
            '…' => {
                self.mark(true);
                self.mark(true);
            }
            _ if letter.is_whitespace() => self.blank(false),
            _ => self.line = false,
        }
    }
}

/// Hands the words of `text` to `sink`.
pub(super) fn words<S: Sink>(text: &str, sink: &mut S) {
    let bytes = text.as_bytes();
    let mut slow = Slow::default();
    let mut between = Between::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let class = class(byte);
        if class & WORD != 0 {
            let (end, digits) = run(bytes, at);
            if goes_on(bytes, end) {
                at = slow.read(text, at, &mut between, sink);
                continue;
            }
            let touches = (bytes.get(end).map_or(0, |&byte| self::class(byte))
                | at.checked_sub(1).and_then(|before| bytes.get(before)).map_or(0, |&byte| self::class(byte)))
                & SYMBOL;
            sink.word(Word {
                start: at,
                end,
                fingerprint: fingerprint::of_ascii(bytes, at, end),
                plain: None,
                digits,
                breaks: between.breaks,
                symbols: touches != 0,
            });
            between = Between::default();
            at = end;
        } else if class & OTHER_SCRIPT != 0 {
            at = match common_mark(bytes, at) {
                Some(mark) => {
                    between.other(mark);
                    at + mark.len_utf8()
                }
                None => slow.read(text, at, &mut between, sink),
            };
        } else {
            // Most words stand one blank apart.
            if byte != b' ' || between.ended {
                between.ascii(byte, class);
            }
            at += 1;
        }
    }
}

#[inline]
fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// The end of the ASCII letters and digits from `at` on, and whether a digit is among them.
#[inline]
fn run(bytes: &[u8], at: usize) -> (usize, bool) {
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

/// Whether the word that seems to end at `end` has more to it than ASCII letters.
#[inline]
fn goes_on(bytes: &[u8], end: usize) -> bool {
    let mut at = end;
    loop {
        let class = bytes.get(at).map_or(0, |&byte| class(byte));
        if class & APOSTROPHE != 0 {
            at += 1;
        } else if class & OTHER_SCRIPT != 0 {
            match common_mark(bytes, at) {
                Some(mark) if letters::is_apostrophe(mark) => at += mark.len_utf8(),
                Some(_) => return false,
                None => return true,
            }
        } else {
            return at > end && class & WORD != 0;
        }
    }
}

/// The marks of good typography, which would send half of a well set text the slow way.
fn common_mark(bytes: &[u8], at: usize) -> Option<char> {
    match (bytes.get(at), bytes.get(at + 1), bytes.get(at + 2)) {
        (Some(0xc2), Some(0xa0), _) => Some('\u{a0}'),
        (Some(0xe2), Some(0x80), Some(0x93)) => Some('–'),
        (Some(0xe2), Some(0x80), Some(0x94)) => Some('—'),
        (Some(0xe2), Some(0x80), Some(0x98)) => Some('‘'),
        (Some(0xe2), Some(0x80), Some(0x99)) => Some('’'),
        (Some(0xe2), Some(0x80), Some(0x9c)) => Some('“'),
        (Some(0xe2), Some(0x80), Some(0x9d)) => Some('”'),
        (Some(0xe2), Some(0x80), Some(0xa2)) => Some('•'),
        (Some(0xe2), Some(0x80), Some(0xa6)) => Some('…'),
        _ => None,
    }
}

/// The way of words that are not plain ASCII. Its buffers are wiped.
struct Slow {
    /// Plain letters.
    plain: Zeroizing<String>,
    /// For each byte of `plain`, where its letter stands in the text.
    places: Vec<usize>,
    /// For each byte of `plain`, the Latin letter that its letter looks like, or 0.
    looks: Zeroizing<Vec<u8>>,
    /// A word whose look-alikes have been undone.
    undone: Zeroizing<String>,
}

impl Default for Slow {
    fn default() -> Self {
        Self {
            plain: Zeroizing::new(String::new()),
            places: Vec::new(),
            looks: Zeroizing::new(Vec::new()),
            undone: Zeroizing::new(String::new()),
        }
    }
}

impl Slow {
    /// Hands on the words that begin at `from`, up to the next mark or blank of ASCII; returns where that is.
    fn read<S: Sink>(&mut self, text: &str, from: usize, between: &mut Between, sink: &mut S) -> usize {
        if self.plain.capacity() < 2 * LONGEST {
            // All that is ever needed, so that no copy is left behind by growing.
            self.plain.reserve_exact(2 * LONGEST);
            self.looks.reserve_exact(2 * LONGEST);
            self.undone.reserve_exact(2 * LONGEST);
        }
        let mut end = text.len();
        for (offset, letter) in text.get(from..).unwrap_or_default().char_indices() {
            let at = from + offset;
            if letter.is_ascii() && class(letter as u8) & (WORD | APOSTROPHE) == 0 {
                end = at;
                break;
            }
            self.take(letter, at);
            let full = self.plain.len() >= LONGEST || (self.plain.len() >= CUT && !letter.is_alphanumeric());
            if full {
                self.flush(text, between, sink);
            }
        }
        self.flush(text, between, sink);
        end
    }

    fn take(&mut self, letter: char, at: usize) {
        if letters::is_invisible(letter) || letters::is_apostrophe(letter) {
            return;
        }
        let looks = letters::looks_like(letter).unwrap_or(0);
        let Self { plain, places, looks: all_looks, .. } = self;
        letters::plain(letter, |part| {
            // A mark that a compatibility form brings ends a word like any other.
            let part = if part.is_ascii() && !part.is_ascii_alphanumeric() { ' ' } else { part };
            if plain.len() + part.len_utf8() <= plain.capacity() {
                plain.push(part);
                places.resize(plain.len(), at);
                all_looks.resize(plain.len(), looks);
            }
        });
    }

    fn flush<S: Sink>(&mut self, text: &str, between: &mut Between, sink: &mut S) {
        let Self { plain, places, looks, undone } = self;
        for (start, word) in plain.split_word_bound_indices() {
            let place = |at: usize| places.get(at).copied().unwrap_or_default();
            let letter_at = |at: usize| text.get(at..).and_then(|rest| rest.chars().next());
            if !word.contains(char::is_alphanumeric) {
                if let Some(letter) = letter_at(place(start)) {
                    between.other(letter);
                }
                continue;
            }
            let last = place(start + word.len() - 1);
            let end = last + letter_at(last).map_or(0, char::len_utf8);
            undone.clear();
            let word = if undo(word, looks.get(start..).unwrap_or_default(), undone) { undone.as_str() } else { word };
            sink.word(Word {
                start: place(start),
                end,
                fingerprint: fingerprint::of(word.as_bytes()),
                plain: Some(word),
                digits: word.bytes().any(|byte| byte.is_ascii_digit()),
                breaks: between.breaks,
                symbols: false,
            });
            *between = Between::default();
        }
        plain.clear();
        places.clear();
        looks.clear();
    }
}

/// Writes `word` with its look-alikes as the Latin letters that they look like, if there are Latin ones beside them and
/// nothing else is left over.
fn undo(word: &str, looks: &[u8], undone: &mut String) -> bool {
    let latin = word.bytes().any(|byte| byte.is_ascii_alphanumeric());
    if !latin || word.is_ascii() {
        return false;
    }
    for (at, letter) in word.char_indices() {
        let plain = if letter.is_ascii() { letter } else { char::from(looks.get(at).copied().unwrap_or(0)) };
        if plain == '\0' {
            return false;
        }
        undone.push(plain);
    }
    true
}

/// The words of `text` in plain form, as rules and texts are compared.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    struct Collect<'a> {
        text: &'a str,
        words: Vec<String>,
    }
    impl Sink for Collect<'_> {
        fn word(&mut self, word: Word<'_>) {
            let written = || self.text.get(word.start..word.end).unwrap_or_default().to_ascii_lowercase();
            self.words.push(word.plain.map_or_else(written, str::to_owned));
        }
    }
    let mut collect = Collect { text, words: Vec::new() };
    words(text, &mut collect);
    collect.words
}

#[cfg(test)]
mod tests {
    use super::plain_words;

    #[test]
    fn many_ways_to_write_a_word_come_out_as_one() {
        let ways = [
            "Can't",
            "cant",
            "can\u{2019}t",
            "CAN`T",
            "c\u{200b}an't",
            "\u{202e}cant",
            "ｃａｎ＇ｔ",
            "cán\u{301}t",
            "𝓬𝓪𝓷𝓽",
            "\u{feff}c\u{ad}a\u{2060}nt",
            "ⓒⓐⓝⓣ",
            "ᴄᴀɴᴛ",
            "🅲🅰🅽🆃",
            "can\u{2019}\u{200b}t",
            "сant",
            "cаnт",
            "“Can’t”",
        ];
        for way in ways {
            assert_eq!(plain_words(way), ["cant"], "{way:?}");
        }
        assert_eq!(plain_words("STRASSE straße"), ["strasse", "strasse"]);
        assert_eq!(plain_words("self-harm,\n  now... (really)"), ["self", "harm", "now", "really"]);
        assert_eq!(plain_words("ﬁne İ ı Σας"), ["fine", "i", "i", "σασ"]);
        assert_eq!(plain_words(" \u{200b}.,! ’ '"), [""; 0]);
        assert_eq!(
            plain_words("example.com/kill_me 'quoted' rock'n'roll"),
            ["example", "com", "kill", "me", "quoted", "rocknroll"]
        );
    }

    #[test]
    fn words_of_other_languages_are_whole() {
        assert_eq!(plain_words("Zażółć gęślą jaźń"), ["zazolc", "gesla", "jazn"]);
        assert_eq!(plain_words("dw i'n hoffi’r tŷ"), ["dw", "in", "hoffir", "ty"]);
        assert_eq!(plain_words("میں مرنا چاہتا ہوں۔"), ["میں", "مرنا", "چاهتا", "هوں"]);
        assert_eq!(plain_words("أُرِيدُ أن أموت"), ["ارید", "ان", "اموت"]);
        assert_eq!(plain_words("ਮੈਂ ਮਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ").len(), 4);
        assert_eq!(plain_words("Κακία и хочу"), ["κακια", "и", "хочу"], "no look-alikes in words of one script");
    }
}
