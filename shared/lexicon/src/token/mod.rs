//! A text taken apart into words, in one pass over its bytes.
//!
//! Plain ASCII words, which are nearly all, are fingerprinted where they stand. Whatever touches another letter goes a
//! slower way: invisible letters and accents go, compatibility forms are undone, case is folded in full, and words are
//! told apart by Unicode's rules. Apostrophes are left out of words; every other mark of ASCII ends one.

mod between;
mod bytes;
mod slow;

use super::letters;

use between::Between;
use bytes::{APOSTROPHE, OTHER_SCRIPT, Run, STROKE, SYMBOL, WORD, class};
use slow::Slow;

/// The longest word in which a stroke is a letter: "k_ll". Names in programs are longer, or have more of them.
pub(super) const STRUCK: usize = 12;

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
    /// Whether a stroke behind it may be a letter of a longer word.
    pub(super) struck: bool,
}

/// What words are handed to, in order.
pub(super) trait Sink {
    /// The next word.
    fn word(&mut self, word: Word<'_>);
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
            let run = Run::new(bytes, at);
            let after = bytes.get(run.end).copied().unwrap_or_default();
            let behind = self::class(after);
            if behind & (APOSTROPHE | OTHER_SCRIPT) != 0 && goes_on(bytes, run.end) {
                at = slow.read(text, at, &mut between, sink);
                continue;
            }
            let before = at.checked_sub(1).and_then(|before| bytes.get(before)).map_or(0, |&byte| self::class(byte));
            let touched = before | behind;
            sink.word(Word {
                start: at,
                end: run.end,
                fingerprint: run.fingerprint,
                plain: None,
                digits: run.digits,
                breaks: between.breaks,
                symbols: touched & SYMBOL != 0,
                struck: touched & STROKE != 0 && behind & !before & STROKE != 0 && may_be_struck(bytes, at, run.end),
            });
            between = Between::default();
            // Most words stand one blank apart.
            at = run.end + usize::from(after == b' ');
        } else if class & OTHER_SCRIPT != 0 {
            at = match common_mark(bytes, at) {
                Some(mark) => {
                    between.other(mark);
                    at + mark.len_utf8()
                }
                None => slow.read(text, at, &mut between, sink),
            };
        } else {
            if byte != b' ' || between.ended {
                between.ascii(byte, class);
            }
            at += 1;
        }
    }
}

/// Whether the stroke behind a word may be a letter of a longer word, which begins with it.
#[inline(never)]
fn may_be_struck(bytes: &[u8], start: usize, end: usize) -> bool {
    let most = STRUCK.saturating_sub(end + 1 - start);
    let rest = bytes.get(end + 1..).unwrap_or_default().iter().map(|&byte| class(byte));
    let length = rest.clone().take(most + 1).take_while(|class| class & (WORD | SYMBOL) != 0).count();
    let after = rest.clone().nth(length).unwrap_or_default();
    // Letters beyond ASCII are looked at later.
    after & OTHER_SCRIPT != 0 || ((1..=most).contains(&length) && after & STROKE == 0)
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
