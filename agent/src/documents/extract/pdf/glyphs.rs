//! Characters by the names that fonts give to their glyphs, and by code in the encodings that the format defines.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};
use unicode_normalization::char::compose;

/// Accents by the end of a glyph's name, as combining characters.
const ACCENTS: &[(&str, char)] = &[
    ("acute", '\u{301}'),
    ("breve", '\u{306}'),
    ("caron", '\u{30c}'),
    ("cedilla", '\u{327}'),
    ("circumflex", '\u{302}'),
    ("commaaccent", '\u{327}'),
    ("dieresis", '\u{308}'),
    ("dotaccent", '\u{307}'),
    ("grave", '\u{300}'),
    ("hungarumlaut", '\u{30b}'),
    ("macron", '\u{304}'),
    ("ogonek", '\u{328}'),
    ("ring", '\u{30a}'),
    ("tilde", '\u{303}'),
];

/// Glyphs whose names say no more than that. Greek small letters; a capital one begins with a capital.
const GREEK: &str = "alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ \
    omicron=ο pi=π rho=ρ sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω sigma1=ς";

/// The others that Western fonts have.
const NAMED: &str = "exclam=! quotedbl=\" numbersign=# dollar=$ percent=% ampersand=& quotesingle=' quoteright=\u{2019} \
    quoteleft=\u{2018} parenleft=( parenright=) asterisk=* plus=+ comma=, hyphen=- minus=\u{2212} period=. \
    slash=/ zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 colon=: semicolon=; less=< \
    equal== greater=> question=? at=@ bracketleft=[ backslash=\\ bracketright=] asciicircum=^ underscore=_ \
    grave=` braceleft={ bar=| braceright=} asciitilde=~ exclamdown=¡ cent=¢ sterling=£ currency=¤ yen=¥ \
    brokenbar=¦ section=§ dieresis=¨ copyright=© ordfeminine=ª guillemotleft=« logicalnot=¬ registered=® \
    macron=¯ degree=° plusminus=± acute=´ paragraph=¶ periodcentered=· cedilla=¸ ordmasculine=º guillemotright=» \
    onequarter=¼ onehalf=½ threequarters=¾ questiondown=¿ multiply=× divide=÷ germandbls=ß AE=Æ ae=æ OE=Œ oe=œ \
    Eth=Ð eth=ð Thorn=Þ thorn=þ Oslash=Ø oslash=ø Lslash=Ł lslash=ł Dcroat=Đ dcroat=đ Hbar=Ħ hbar=ħ dotlessi=ı \
    dotlessj=ȷ Idotaccent=İ kgreenlandic=ĸ Eng=Ŋ eng=ŋ Tbar=Ŧ tbar=ŧ quotesinglbase=\u{201a} \
    quotedblbase=\u{201e} quotedblleft=\u{201c} quotedblright=\u{201d} guilsinglleft=‹ guilsinglright=› endash=– \
    emdash=— dagger=† daggerdbl=‡ bullet=• ellipsis=… perthousand=‰ fraction=⁄ Euro=€ euro=€ florin=ƒ \
    trademark=™ circumflex=ˆ tilde=˜ caron=ˇ breve=˘ dotaccent=˙ ring=˚ ogonek=˛ hungarumlaut=˝ ff=ff fi=fi \
    fl=fl ffi=ffi ffl=ffl nonbreakinghyphen=- sfthyphen=\u{ad} softhyphen=\u{ad} arrowright=→ arrowleft=← \
    notequal=≠ lessequal=≤ greaterequal=≥ infinity=∞ heart=♥";

/// The text of a glyph, by its name.
pub(super) fn named(name: &str) -> Option<String> {
    // What stands behind a full stop says which drawing of the glyph it is.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter.is_ascii_alphabetic().then(|| letter.into());
    }
    if let "space" | "nbspace" | "visiblespace" = name {
        return Some(" ".to_owned());
    }
    if let Some(text) = listed(NAMED, name) {
        return Some(text.to_owned());
    }
    if name.contains('_') {
        return name.split('_').map(named).collect();
    }
    numbered(name).or_else(|| accented(name)).or_else(|| greek(name)).map(String::from)
}

/// `uni20AC` and `u1F600`.
fn numbered(name: &str) -> Option<char> {
    let digits = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'))?;
    if !(4..=6).contains(&digits.len()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn accented(name: &str) -> Option<char> {
    let mut letters = name.chars();
    let letter = letters.next()?;
    let (_, accent) = ACCENTS.iter().find(|(accent, _)| *accent == letters.as_str())?;
    compose(letter, *accent)
}

fn greek(name: &str) -> Option<char> {
    let small = name.to_ascii_lowercase();
    let letter = listed(GREEK, &small)?.chars().next()?;
    if name == small { Some(letter) } else { letter.to_uppercase().next() }
}

/// What stands behind a name in one of the lists above.
fn listed(list: &'static str, name: &str) -> Option<&'static str> {
    list.split(' ').find_map(|entry| entry.strip_prefix(name)?.strip_prefix('='))
}

/// An encoding that the format defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
}

impl Base {
    /// By the name that it has in files.
    pub(super) fn of_name(name: &[u8]) -> Option<Self> {
        match name {
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            b"StandardEncoding" => Some(Self::Standard),
            _ => None,
        }
    }

    /// The text of a code.
    pub(super) fn text(self, code: u8) -> Option<String> {
        match self {
            Self::Standard => standard(code),
            Self::WinAnsi => single(WINDOWS_1252, code),
            Self::MacRoman => single(MACINTOSH, code),
        }
    }
}

fn single(encoding: &'static Encoding, code: u8) -> Option<String> {
    (code >= b' ').then(|| encoding.decode_without_bom_handling(&[code]).0.into_owned())
}

/// Glyphs of the upper half of Adobe's standard encoding, from 0xA1; full stops are codes without one.
const STANDARD_UPPER: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ.–†‡·.¶•‚„”»…‰.¿.`´ˆ˜¯˘˙¨.˚¸.˝˛ˇ—................Æ.ª....ŁØŒº.....æ...ı..łøœß";

fn standard(code: u8) -> Option<String> {
    let character = match code {
        b'\'' => '\u{2019}',
        b'`' => '\u{2018}',
        b' '..=b'~' => char::from(code),
        0xA1.. => STANDARD_UPPER.chars().nth(usize::from(code - 0xA1)).filter(|c| *c != '.')?,
        _ => return None,
    };
    Some(match character {
        'ﬁ' => "fi".to_owned(),
        'ﬂ' => "fl".to_owned(),
        character => character.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Base, named};

    #[test]
    fn knows_glyphs_by_their_names() {
        let names = [
            "A",
            "eacute",
            "Scaron",
            "f_f_i",
            "fi",
            "uni20AC",
            "u1F600",
            "germandbls",
            "Omega",
            "a.sc",
            "gcommaaccent",
        ];
        let texts = names.map(|name| named(name).unwrap_or_default());
        assert_eq!(texts, ["A", "é", "Š", "ffi", "fi", "€", "\u{1f600}", "ß", "Ω", "a", "ģ"]);
        assert_eq!(named("g27"), None);
        assert_eq!(named(".notdef"), None);
    }

    #[test]
    fn the_standard_encoding_stands_where_it_should() {
        let text = |code| Base::Standard.text(code).unwrap_or_default();
        assert_eq!([0xAE, 0xE1, 0xE8, 0xF1, 0xFB, 0xD0, 0xC8].map(text), ["fi", "Æ", "Ł", "æ", "ß", "—", "¨"]);
        assert_eq!(Base::WinAnsi.text(0x92).as_deref(), Some("\u{2019}"));
    }
}
