//! Phrases in a row of words: all looked up in one pass, then what stands near them.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};

use super::Hit;
use super::rule::{Around, Rule, length};

/// Where a phrase stands: its first word and its last, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    first: usize,
    last: usize,
}

/// Rules ready to be looked for.
pub(super) struct Matcher {
    automaton: AhoCorasick,
    /// Words in each phrase of the automaton.
    lengths: Vec<usize>,
    rules: Vec<Indexed>,
}

/// A rule whose phrases are numbers of phrases of the automaton.
struct Indexed {
    rule: Rule,
    any: Vec<usize>,
    near: Vec<usize>,
    not_near: Vec<usize>,
}

impl Matcher {
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        let mut numbers = BTreeMap::new();
        let mut all = Vec::new();
        let mut number_of = |phrases: &[String]| -> Vec<usize> {
            let number = |phrase: &String| {
                *numbers.entry(phrase.clone()).or_insert_with(|| {
                    all.push(phrase.clone());
                    all.len() - 1
                })
            };
            phrases.iter().map(number).collect()
        };
        let mut indexed = Vec::with_capacity(rules.len());
        for rule in rules {
            let any = number_of(&rule.any);
            let near = rule.near.as_ref().map_or_else(Vec::new, |near| number_of(&near.any));
            let not_near = rule.not_near.as_ref().map_or_else(Vec::new, |near| number_of(&near.any));
            indexed.push(Indexed { rule, any, near, not_near });
        }
        let automaton = AhoCorasick::builder()
            // Every phrase counts, also inside a longer one.
            .match_kind(MatchKind::Standard)
            .build(&all)
            .expect("some hundred short phrases are far below the limit of an automaton");
        Self { automaton, lengths: all.iter().map(|phrase| length(phrase)).collect(), rules: indexed }
    }

    /// The rules of `categories` that a row of words meets, in the order of the rules.
    pub(super) fn scan(&self, row: &str, categories: &BTreeSet<String>) -> Vec<Hit> {
        let places = self.places(row);
        let wanted = self.rules.iter().filter(|indexed| categories.contains(indexed.rule.category));
        let hit = |indexed: &Indexed| {
            let count = indexed.count(&places);
            (count > 0).then(|| Hit {
                rule: indexed.rule.id.clone(),
                category: indexed.rule.category.to_owned(),
                severity: indexed.rule.severity,
                count,
            })
        };
        wanted.filter_map(hit).collect()
    }

    /// Where each phrase stands, in order.
    fn places(&self, row: &str) -> Vec<Vec<Place>> {
        let mut places = vec![Vec::new(); self.lengths.len()];
        let (mut seen, mut words) = (0, 0);
        for found in self.automaton.find_overlapping_iter(row) {
            // Matches come in the order of their ends, so that each byte is counted once. A space ends each word, and
            // one stands before the first.
            let fresh = row.as_bytes().get(seen..found.end()).unwrap_or_default();
            words += fresh.iter().filter(|&&byte| byte == b' ').count();
            seen = found.end();
            let phrase = found.pattern().as_usize();
            if let (Some(places), Some(&length)) = (places.get_mut(phrase), self.lengths.get(phrase)) {
                let last = words - 2;
                places.push(Place { first: last + 1 - length, last });
            }
        }
        places
    }
}

impl Indexed {
    /// How often the rule is met. Phrases that overlap are one occasion.
    fn count(&self, places: &[Vec<Place>]) -> u32 {
        let found = merged(&self.any, places);
        if found.is_empty() {
            return 0;
        }
        let near = self.rule.near.as_ref().map(|around| Nearby::new(around, &self.near, places));
        let not_near = self.rule.not_near.as_ref().map(|around| Nearby::new(around, &self.not_near, places));
        let met = found.into_iter().filter(|place| {
            near.as_ref().is_none_or(|near| near.has(*place)) && !not_near.as_ref().is_some_and(|near| near.has(*place))
        });
        let mut count = 0;
        let mut free_from = 0;
        for place in met {
            if place.first >= free_from {
                count += 1;
            }
            free_from = free_from.max(place.last + 1);
        }
        count
    }
}

/// Phrases of which one must, or must not, stand near another.
struct Nearby {
    /// Ordered by where they begin; none holds another, so their ends are in order too.
    places: Vec<Place>,
    within: usize,
}

impl Nearby {
    fn new(around: &Around, phrases: &[usize], all: &[Vec<Place>]) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for place in merged(phrases, all) {
            if places.last().is_some_and(|last| last.last >= place.last) {
                continue;
            }
            // In the order of beginnings, only one that begins at the same word can be held by a later one.
            places.pop_if(|last| last.first == place.first);
            places.push(place);
        }
        Self { places, within: around.within }
    }

    /// Whether one stands before or after `place` with at most the allowed number of words between, or overlaps it.
    fn has(&self, place: Place) -> bool {
        let from = self.places.partition_point(|other| other.last + self.within + 1 < place.first);
        self.places.get(from).is_some_and(|other| other.first <= place.last + self.within + 1)
    }
}

fn merged(phrases: &[usize], places: &[Vec<Place>]) -> Vec<Place> {
    let mut merged: Vec<Place> = phrases.iter().filter_map(|&phrase| places.get(phrase)).flatten().copied().collect();
    merged.sort_unstable();
    merged
}
