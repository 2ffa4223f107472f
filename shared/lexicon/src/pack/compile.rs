//! From checked rules to a pack.

use std::collections::{BTreeMap, BTreeSet};

use super::{FUZZY, GUESSABLE, LACKS_AT, MASKABLE, Pack, PackedRule};
use crate::arithmetic::Reason;
use crate::category::{AgeProfile, CATEGORIES};
use crate::fingerprint;
use crate::graph::{FIRST_WORD, Graph};
use crate::rules::phrase::Step;
use crate::rules::{Around, Effect, Rules, Set, Sureness};
use crate::token;

/// How long words are that are found misspelt.
pub(crate) const FUZZY_LENGTHS: std::ops::RangeInclusive<usize> = 6..=24;
/// How long words are that are found with a letter dropped.
pub(crate) const DROPPED_LENGTHS: std::ops::RangeInclusive<usize> = 6..=24;
/// Letters that a word needs to be recognised with some of them masked.
const MASKABLE_LENGTH: usize = 4;
/// How long words are that are guessed within their phrases.
const GUESSABLE_LENGTHS: std::ops::RangeInclusive<usize> = 3..=24;
/// The language whose plain words are known. A plain word of another might be taken for one that is misspelt.
const KNOWN_LANGUAGE: &str = "en";
/// What is written for a word so often that it is one.
const ALIASES: &[(&str, &str)] =
    &[("2", "to"), ("4", "for"), ("h8", "hate"), ("b4", "before"), ("m8", "mate"), ("l8r", "later")];

/// Words that are asked for, each with what may be done to recognise it.
#[derive(Default)]
struct Words<'a>(BTreeMap<&'a str, u8>);

impl<'a> Words<'a> {
    fn ask(&mut self, word: &'a str, sureness: Sureness, lang: &str) {
        let letters = word.chars().count();
        let plain = word.bytes().all(|byte| byte.is_ascii_lowercase());
        let flags = self.0.entry(word).or_default();
        if sureness >= Sureness::Probable && letters >= MASKABLE_LENGTH {
            *flags |= MASKABLE;
        }
        if sureness == Sureness::Certain && plain && FUZZY_LENGTHS.contains(&letters) {
            *flags |= FUZZY;
        }
        let known = lang.split('-').next() == Some(KNOWN_LANGUAGE);
        if sureness >= Sureness::Probable && plain && known && GUESSABLE_LENGTHS.contains(&letters) {
            *flags |= GUESSABLE;
        }
    }

    /// Their fingerprints in order, their flags, and the number of each.
    fn numbered(&self) -> (Vec<u64>, Vec<u8>, BTreeMap<&'a str, u32>) {
        let mut all: Vec<(u64, u8, &str)> =
            self.0.iter().map(|(word, flags)| (fingerprint::of(word.as_bytes()), *flags, *word)).collect();
        all.sort_unstable();
        let numbers = all.iter().map(|(_, _, word)| *word).zip(FIRST_WORD..).collect();
        (all.iter().map(|(print, ..)| *print).collect(), all.iter().map(|(_, flags, _)| *flags).collect(), numbers)
    }
}

/// Lists of phrases, each with a number. Many rules write the same one in place: it is kept once, and looked for once.
#[derive(Default)]
struct Sets {
    names: Vec<String>,
    around: Vec<(Vec<u32>, u32)>,
    unnamed: BTreeMap<Vec<Vec<u32>>, u32>,
}

impl Sets {
    /// The number of a list; of one without a name, that of its like.
    fn place(&mut self, name: &str, mut rows: Vec<Vec<u32>>) -> u32 {
        rows.sort_unstable();
        let next = number(self.names.len());
        let place = if name.is_empty() { *self.unnamed.entry(rows.clone()).or_insert(next) } else { next };
        if place == next {
            self.around.extend(rows.into_iter().map(|row| (row, next)));
            self.names.push(name.to_owned());
        }
        place
    }
}

/// Compiles packs into one. Of two rules with the same id, the first stays.
pub(crate) fn compile(packs: &[Rules]) -> Pack {
    let mut words = Words::default();
    for (pack, row, sureness) in packs.iter().flat_map(rows_of_rules).chain(packs.iter().flat_map(rows_of_sets)) {
        for step in row {
            if let Step::Word(word) = step {
                words.ask(pack.vocabulary.word(*word), sureness, &pack.origin.lang);
            }
        }
    }
    let (prints, flags, numbers) = words.numbered();
    let label = |pack: &Rules, row: &[Step]| -> Vec<u32> {
        let label = |step: &Step| match step {
            Step::Gap(words) => u32::from(*words),
            Step::Word(word) => numbers.get(pack.vocabulary.word(*word)).copied().unwrap_or_default(),
        };
        row.iter().map(label).collect()
    };
    let (mut phrases, mut rules) = (Vec::new(), Vec::new());
    let (mut ids, mut sets) = (BTreeSet::new(), Sets::default());
    for pack in packs {
        let rows = |set: &Set| set.rows.iter().map(|row| label(pack, row)).collect();
        let places: Vec<u32> = pack.sets.iter().map(|set| sets.place(&set.name, rows(set))).collect();
        let placed = |around: &Around| Some(Around { set: *places.get(around.set as usize)?, ..*around });
        for rule in pack.rules.iter().filter(|rule| ids.insert(rule.id.as_str())) {
            phrases.extend(rule.any.iter().map(|row| (label(pack, row), number(rules.len()))));
            rules.push(PackedRule {
                id: rule.id.clone(),
                category: rule.category,
                severity: rule.severity,
                sureness: rule.sureness,
                alone: rule.alone,
                around: rule.around.iter().filter_map(placed).collect(),
                age: rule.age,
                stage: rule.stage,
                sign: rule.sign.clone(),
                help_seeking: rule.help_seeking,
                topic: rule.topic.clone(),
            });
        }
    }
    let (lacking, lacking_words) = lacking(&words, &numbers);
    Pack {
        origins: packs.iter().map(|pack| pack.origin.clone()).collect(),
        words: prints,
        flags,
        aliases: aliases(&numbers),
        phrases: Graph::new(phrases),
        around: Graph::new(sets.around),
        sets: sets.names,
        rules,
        lacking,
        lacking_words,
    }
}

