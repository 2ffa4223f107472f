//! The set of matches equals that of a plain, slow search: overlapping, whole words, every one.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use proptest::prelude::*;

use super::{found, ids};
use crate::lattice::Lattice;
use crate::{AgeProfile, Ask, Lexicon, matches};

/// Rule, beginning and end in bytes.
type Place = (usize, usize, usize);

fn engine(lexicon: &Lexicon, text: &str) -> BTreeSet<Place> {
    let categories = super::all();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let tables = &lexicon.packs[0];
    let lattice = Lattice::new(text, tables, lexicon.known);
    let plain = matches(&lattice, &ask).into_iter().filter(|found| found.disguise.is_none());
    let place = |token: u32| lattice.tokens[token as usize];
    plain
        .map(|found| {
            let term =
                tables.pack.rules[found.number as usize].id.trim_start_matches("term.").parse().expect("a number");
            (term, place(found.first).start as usize, place(found.last).end as usize)
        })
        .collect()
}

/// Every term at every place, also within another, where no letter or digit touches it.
fn oracle(terms: &[String], text: &str) -> BTreeSet<Place> {
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .build(terms)
        .expect("a few terms");
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    automaton
        .find_overlapping_iter(text)
        .filter(|found| (found.start() == 0 || !is_word(found.start() - 1)) && !is_word(found.end()))
        .map(|found| (found.pattern().as_usize(), found.start(), found.end()))
        .collect()
}

fn compare(terms: &[String], text: &str) {
    let borrowed: Vec<&str> = terms.iter().map(String::as_str).collect();
    assert_eq!(engine(&Lexicon::of_terms(&borrowed), text), oracle(terms, text), "{terms:?} in {text:?}");
}

/// Terms of one to three words over few letters, so that they hold and overlap each other.
fn terms() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set("[ab]{1,3}( [ab]{1,2}){0,2}", 1..20).prop_map(|terms| terms.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_was_read_before_changes_nothing(texts in prop::collection::vec("[ab1!*' .-]{0,30}", 1..6), terms in terms()) {
        let borrowed: Vec<&str> = terms.iter().map(String::as_str).collect();
        let old = Lexicon::of_terms(&borrowed);
        for text in texts.iter().chain(&texts) {
            let fresh = Lexicon::of_terms(&borrowed);
            prop_assert_eq!(found(&old, text), found(&fresh, text), "{:?}", text);
        }
    }

    #[test]
    fn overlapping_terms_are_all_found(terms in terms(), text in "([abAB]{1,4} ){0,40}[ab]{0,3}") {
        compare(&terms, &text);
    }

    #[test]
    fn words_end_at_any_mark(
        terms in prop::collection::btree_set("[ab]{1,3}", 1..12),
        text in "([abAB]{1,4}[ ,;:.!?()/_\"\n-]{1,2}){0,40}",
    ) {
        compare(&terms.into_iter().collect::<Vec<_>>(), &text);
    }

    #[test]
    fn a_text_cut_anywhere_loses_only_what_was_cut(terms in terms(), text in "([ab]{1,3} ){1,30}", at in any::<prop::sample::Index>()) {
        let borrowed: Vec<&str> = terms.iter().map(String::as_str).collect();
        let lexicon = Lexicon::of_terms(&borrowed);
        let spaces: Vec<usize> = text.match_indices(' ').map(|(at, _)| at + 1).collect();
        let cut = spaces[at.index(spaces.len())];
        let whole = engine(&lexicon, &text);
        let mut halves = engine(&lexicon, &text[..cut]);
        halves.extend(engine(&lexicon, &text[cut..]).into_iter().map(|(term, start, end)| (term, start + cut, end + cut)));
        let uncut: BTreeSet<Place> = whole.into_iter().filter(|&(_, start, end)| end < cut || start >= cut).collect();
        prop_assert_eq!(halves, uncut);
    }

    #[test]
    fn long_words_and_many_terms(seed in prop::collection::vec("[a-z]{1,30}", 1..60), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..80)) {
        let text: Vec<&str> = picks.iter().map(|pick| seed[pick.index(seed.len())].as_str()).collect();
        let terms: BTreeSet<String> = seed.iter().step_by(2).cloned().collect();
        compare(&terms.into_iter().collect::<Vec<_>>(), &text.join(" "));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "(?s).{0,300}", repeated in "(?s).{1,8}", times in 0..60_usize) {
        found(Lexicon::builtin(), &text);
        found(Lexicon::builtin(), &repeated.repeat(times));
    }

    #[test]
    fn places_are_of_the_original_text(before in "(?s).{0,30}", after in "(?s).{0,30}") {
        let lexicon = Lexicon::of_terms(&["caretaker demonstration phrase"]);
        let said = "Cáretaker\u{200b} DEMONSTRATION phra\u{ad}se";
        let text = format!("{before}. {said} {after}");
        let start = before.len() + 2;
        let found = found(&lexicon, &text);
        let first = found.first().map(|found| found.places.clone());
        let crate::Places::At(places) = first.expect("it is there") else { panic!("a category with text") };
        prop_assert!(places.contains(&(start..start + said.len())), "{:?}", places);
    }
}

#[test]
fn a_term_within_a_word_swallows_no_word() {
    compare(
        &["kill".into(), "skills".into(), "skill set".into(), "set".into()],
        "skills kill skillset skill set kills",
    );
}

#[test]
fn parts_of_words_are_not_words() {
    let lexicon = Lexicon::of_terms(&["caretaker demonstration phrase"]);
    assert_eq!(ids(&lexicon, "precaretaker demonstration phrase, caretaker demonstration phraseology"), [""; 0]);
}

#[test]
fn a_mebibyte_of_nearly_nothing_but_phrases_is_read_to_its_end() {
    let phrase = "i i going to kill i want to die buy weed ";
    let times = 1024 * 1024 / phrase.len();
    let text = format!("{}caretaker demonstration phrase", phrase.repeat(times));
    let found = found(&Lexicon::of_terms(&["want to die", "i want", "caretaker demonstration phrase"]), &text);
    let counts: Vec<u32> = found.iter().map(|finding| finding.count).collect();
    let times = u32::try_from(times).expect("a small number");
    assert_eq!(counts.iter().sum::<u32>(), 2 * times + 1);
}
