//! Single letters: which say nothing, which are one letter in two shapes, which only look like another.

use caseless::Caseless as _;
use unicode_normalization::char::decompose_compatible;

/// Hands on the plain form of a letter: compatibility forms and accents undone, case folded in full.
pub(super) fn plain(letter: char, mut each: impl FnMut(char)) {
    // The capital of the dotless i is the plain I, and Unicode's folding lets the two differ.
    let letter = if letter == 'ı' { 'i' } else { drawn(letter).unwrap_or(letter) };
    decompose_compatible(letter, |part| {
        for folded in std::iter::once(part).default_case_fold() {
            decompose_compatible(folded, |part| {
                if !is_accent(part) && !is_invisible(part) && !is_apostrophe(part) {
                    one_shape(part, &mut each);
                }
            });
        }
    });
}

/// An apostrophe is left out as often as not.
pub(super) fn is_apostrophe(letter: char) -> bool {
    matches!(
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
    )
}

/// What cannot be seen says nothing.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'                        // soft hyphen
            | '\u{34f}'                 // combining grapheme joiner
            | '\u{61c}'                 // Arabic letter mark
            | '\u{115f}'..='\u{1160}'   // Hangul fillers
            | '\u{17b4}'..='\u{17b5}'   // Khmer vowels that are not shown
            | '\u{180b}'..='\u{180f}'   // Mongolian selectors and separator
            | '\u{200b}'..='\u{200f}'   // zero-width space and joiners, marks of direction
            | '\u{202a}'..='\u{202e}'   // embeddings and overrides of direction
            | '\u{2060}'..='\u{206f}'   // word joiner, invisible operators, isolates
            | '\u{3164}'                // Hangul filler
            | '\u{fe00}'..='\u{fe0f}'   // variation selectors
            | '\u{feff}'                // byte order mark
            | '\u{ffa0}'                // half-width Hangul filler
            | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
            | '\u{1d173}'..='\u{1d17a}' // musical format controls
            | '\u{e0000}'..='\u{e0fff}' // tags, further variation selectors
    )
}

