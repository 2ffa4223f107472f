//! How names are compared: as words without case, accents of Turkish dots, punctuation and marks; and which words at
//! the end of a name tell version, architecture or language, not the product.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;

/// What lawyers put behind a name.
const MARKS: [&str; 6] = ["(r)", "(R)", "(tm)", "(TM)", "(c)", "(C)"];
/// Words for an architecture, a channel or a scope.
const TAILS: [&str; 33] = [
    "x64",
    "x86",
    "amd64",
    "arm64",
    "aarch64",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32",
    "ia64",
    "win32",
    "win64",
    "64bit",
    "32bit",
    "noarch",
    "user",
    "version",
    "ver",
    "build",
    "lts",
    "beta",
    "english",
    "deutsch",
    "german",
    "français",
    "french",
    "español",
    "spanish",
    "italiano",
    "italian",
    "cymraeg",
    "welsh",
];
/// The same in two or three words.
const LONG_TAILS: [&[&str]; 17] = [
    &["x64", "edition"],
    &["x86", "edition"],
    &["arm64", "edition"],
    &["64", "bit", "edition"],
    &["32", "bit", "edition"],
    &["64", "bit", "version"],
    &["32", "bit", "version"],
    &["english", "united", "kingdom"],
    &["english", "united", "states"],
    &["64", "bit"],
    &["32", "bit"],
    &["x86", "64"],
    &["machine", "wide"],
    &["all", "users"],
    &["english", "uk"],
    &["english", "us"],
    &["english", "international"],
];
/// More names of languages, as installers write them in their own.
const LANGUAGES: [&str; 22] = [
    "nederlands",
    "dutch",
    "polski",
    "polish",
    "português",
    "portuguese",
    "türkçe",
    "turkish",
    "ελληνικά",
    "greek",
    "svenska",
    "swedish",
    "dansk",
    "norsk",
    "suomi",
    "русский",
    "russian",
    "中文",
    "日本語",
    "العربية",
    "gaeilge",
    "irish",
];
/// Codes of languages that stand before a region: "en-GB".
const CODES: [&str; 48] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cy", "ga", "gd", "ur", "pa", "bn", "gu", "ar", "zh", "ja", "ko",
    "ru", "uk", "tr", "el", "ro", "hu", "cs", "sk", "sl", "sv", "nb", "nn", "da", "fi", "et", "lv", "lt", "bg", "hr",
    "sr", "he", "hi", "th", "vi", "id", "ms", "fa", "so", "ta",
];
/// Regions and scripts behind them.
const REGIONS: [&str; 49] = [
    "us", "gb", "uk", "ie", "de", "at", "ch", "fr", "be", "ca", "es", "mx", "it", "pt", "br", "nl", "pl", "in", "pk",
    "bd", "sa", "eg", "cn", "tw", "hk", "jp", "kr", "ru", "ua", "tr", "gr", "ro", "hu", "cz", "sk", "si", "se", "no",
    "dk", "fi", "ee", "lv", "lt", "bg", "hr", "rs", "il", "vn", "au",
];
/// What stands behind the name of a company.
const LEGAL: [&str; 27] = [
    "inc",
    "incorporated",
    "ltd",
    "limited",
    "llc",
    "llp",
    "lp",
    "gmbh",
    "corp",
    "corporation",
    "co",
    "company",
    "ag",
    "ab",
    "sa",
    "sas",
    "sarl",
    "srl",
    "bv",
    "plc",
    "pty",
    "oy",
    "as",
    "aps",
    "kg",
    "ug",
    "kk",
];

/// A text as words, with where each ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    text: String,
    ends: Vec<usize>,
}

impl Folded {
    /// The first `count` words.
    pub(super) fn first(&self, count: usize) -> &str {
        match count.checked_sub(1).and_then(|last| self.ends.get(last)) {
            Some(end) => self.text.get(..*end).unwrap_or_default(),
            None => "",
        }
    }

    /// All of it.
    pub(super) fn all(&self) -> &str {
        &self.text
    }

    /// How many words.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn words(&self) -> Vec<&str> {
        self.text.split(' ').filter(|word| !word.is_empty()).collect()
    }

    /// How many words may stay of a name: all of them first, then fewer as versions, architectures and languages are
    /// taken off its end. At least one stays.
    pub(super) fn lengths(&self) -> Vec<usize> {
        let words = self.words();
        let mut kept = words.len();
        let mut lengths = vec![kept];
        while let Some(taken) = words.get(..kept).and_then(tail).filter(|taken| *taken < kept) {
            kept -= taken;
            lengths.push(kept);
        }
        lengths
    }

    /// How many words are left of a name when all that can be is taken off.
    pub(super) fn core(&self) -> usize {
        self.lengths().last().copied().unwrap_or_default()
    }
}

