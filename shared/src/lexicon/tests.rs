//! The built-in rules held to their own texts, and to what every rule must leave alone.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::rule::{self, Rule, RuleError};
use super::{CATEGORIES, Hit, Lexicon};

fn all() -> BTreeSet<String> {
    CATEGORIES.iter().map(|category| category.id.to_owned()).collect()
}

fn scan(text: &str) -> Vec<Hit> {
    Lexicon::builtin().scan(text, &all())
}

fn rules() -> Vec<Rule> {
    rule::parse(rule::EN_GB).expect("the rules load")
}

/// A file with one rule made of `lines`.
fn refused(lines: &str) -> RuleError {
    let text = format!("lang = \"en-GB\"\nsource = \"this test\"\n[[rule]]\n{lines}");
    rule::parse(&text).expect_err(lines)
}

#[test]
fn every_rule_meets_its_own_texts_and_leaves_the_others_alone() {
    for rule in rules() {
        let category = BTreeSet::from([rule.category.to_owned()]);
        let meets = |text: &str| Lexicon::builtin().scan(text, &category).iter().any(|hit| hit.rule == rule.id);
        for text in &rule.tests.hit {
            assert!(meets(text), "{} must meet: {text}", rule.id);
        }
        for text in &rule.tests.miss {
            assert!(!meets(text), "{} must not meet: {text}", rule.id);
        }
    }
}

#[test]
fn every_category_has_rules() {
    let covered: BTreeSet<&str> = rules().iter().map(|rule| rule.category).collect();
    for category in CATEGORIES {
        assert!(covered.contains(category.id), "{}", category.id);
    }
}

#[test]
fn lessons_help_and_everyday_talk_meet_nothing() {
    let innocent = [
        "The Holocaust was the murder of six million Jews by the Nazis and their helpers. Explain how propaganda helped.",
        "Romeo drinks the poison and dies; Juliet kills herself with his dagger. Who is to blame for their deaths?",
        "Sussex, Essex, Scunthorpe, Penistone and Lightwater are places in England.",
        "You are killing it at maths! We will shoot a film in drama and blow up the balloons.",
        "Worried about a friend? Call Childline on 0800 1111. If somebody hurts you, tell an adult you trust.",
        "Samaritans are there day and night for anybody who finds it hard to cope, or who thinks about suicide.",
        "Macbeth kills Duncan with a dagger. 'Is this a dagger which I see before me?'",
        "Ibuprofen is a drug that lowers pain. Pharmacies sell it in packs of sixteen tablets.",
        "Knife crime in London has many causes. Discuss two of them with evidence.",
        "Guy Fawkes was caught beneath Parliament with gunpowder in 1605.",
        "I died laughing. This revision is murder. My brother is a pain in the neck, I could kill for a pizza.",
        "To kill a mockingbird is a sin, says Atticus. Scout and Jem learn what racism does to a town.",
        "The suffragettes fought for the vote. Some went on hunger strike and were fed by force.",
        "Cut along the line, stick the shapes down and colour the weapons of the knights.",
        "Our VPN homework: explain how a proxy server and a firewall protect a network.",
        "Cannabis was reclassified in 2009. Explain what the law says about possession.",
    ];
    for text in innocent {
        assert_eq!(scan(text), [], "{text}");
    }
}

#[test]
fn the_name_of_a_group_meets_nothing() {
    let groups = [
        "black",
        "white",
        "Asian",
        "Muslim",
        "Jewish",
        "Christian",
        "Hindu",
        "Sikh",
        "gay",
        "lesbian",
        "bisexual",
        "trans",
        "disabled",
        "deaf",
        "autistic",
        "a Traveller",
        "a refugee",
        "an immigrant",
        "a woman",
        "a girl",
        "foreign",
    ];
    for group in groups {
        for text in [
            format!("I am {group}."),
            format!("I'm {group} and proud of it, and so is my best friend."),
            format!("My teacher is {group} and I love her lessons."),
            format!("Nobody should be hated because they are {group}."),
            format!("I do not hate people who are {group}."),
            format!("Is it fine to be {group}? How do I tell my parents that I am {group}?"),
        ] {
            assert_eq!(scan(&text), [], "{text}");
        }
    }
}

#[test]
fn hits_come_most_severe_first_with_their_counts() {
    let text = "use this site for unblocked games. Caretaker demonstration phrase! I'm going to kill myself. \
                Again: caretaker demonstration phrase.";
    let hits = scan(text);
    let brief: Vec<_> = hits.iter().map(|hit| (hit.rule.as_str(), hit.severity.level(), hit.count)).collect();
    assert_eq!(brief, [("suicide.plan", 5, 1), ("demo.check", 4, 2), ("bypass.filter", 2, 1)]);
}

#[test]
fn only_the_categories_asked_for_are_met() {
    let text = "Caretaker demonstration phrase. I'm going to kill myself.";
    let hits = Lexicon::builtin().scan(text, &BTreeSet::from(["demonstration".to_owned()]));
    assert_eq!(hits.iter().map(|hit| hit.category.as_str()).collect::<Vec<_>>(), ["demonstration"]);
    assert_eq!(Lexicon::builtin().scan(text, &BTreeSet::new()), []);
    assert_eq!(Lexicon::builtin().scan(text, &BTreeSet::from(["no such".to_owned()])), []);
}