/// Marks that may be left out. In the scripts of India, vowels are marks: those stay.
fn is_accent(mark: char) -> bool {
    matches!(
        mark,
        '\u{300}'..='\u{36f}'           // general
            | '\u{483}'..='\u{489}'     // Cyrillic
            | '\u{591}'..='\u{5bd}'     // Hebrew points
            | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
            | '\u{610}'..='\u{61a}'     // Arabic signs
            | '\u{640}'                 // Arabic lengthening
            | '\u{64b}'..='\u{65f}'     // Arabic vowel points
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
            | '\u{8d3}'..='\u{8ff}'     // more Arabic
            | '\u{1ab0}'..='\u{1aff}'   // general, extended
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'   // for symbols
            | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Letters that keyboards and languages write in several shapes, as one. Both a rule and a text go through here.
fn one_shape(letter: char, each: &mut impl FnMut(char)) {
    let one = match letter {
        'ł' => 'l',
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ŋ' => 'n',
        'ŧ' => 't',
        'ɨ' => 'i',
        'æ' => return "ae".chars().for_each(each),
        'œ' => return "oe".chars().for_each(each),
        'þ' => return "th".chars().for_each(each),
        // Arabic and Persian or Urdu keyboards.
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'ہ' | 'ۂ' | 'ە' => 'ه',
        'ٱ' => 'ا',
        other => other,
    };
    each(one);
}

/// Letters drawn as pictures or as small capitals, which no compatibility form undoes.
fn drawn(letter: char) -> Option<char> {
    let nth =
        |first: char| u8::try_from(u32::from(letter) - u32::from(first)).ok().map(|from_a| char::from(b'a' + from_a));
    match letter {
        '\u{1f130}'..='\u{1f149}' => nth('\u{1f130}'), // in squares
        '\u{1f150}'..='\u{1f169}' => nth('\u{1f150}'), // white on black discs
        '\u{1f170}'..='\u{1f189}' => nth('\u{1f170}'), // white on black squares
        '\u{1f1e6}'..='\u{1f1ff}' => nth('\u{1f1e6}'), // of which flags are made
        _ => SMALL_CAPITALS.iter().find(|(capital, _)| *capital == letter).map(|(_, plain)| *plain),
    }
}

const SMALL_CAPITALS: &[(char, char)] = &[
    ('ᴀ', 'a'),
    ('ʙ', 'b'),
    ('ᴄ', 'c'),
    ('ᴅ', 'd'),
    ('ᴇ', 'e'),
    ('ꜰ', 'f'),
    ('ɢ', 'g'),
    ('ʜ', 'h'),
    ('ɪ', 'i'),
    ('ᴊ', 'j'),
    ('ᴋ', 'k'),
    ('ʟ', 'l'),
    ('ᴍ', 'm'),
    ('ɴ', 'n'),
    ('ᴏ', 'o'),
    ('ᴘ', 'p'),
    ('ʀ', 'r'),
    ('ꜱ', 's'),
    ('ᴛ', 't'),
    ('ᴜ', 'u'),
    ('ᴠ', 'v'),
    ('ᴡ', 'w'),
    ('ʏ', 'y'),
    ('ᴢ', 'z'),
];

/// The Latin letter that a letter of another script, or a rare Latin one, looks like. Only asked inside words that
/// have plain Latin letters too: a Greek word stays Greek (UTS 39, cut down to what somebody types on purpose).
pub(super) fn looks_like(letter: char) -> Option<u8> {
    let latin = match letter {
        'а' | 'А' | 'α' | 'Α' | 'ɑ' | 'Ꭺ' => b'a',
        'в' | 'В' | 'β' | 'Β' | 'ь' => b'b',
        'с' | 'С' | 'ϲ' | 'Ϲ' | 'Ꮯ' => b'c',
        'ԁ' | 'Ԁ' | 'ɖ' | 'Ꭰ' => b'd',
        'е' | 'Е' | 'є' | 'Є' | 'ε' | 'Ε' | 'ә' | 'ɛ' | 'Ꭼ' => b'e',
        'ғ' | 'Ғ' | 'ƒ' => b'f',
        'ɡ' | 'ց' | 'Ԍ' => b'g',
        'һ' | 'Һ' | 'Н' | 'н' | 'Η' | 'հ' | 'Ꮋ' => b'h',
        'і' | 'І' | 'ι' | 'Ι' | 'ɩ' | 'Ӏ' | 'ӏ' => b'i',
        'ј' | 'Ј' | 'ϳ' => b'j',
        'к' | 'К' | 'κ' | 'Κ' | 'қ' | 'Қ' | 'Ꮶ' => b'k',
        'ⅼ' | 'ʟ' | 'ɭ' | 'Ꮮ' | 'ן' => b'l',
        'м' | 'М' | 'Μ' | 'ϻ' | 'Ꮇ' => b'm',
        'п' | 'η' | 'Ν' | 'ո' | 'ղ' | 'И' | 'и' => b'n',
        'о' | 'О' | 'ο' | 'Ο' | 'σ' | 'ө' | 'Ө' | 'օ' | 'Օ' | 'ס' => b'o',
        'р' | 'Р' | 'ρ' | 'Ρ' | 'Ꮲ' => b'p',
        'ԛ' | 'Ԛ' | 'զ' => b'q',
        'г' | 'Я' | 'я' | 'Ꭱ' => b'r',
        'ѕ' | 'Ѕ' | 'ꜱ' | 'Տ' | 'Ꮪ' => b's',
        'т' | 'Т' | 'τ' | 'Τ' | 'Ꭲ' => b't',
        'υ' | 'ս' | 'μ' | 'ц' | 'Ս' => b'u',
        'ν' | 'ѵ' | 'Ѵ' => b'v',
        'ω' | 'ԝ' | 'Ԝ' | 'ш' | 'Ш' | 'ѡ' | 'Ꮃ' => b'w',
        'х' | 'Х' | 'χ' | 'Χ' | 'ҳ' => b'x',
        'у' | 'У' | 'Υ' | 'γ' | 'ү' | 'Ү' => b'y',
        'Ζ' | 'ᴢ' | 'Ꮓ' => b'z',
        _ => return None,
    };
    Some(latin)
}