/// A text as words.
pub(super) fn fold(text: &str) -> Folded {
    let mut plain = text.replace(['™', '®', '©', '\u{ad}', '\u{200b}', '\u{feff}'], " ");
    for mark in MARKS {
        if plain.contains(mark) {
            plain = plain.replace(mark, " ");
        }
    }
    let mut folded = Folded { text: String::with_capacity(plain.len()), ends: Vec::new() };
    let mut word = String::new();
    if plain.is_ascii() {
        for letter in plain.bytes().chain([b' ']).map(char::from) {
            folded.take(letter.to_ascii_lowercase(), &mut word);
        }
        return folded;
    }
    // Turkish: the capital of i has a dot, and the small letter of I has none. Names of products know one i.
    let letters = plain.nfkc().default_case_fold().nfkc().filter(|letter| *letter != '\u{307}');
    for letter in letters.chain(std::iter::once(' ')) {
        folded.take(letter, &mut word);
    }
    folded
}

impl Folded {
    fn take(&mut self, letter: char, word: &mut String) {
        match letter {
            'ı' => word.push('i'),
            '+' | '#' => word.push(letter),
            letter if letter.is_alphanumeric() => word.push(letter),
            _ => self.close(word),
        }
    }

    fn close(&mut self, word: &mut String) {
        if word.chars().any(char::is_alphanumeric) {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(word);
            self.ends.push(self.text.len());
        }
        word.clear();
    }
}

/// A company as words, without what lawyers put around it.
pub(super) fn company(text: &str) -> String {
    let folded = fold(text);
    let mut words = folded.words();
    if words.first() == Some(&"the") && words.len() > 1 {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|last| LEGAL.contains(last)) {
        words.pop();
    }
    words.join(" ")
}

/// Whether somebody calls himself a company.
pub(super) fn is_company(text: &str) -> bool {
    // Behind the name of a maintainer stands an address.
    let name = text.split('<').next().unwrap_or_default();
    fold(name).words().iter().skip(1).any(|word| LEGAL.contains(word))
}

/// How many words at the end tell nothing about the product.
fn tail(words: &[&str]) -> Option<usize> {
    if let Some(long) = LONG_TAILS.iter().find(|long| words.ends_with(long)) {
        return Some(long.len());
    }
    if let [.., code, region] = words
        && CODES.contains(code)
        && REGIONS.contains(region)
    {
        return Some(2);
    }
    let last = words.last()?;
    (is_number(last) || TAILS.contains(last) || LANGUAGES.contains(last)).then_some(1)
}

/// "3", "v7", "r2019b", "5a", "0+8".
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'r']).unwrap_or(word);
    let digits = digits.strip_suffix(['a', 'b', 'c']).unwrap_or(digits);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '+')
}

/// A year in which programs are named: "2019".
pub(super) fn is_year(word: &str) -> bool {
    word.len() == 4 && word.parse::<u16>().is_ok_and(|year| (1990..2100).contains(&year))
}

/// The first number of a text: "16" of "16.0.1", "3" of "v3.2", "2019" of "R2019b".
pub(super) fn first_number(text: &str) -> &str {
    let start = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let digits = text.get(start..).unwrap_or_default();
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{company, first_number, fold, is_company};

    fn core(text: &str) -> String {
        let folded = fold(text);
        folded.first(folded.core()).to_owned()
    }

    #[test]
    fn versions_architectures_and_languages_are_no_part_of_a_name() {
        for (name, left) in [
            ("Audacity 3.4.2", "audacity"),
            ("Google Chrome", "google chrome"),
            ("Microsoft Office Professional Plus 2019 - en-us", "microsoft office professional plus"),
            ("Mozilla Firefox (x64 en-GB)", "mozilla firefox"),
            ("Visual Studio Code (User)", "visual studio code"),
            ("Zoom(64bit)", "zoom"),
            ("7-Zip 23.01 (x64 edition)", "7 zip"),
            ("R for Windows 4.3.1", "r for windows"),
            ("Foo version 2.1 (64-bit edition)", "foo"),
            ("Notepad++ (32-bit x86)", "notepad++"),
            ("Paint 3D", "paint 3d"),
            ("Autodesk® SketchBook™ v8", "autodesk sketchbook"),
            ("MATLAB R2019b", "matlab"),
            ("2048", "2048"),
            ("Logic - Deutsch", "logic"),
            ("", ""),
            ("™", ""),
        ] {
            assert_eq!(core(name), left, "{name}");
        }
    }

    #[test]
    fn case_is_folded_as_turks_germans_and_greeks_write() {
        for (one, other) in [
            ("MICROSOFT VISIO", "mıcrosoft vısıo"),
            ("Microsoft Visio", "MİCROSOFT VİSİO"),
            ("Straße", "STRASSE"),
            ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς"),
            ("Café Ｗｏｒｄ", "cafe\u{301} word"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_ne!(fold("Notepad"), fold("Notepad++"));
    }

    #[test]
    fn companies_are_compared_without_their_legal_form() {
        for spelt in ["Adobe Inc.", "ADOBE", "Adobe, Inc", "The Adobe Corporation"] {
            assert_eq!(company(spelt), "adobe", "{spelt}");
        }
        assert_eq!(company("SA"), "sa");
        assert!(is_company("Zoom Video Communications, Inc. <support@zoom.example>"));
        assert!(!is_company("A Person <person@debian.example>"));
    }

    #[test]
    fn the_first_number_of_a_version_is_found() {
        for (text, number) in [("16.0.1", "16"), ("v3", "3"), ("R2019b", "2019"), ("", ""), ("none", "")] {
            assert_eq!(first_number(text), number);
        }
    }
}
