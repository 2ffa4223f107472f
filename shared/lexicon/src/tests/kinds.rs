//! Every kind of disguise over what the rules themselves must meet: how much of it is still found.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::OnceLock;

use super::builtin::packs;
use super::{all, found};
use crate::known::KnownWords;
use crate::{AgeProfile, Ask, Lexicon, Places, fingerprint};

/// A kind, the letters that a word needs for it, and what becomes of the word.
type Kind = (&'static str, usize, fn(&str) -> String);

const KINDS: &[Kind] = &[
    ("leet", 4, leet),
    ("masked", 4, masked),
    ("spaced", 4, |word| between(word, '.')),
    ("swapped", 6, swapped),
    ("dropped", 6, dropped),
    ("repeated", 4, repeated),
    ("full-width", 4, wide),
    ("leet and spaced", 4, |word| between(&leet(word), ' ')),
    ("leet and repeated", 4, |word| repeated(&leet(word))),
    ("leet and hidden letters", 4, |word| between(&leet(word), '\u{200b}')),
    ("masked and hidden letters", 4, |word| between(&masked(word), '\u{ad}')),
    ("full-width and leet", 4, |word| wide(&leet(word))),
    ("full-width and masked", 4, |word| wide(&masked(word))),
];
/// What must be kept of each kind.
const KEPT: f64 = 0.9;

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn leet(word: &str) -> String {
    let sign = |letter| match letter {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '$',
        other => other,
    };
    word.chars().map(sign).collect()
}

fn masked(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let inner = 1..letters.len() - 1;
    let at = inner.clone().find(|&at| is_vowel(letters[at])).unwrap_or(inner.start);
    letters.iter().enumerate().map(|(place, &letter)| if place == at { '*' } else { letter }).collect()
}

fn between(word: &str, mark: char) -> String {
    word.chars().map(String::from).collect::<Vec<_>>().join(&mark.to_string())
}

fn swapped(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = (1..letters.len() - 2).find(|&at| letters[at] != letters[at + 1]).unwrap_or(1);
    letters.swap(at, at + 1);
    letters.into_iter().collect()
}

fn dropped(word: &str) -> String {
    let at = word.len() / 2;
    word.chars().enumerate().filter(|(place, _)| *place != at).map(|(_, letter)| letter).collect()
}

fn repeated(word: &str) -> String {
    let at = word.find(is_vowel).unwrap_or(1);
    word.chars().enumerate().flat_map(|(place, letter)| vec![letter; if place == at { 4 } else { 1 }]).collect()
}

fn wide(word: &str) -> String {
    word.chars().filter_map(|letter| char::from_u32(u32::from(letter) + 0xfee0)).collect()
}

/// A text that a rule meets, and where the phrase stands that it meets there.
struct Met {
    text: String,
    category: &'static str,
    phrase: std::ops::Range<usize>,
}

impl Met {
    /// Of the words of the phrase, the longest.
    fn word(&self) -> &str {
        let words = self.text[self.phrase.clone()].split(|letter: char| !letter.is_ascii_lowercase());
        words.max_by_key(|word| word.len()).unwrap_or_default()
    }

    fn instead(&self, word: &str, other: &str) -> String {
        let phrase = &self.text[self.phrase.clone()];
        format!(
            "{}{}{}",
            &self.text[..self.phrase.start],
            phrase.replacen(word, other, 1),
            &self.text[self.phrase.end..]
        )
    }
}

/// What the English rules must meet, in small letters; where a rule says of no text where to look, all of it.
fn met() -> &'static [Met] {
    // To read all rules takes longer than all that is done with them.
    static MET: OnceLock<Vec<Met>> = OnceLock::new();
    MET.get_or_init(met_by_rules)
}

fn met_by_rules() -> Vec<Met> {
    let (packs, categories) = (packs(), all());
    let english = packs.iter().filter(|pack| pack.origin.lang == "en-GB");
    let examples = english.flat_map(|pack| pack.examples()).filter(|(.., hit)| *hit);
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let met = examples.filter_map(|(id, text, _)| {
        let text = text.to_lowercase();
        let finding = Lexicon::builtin().read(&text, &ask).into_iter().find(|finding| finding.rule == id)?;
        let phrase = match finding.places {
            Places::At(places) => places.first()?.clone(),
            Places::Withheld => 0..text.len(),
        };
        Some(Met { category: finding.category.id, phrase, text })
    });
    met.collect()
}

fn is_found(text: &str, category: &str) -> bool {
    found(Lexicon::builtin(), text).iter().any(|finding| finding.category.id == category)
}

fn holds(kind: &str, kept: &[bool]) -> bool {
    let good = kept.iter().filter(|kept| **kept).count();
    assert!(kept.len() > 200, "{kind}: {} texts say nothing", kept.len());
    let rate = format!("{kind}: {good} of {}\n", kept.len());
    std::io::stderr().write_all(rate.as_bytes()).expect("the rate is printed");
    good as f64 >= KEPT * kept.len() as f64
}

#[test]
fn what_is_met_is_met_in_each_disguise() {
    let met = met();
    let known = KnownWords::builtin();
    let mut weak = BTreeSet::new();
    for &(kind, least, disguise) in KINDS {
        let disguised = met.iter().filter(|met| met.word().len() >= least).filter_map(|met| {
            let other = disguise(met.word());
            // A plain word is never taken for another.
            let plain = other == met.word() || known.has(fingerprint::of(other.as_bytes()));
            (!plain).then(|| is_found(&met.instead(met.word(), &other), met.category))
        });
        if !holds(kind, &disguised.collect::<Vec<_>>()) {
            weak.insert(kind);
        }
    }
    assert_eq!(weak, BTreeSet::new());
}

#[test]
fn a_phrase_is_met_when_its_words_are_run_together() {
    let joined = met().iter().filter_map(|met| {
        let phrase = &met.text[met.phrase.clone()];
        let plain = phrase.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' ');
        let several = plain && phrase.contains(' ') && phrase.len() <= 48;
        several.then(|| is_found(&met.instead(phrase, &phrase.replace(' ', "")), met.category))
    });
    assert!(holds("joined", &joined.collect::<Vec<_>>()));
}

#[test]
fn what_only_looks_like_words_run_together_meets_nothing() {
    for text in [
        "the function getAuthCookie returns the cookie and NewSessionTicket is lost",
        "Thomas Pornin wrote it, and the handler calls gunidecomp twice with BASELINK",
        "install mingw and genpeimg first, then boolean and QCryptoBlockLUKSKeyslotState",
        "gunzip_stream, BUNZIP2_CMD and struct ripemd160_ctx are declared in sha1.h",
    ] {
        assert_eq!(found(Lexicon::builtin(), text).iter().filter(|it| it.severity.level() > 2).count(), 0, "{text}");
    }
}