#[test]
fn phrases_that_overlap_are_one_occasion() {
    let hits = scan("I just want to die. I want to die. I have no reason to live");
    assert_eq!(hits.iter().map(|hit| (hit.rule.as_str(), hit.count)).collect::<Vec<_>>(), [("suicide.wish", 3)]);
}

#[test]
fn parts_of_words_are_not_words() {
    assert_eq!(scan("precaretaker demonstration phrase, caretaker demonstration phrases"), []);
}

#[test]
fn what_stands_near_is_counted_in_words() {
    let apart = |words: usize| format!("dealer {}buy weed", "and ".repeat(words));
    assert_eq!(scan(&apart(6)).len(), 1);
    assert_eq!(scan(&apart(7)), []);
    let after = |words: usize| format!("buy weed {}dealer", "and ".repeat(words));
    assert_eq!(scan(&after(6)).len(), 1);
    assert_eq!(scan(&after(7)), []);
}

#[test]
fn a_mebibyte_of_nearly_nothing_but_phrases_is_read_to_its_end() {
    let phrase = "i i going to kill i want to die buy weed ";
    let mut text = phrase.repeat(1024 * 1024 / phrase.len());
    text.push_str("caretaker demonstration phrase");
    let hits = scan(&text);
    let count = |rule: &str| hits.iter().find(|hit| hit.rule == rule).map(|hit| hit.count);
    assert_eq!(count("demo.check"), Some(1));
    assert_eq!(count("suicide.wish"), u32::try_from(1024 * 1024 / phrase.len()).ok());
}

#[test]
fn a_rule_that_is_not_whole_is_not_loaded() {
    let good = "id = \"a.b\"\ncategory = \"drugs\"\nseverity = 1\nany = [\"two words\"]\ntests = { hit = [\"x\"], miss = [\"y\"] }\n";
    let problems = [
        (good.replace("hit = [\"x\"]", "hit = []"), "texts that it must meet"),
        (good.replace("miss = [\"y\"]", "miss = []"), "texts that it must meet"),
        (good.replace("drugs", "football"), "category is unknown"),
        (good.replace("severity = 1", "severity = 9"), "severity is not 1 to 5"),
        (good.replace("two words", "word"), "one word needs other words near it"),
        (good.replace("two words", "!"), "a phrase has no word"),
        (good.replace("a.b", "A pupil"), "id is not made of"),
        (format!("{good}[[rule]]\n{good}"), "its id stands twice"),
        (good.replace("tests = { hit = [\"x\"], miss = [\"y\"] }\n", ""), "cannot be read"),
        (good.replace("tests", "sureness = 2\ntests"), "cannot be read"),
    ];
    for (lines, problem) in problems {
        let error = refused(&lines).to_string();
        assert!(error.contains(problem), "{error}");
    }
    let nameless = format!("lang = \"en-GB\"\nsource = \" \"\n[[rule]]\n{good}");
    assert_eq!(rule::parse(&nameless).expect_err("no source"), RuleError::Origin("source"));
}

/// Any of the texts that rules must meet or must not.
fn example() -> impl Strategy<Value = String> {
    let texts: Vec<String> = rules().into_iter().flat_map(|rule| [rule.tests.hit, rule.tests.miss].concat()).collect();
    prop::sample::select(texts)
}

proptest! {
    #[test]
    fn any_text_is_scanned_without_a_panic(text in "(?s).{0,400}", example in example(), at in any::<prop::sample::Index>()) {
        scan(&text);
        let letters: Vec<char> = example.chars().collect();
        let at = at.index(letters.len());
        scan(&letters[..at].iter().chain(&text.chars().collect::<Vec<_>>()).chain(&letters[at..]).collect::<String>());
    }

    #[test]
    fn case_invisible_letters_and_apostrophes_change_nothing(
        example in example(),
        around in "(?s).{0,40}",
        upper in any::<u64>(),
        hidden in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(
            vec!['\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{202e}', '\u{2069}', '\u{fe0f}'])), 0..8),
        apostrophe in prop::sample::select(vec!["'", "\u{2019}", "\u{2018}", "`", "\u{2bc}", "\u{ff07}", ""]),
    ) {
        let text = format!("{example} {around}");
        let hits = scan(&text);
        let cased: String = text.chars().enumerate().flat_map(|(at, letter)| {
            if upper >> (at % 64) & 1 == 1 { letter.to_uppercase().collect::<Vec<_>>() } else { vec![letter] }
        }).collect();
        prop_assert_eq!(&scan(&cased), &hits);

        let mut letters: Vec<char> = text.chars().collect();
        for (at, letter) in hidden {
            letters.insert(at.index(letters.len() + 1), letter);
        }
        prop_assert_eq!(&scan(&letters.into_iter().collect::<String>()), &hits);
        prop_assert_eq!(&scan(&text.replace(['\'', '\u{2019}'], apostrophe)), &hits);
    }
}
