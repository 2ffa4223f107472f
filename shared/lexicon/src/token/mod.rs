//! A text taken apart into words, in one pass over its bytes.
//!
//! Plain ASCII words, which are nearly all, are found sixty-four bytes at once. Where a mark may have more to say, bytes are
//! looked at one by one, and whatever touches another letter goes a slower way still: invisible letters and accents go,
//! compatibility forms are undone, case is folded in full, and words are told apart by Unicode's rules. Apostrophes are left
//! out of words; every other mark of ASCII ends one.

mod between;
mod block;
mod bytes;
mod slow;

use std::ops::Range;

use super::letters;

use between::Between;
use block::Block;
use bytes::{APOSTROPHE, OTHER_SCRIPT, STROKE, SYMBOL, WORD, class};
use slow::Slow;

/// The longest word in which a stroke is a letter: "k_ll". Names in programs are longer, or have more of them.
pub(super) const STRUCK: usize = 12;

/// Whether it is a letter or a digit of ASCII, or a symbol that may stand for a letter.
#[inline]
pub(super) fn belongs(byte: u8) -> bool {
    class(byte) & (WORD | SYMBOL | STROKE) != 0
}

/// A word of a text.
pub(super) struct Word<'a> {
    /// Where it stands in the text, in bytes.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
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

/// A word that is `text[start..end]` in small letters; its fields are those of [`Word`].
pub(super) struct Common {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: bool,
    pub(super) breaks: bool,
    pub(super) struck: bool,
}

/// What words are handed to, in order.
pub(super) trait Sink {
    /// The next word, one of letters and digits of ASCII that no symbol touches: nearly every word of a text.
    fn common(&mut self, word: Common);

    /// The next word, any other.
    fn word(&mut self, word: Word<'_>);
}

/// Hands the words of `text` to `sink`.
pub(super) fn words<S: Sink>(text: &str, sink: &mut S) {
    let bytes = text.as_bytes();
    let mut slow = Slow::default();
    let mut block = Block::new(bytes, 0);
    loop {
        let odd = block.each_word(|run| {
            if run.symbols {
                sink.word(touched(bytes, run.start..run.end, run.breaks));
                return;
            }
            let struck = run.stroke && may_be_struck(bytes, run.start, run.end);
            sink.common(Common { start: run.start, end: run.end, digits: run.digits, breaks: run.breaks, struck });
        });
        let at = block.reached();
        if at >= bytes.len() {
            return;
        }
        block = if odd || block.is_whole() {
            let at = bytewise(text, at, &mut slow, sink);
            block.go_on(bytes, at)
        } else {
            // What is cut begins the next block.
            Block::new(bytes, at)
        };
    }
}

/// Hands on the words from `from` on, which is behind a word, up to one of plain ASCII that nothing goes on with; says
/// where that ends.
#[inline(never)]
fn bytewise<S: Sink>(text: &str, from: usize, slow: &mut Slow, sink: &mut S) -> usize {
    let bytes = text.as_bytes();
    let mut between = Between::default();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let class = class(byte);
        if class & WORD != 0 {
            let length =
                bytes.get(at..).unwrap_or_default().iter().take_while(|&&byte| self::class(byte) & WORD != 0).count();
            let end = at + length;
            if !goes_on(bytes, end) {
                sink.word(touched(bytes, at..end, between.breaks));
                return end;
            }
            at = slow.read(text, at, &mut between, sink);
        } else if class & OTHER_SCRIPT == 0 {
            between.ascii(byte, class);
            at += 1;
        } else if let Some(mark) = common_mark(bytes, at) {
            between.other(mark);
            at += mark.len_utf8();
        } else {
            at = slow.read(text, at, &mut between, sink);
        }
    }
    at
}

/// A word of plain ASCII, with the symbols around it that may stand for letters.
#[inline(never)]
fn touched(bytes: &[u8], stands: Range<usize>, breaks: bool) -> Word<'static> {
    let Range { start, end } = stands;
    let class_at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).map_or(0, |&byte| class(byte));
    let (before, behind) = (class_at(start.checked_sub(1)), class_at(Some(end)));
    Word {
        start,
        end,
        plain: None,
        digits: bytes.get(stands).unwrap_or_default().iter().any(u8::is_ascii_digit),
        breaks,
        symbols: (before | behind) & SYMBOL != 0,
        struck: behind & !before & STROKE != 0 && may_be_struck(bytes, start, end),
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

/// Hands the words of `text` in plain form to `take`, each with its place and whether it begins a sentence.
pub(super) fn plain_words_of<T: FnMut(Range<usize>, String, bool)>(text: &str, take: T) {
    struct Plainly<'a, T> {
        text: &'a str,
        take: T,
    }
    impl<T: FnMut(Range<usize>, String, bool)> Plainly<'_, T> {
        fn hand(&mut self, place: Range<usize>, plain: Option<&str>, begins: bool) {
            let written = || self.text.get(place.clone()).unwrap_or_default().to_ascii_lowercase();
            let plain = plain.map_or_else(written, str::to_owned);
            (self.take)(place, plain, begins);
        }
    }
    impl<T: FnMut(Range<usize>, String, bool)> Sink for Plainly<'_, T> {
        fn common(&mut self, word: Common) {
            self.hand(word.start..word.end, None, word.breaks);
        }

        fn word(&mut self, word: Word<'_>) {
            self.hand(word.start..word.end, word.plain, word.breaks);
        }
    }
    words(text, &mut Plainly { text, take });
}

/// The words of `text` in plain form, as rules and texts are compared.
#[must_use]
pub fn plain_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    plain_words_of(text, |_, plain, _| words.push(plain));
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::slow::Slow;
    use super::{Common, Sink, Word, bytewise, plain_words, words};

    /// Where a word stands, its plain form, and what is true of it.
    type Fields = (usize, usize, Option<String>, [bool; 4]);

    /// All that is said of each word.
    #[derive(Default)]
    struct Said(Vec<Fields>);

    impl Sink for Said {
        fn common(&mut self, word: Common) {
            let Common { start, end, digits, breaks, struck } = word;
            self.0.push((start, end, None, [digits, breaks, false, struck]));
        }

        fn word(&mut self, word: Word<'_>) {
            let Word { start, end, plain, digits, breaks, symbols, struck } = word;
            self.0.push((start, end, plain.map(str::to_owned), [digits, breaks, symbols, struck]));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn many_bytes_at_once_are_read_like_one_after_the_other(
            text in prop_oneof![
                "([a-zA-Z0-9]{0,12}[ .?!,\n\t'_@$|*+#`\"(\u{0}-]{0,3}){0,40}",
                "([a-z]{1,9}( |\\.|\\. |\n|\n\n|\\.\\. |é|—|’|\u{200b}|_|@|'){1,2}){0,40}",
                "[a-z0-9]{0,150}[ .]{0,150}[a-z]{0,70}",
                "(?s).{0,200}",
            ],
        ) {
            let (mut at_once, mut bytes) = (Said::default(), Said::default());
            words(&text, &mut at_once);
            let (mut slow, mut at) = (Slow::default(), 0);
            while at < text.len() {
                at = bytewise(&text, at, &mut slow, &mut bytes);
            }
            prop_assert_eq!(at_once.0, bytes.0);
        }
    }

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
