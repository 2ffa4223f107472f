//! A text as a row of plain words, so that the many ways to write a word come out as one.
//!
//! Invisible characters and apostrophes go, compatibility forms and accents are undone, case is folded in full (Unicode
//! compatibility caseless matching), and words are told apart by Unicode's rules. Words stand between single spaces, with
//! one at either end: where ` kill myself ` is found, whole words were found.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;
use zeroize::Zeroizing;

/// The words of `text` in plain form; a single space when there are none. Every copy of them is wiped.
pub(super) fn words(text: &str) -> Zeroizing<String> {
    let letters = text
        .chars()
        .filter(|&letter| is_written(letter))
        // Its capital is the plain I, and Unicode's folding lets the two differ.
        .map(|letter| if letter == 'ı' { 'i' } else { letter })
        .nfkd()
        .default_case_fold()
        .nfkd()
        .filter(|&letter| is_written(letter) && !is_combining_mark(letter));
    let mut folded = Zeroizing::new(String::with_capacity(text.len()));
    for letter in letters {
        append(&mut folded, letter.encode_utf8(&mut [0; 4]));
    }
    let mut row = Zeroizing::new(String::with_capacity(folded.len() + 2));
    append(&mut row, " ");
    for word in folded.unicode_words() {
        append(&mut row, word);
        append(&mut row, " ");
    }
    row
}

/// Appends, and wipes the memory that is left behind when there was no room.
fn append(row: &mut Zeroizing<String>, more: &str) {
    if row.capacity() - row.len() < more.len() {
        let mut larger = Zeroizing::new(String::with_capacity(2 * row.capacity() + more.len()));
        larger.push_str(row);
        *row = larger;
    }
    row.push_str(more);
}

/// Whether a character says anything: an apostrophe is left out as often as not, and what cannot be seen says nothing.
fn is_written(letter: char) -> bool {
    let apostrophe = matches!(
        letter,
        '\'' | '`'
            | '\u{b4}'
            | '\u{2b9}'
            | '\u{2bb}'
            | '\u{2bc}'
            | '\u{2bd}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{201b}'
            | '\u{2032}'
            | '\u{ff07}'
    );
    let invisible = matches!(
        letter,
        '\u{ad}'                        // soft hyphen
            | '\u{34f}'                 // combining grapheme joiner
            | '\u{61c}'                 // Arabic letter mark
            | '\u{180b}'..='\u{180f}'   // Mongolian selectors and separator
            | '\u{200b}'..='\u{200f}'   // zero-width space and joiners, marks of direction
            | '\u{202a}'..='\u{202e}'   // embeddings and overrides of direction
            | '\u{2060}'..='\u{206f}'   // word joiner, invisible operators, isolates
            | '\u{fe00}'..='\u{fe0f}'   // variation selectors
            | '\u{feff}'                // byte order mark
            | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
            | '\u{e0000}'..='\u{e0fff}' // tags, further variation selectors
    );
    !apostrophe && !invisible
}

#[cfg(test)]
mod tests {
    use super::words;

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
        ];
        for way in ways {
            assert_eq!(*words(way), " cant ", "{way:?}");
        }
        assert_eq!(*words("STRASSE straße"), " strasse strasse ");
        assert_eq!(*words("self-harm,\n  now... (really)"), " self harm now really ");
        assert_eq!(*words("ﬁne İ ı Σας"), " fine i i σασ ");
        assert_eq!(*words(" \u{200b}.,! "), " ");
    }
}