/// A pack of plain words and phrases, each a certain rule of its own: "term.0", "term.1" and so on.
pub(crate) fn of_terms(terms: &[&str]) -> Pack {
    let terms: Vec<Vec<String>> = terms.iter().map(|term| token::plain_words(term)).collect();
    let mut words = Words::default();
    for word in terms.iter().flatten() {
        words.ask(word, Sureness::Certain, KNOWN_LANGUAGE);
    }
    let (prints, flags, numbers) = words.numbered();
    let mut phrases = Vec::new();
    let mut rules = Vec::new();
    let category = CATEGORIES.last().filter(|category| category.id == "demonstration");
    for (at, term) in terms.iter().enumerate() {
        let row: Vec<u32> = term.iter().filter_map(|word| numbers.get(word.as_str()).copied()).collect();
        let (Some(category), false) = (category, row.is_empty()) else { continue };
        phrases.push((row, number(rules.len())));
        rules.push(PackedRule {
            id: format!("term.{at}"),
            category,
            severity: category.least.level(),
            sureness: Sureness::Certain,
            alone: None,
            around: Vec::new(),
            age: [0; AgeProfile::ALL.len()],
            stage: None,
            sign: String::new(),
            help_seeking: false,
            topic: String::new(),
        });
    }
    let (lacking, lacking_words) = lacking(&words, &numbers);
    Pack {
        origins: Vec::new(),
        words: prints,
        flags,
        aliases: Vec::new(),
        phrases: Graph::new(phrases),
        around: Graph::new(Vec::new()),
        sets: Vec::new(),
        rules,
        lacking,
        lacking_words,
    }
}

type Row<'a> = (&'a Rules, &'a [Step], Sureness);

fn rows_of_rules(pack: &Rules) -> impl Iterator<Item = Row<'_>> {
    pack.rules.iter().flat_map(move |rule| rule.any.iter().map(move |row| (pack, row.as_slice(), rule.sureness)))
}

/// What stands around a phrase is looked for as it is written, unless a discount or a veto hangs on it: then a disguise
/// helps nobody.
fn rows_of_sets(pack: &Rules) -> impl Iterator<Item = Row<'_>> {
    let sureness = |number: usize| {
        let needed = |around: &Around| {
            around.set as usize == number
                && match around.effect {
                    Effect::Needed => true,
                    Effect::Points(reason, _) => Reason::BOOSTS.contains(&reason),
                    Effect::Veto => false,
                }
        };
        let asked = pack.rules.iter().any(|rule| rule.sureness > Sureness::Weak && rule.around.iter().any(needed));
        if asked { Sureness::Probable } else { Sureness::Weak }
    };
    pack.sets.iter().enumerate().flat_map(move |(number, set)| {
        let sureness = sureness(number);
        set.rows.iter().map(move |row| (pack, row.as_slice(), sureness))
    })
}

/// The words that are found misspelt, without one letter each: upper half of the fingerprint, and which word lacks which letter.
fn lacking(words: &Words<'_>, numbers: &BTreeMap<&str, u32>) -> (Vec<u32>, Vec<u32>) {
    let mut entries = Vec::new();
    let misspelt = |word: &str, flags: u8| {
        flags & FUZZY != 0 || (flags & GUESSABLE != 0 && word.len() >= *DROPPED_LENGTHS.start())
    };
    for (word, _) in words.0.iter().filter(|(word, flags)| misspelt(word, **flags)) {
        let number = numbers.get(word).copied().unwrap_or_default();
        for (at, place) in (0..word.len()).zip(0_u32..) {
            let rest = [&word.as_bytes()[..at], &word.as_bytes()[at + 1..]].concat();
            entries.push(((fingerprint::of(&rest) >> 32) as u32, number | place << LACKS_AT));
        }
    }
    entries.sort_unstable();
    entries.dedup();
    entries.into_iter().unzip()
}

fn aliases(numbers: &BTreeMap<&str, u32>) -> Vec<(u64, u32)> {
    let known = ALIASES.iter().filter(|(alias, _)| !numbers.contains_key(alias));
    let mut aliases: Vec<(u64, u32)> =
        known.filter_map(|(alias, word)| Some((fingerprint::of(alias.as_bytes()), *numbers.get(word)?))).collect();
    aliases.sort_unstable();
    aliases
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
