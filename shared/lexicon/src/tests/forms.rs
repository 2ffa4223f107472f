//! Rules as they are written, and packs as bytes: what is refused, and how.

use proptest::prelude::*;

use super::{found, lexicon, pack, rule};
use crate::rules::{self, RuleError};
use crate::{Lexicon, Pack, PackError, builtin};

const HEAD: &str =
    "lang = \"en-GB\"\ntitle = \"T\"\nsource = \"this test\"\nlicence = \"Apache-2.0\"\nreviewed = \"no\"\n";

fn refused(text: &str) -> RuleError {
    rules::parse(&[("test.toml", text)]).expect_err(text)
}

#[test]
fn a_rule_that_is_not_whole_is_not_loaded() {
    let good = rule("drugs.b", "drugs", "severity = 1\nany = [\"two words\"]");
    let problems = [
        (good.replace("hit = [\"x\"]", "hit = []"), "a text that it must meet"),
        (good.replace("miss = [\"y\"]", "miss = []"), "a text that it must meet"),
        (good.replace("tests = { hit = [\"x\"], miss = [\"y\"] }\n", ""), "missing"),
        (good.replace("\"drugs\"", "\"football\""), "there is no such category"),
        (good.replace("severity = 1", "severity = 9"), "from 1 to 5"),
        (good.replace("two words", "word"), "a single word"),
        (good.replace("two words", "!"), "must have a word"),
        (good.replace("two words", "[two] words"), "a single word"),
        (good.replace("two words", "two ~2"), "never first or last"),
        (good.replace("two words", "two {nowhere}"), "no set {nowhere}"),
        (good.replace("two words", "(two|three words"), "the closing ) is missing"),
        (good.replace("two words", "two) words"), "closing bracket too many"),
        (good.replace("two words", "two ~7 words"), "~1 to ~4"),
        (good.replace("two words", &"(a b|c d|e f|g h|i j|k l|m n|o p|q r|s t) ".repeat(5)), "more than 20000"),
        (good.replace("drugs.b", "A pupil"), "small letters"),
        (format!("{good}{good}"), "another rule has this id"),
        (good.replace("sureness = 1", "sureness = 1\nseverty = 2"), "there is no such key"),
        (good.replace("sureness = 1", "sureness = 1\nstage = \"age\""), "only rules of the category grooming"),
        (good.replace("sureness = 1", "sureness = 1\nnear = { set = \"x\", within = 3 }"), "there is no such set"),
        (
            good.replace("sureness = 1", "sureness = 1\nnear = { any = [\"x\"], within = \"page\" }"),
            "\"text\" for anywhere",
        ),
        (
            good.replace("sureness = 1", "sureness = 1\nboost = { any = [\"x\"], within = 3, add = 1, as = \"luck\" }"),
            "what it counts as",
        ),
    ];
    for (lines, problem) in problems {
        let error = refused(&format!("{HEAD}{lines}")).to_string();
        assert!(error.contains(problem), "{lines}\n{error}");
    }
    rules::parse(&[("test.toml", &format!("{HEAD}{good}"))]).expect("the rule is good");
}

#[test]
fn what_a_pack_cannot_hold_is_no_title() {
    let head = HEAD.replace("\"T\"", "\"T\\tT\"");
    assert!(refused(&head).to_string().contains("expected a text"), "{head}");
}

#[test]
fn an_error_names_file_line_rule_and_remedy() {
    let lines = rule("drugs.b", "drugs", "severity = 9\nany = [\"two words\"]");
    assert_eq!(
        refused(&format!("{HEAD}{lines}")).to_string(),
        "test.toml, line 10: rule drugs.b: severity = 9\n  expected a whole number from 1 to 5"
    );
}

#[test]
fn what_rules_come_from_must_be_said_once() {
    for key in ["lang", "title", "source", "licence", "reviewed"] {
        let without: String =
            HEAD.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        assert_eq!(refused(&without).field, key);
    }
    let twice = rules::parse(&[("a.toml", HEAD), ("b.toml", HEAD)]).expect_err("two heads");
    assert_eq!((twice.file.as_str(), twice.line), ("b.toml", 1));
    assert!(rules::parse(&[("a.toml", "")]).is_err());
}

#[test]
fn sets_reach_over_the_files_of_a_pack() {
    let sets = "[sets]\ncolour = [\"red\", \"dark {blue}\"]\nblue = [\"blue\", \"navy\"]\n";
    let one = rule("drugs.b", "drugs", "severity = 1\nany = [\"{colour} (kite|balloon) [again]\"]");
    let rules = rules::parse(&[("a.toml", one.as_str()), ("pack.toml", &format!("{HEAD}{sets}"))]).expect("good files");
    let lexicon = Lexicon::of_pack(rules::compile(&[rules]));
    for text in ["red kite", "Dark navy balloon", "dark blue kite again"] {
        assert_eq!(found(&lexicon, text).len(), 1, "{text}");
    }
    assert_eq!(found(&lexicon, "blue kite").len(), 0);
}

#[test]
fn a_rule_that_fails_its_own_texts_is_told_why() {
    let lines =
        rule("drugs.b", "drugs", "severity = 1\nany = [\"red kite\"]\nnot_near = { any = [\"toy\"], within = 3 }")
            .replace("hit = [\"x\"]", "hit = [\"a red kite\", \"a toy, a red kite\"]")
            .replace("miss = [\"y\"]", "miss = [\"no kite\", \"one more red kite\"]");
    let problems = rules::check(&pack(&lines));
    let told: Vec<(&str, bool)> = problems.iter().map(|problem| (problem.text.as_str(), problem.should_meet)).collect();
    assert_eq!(told, [("a toy, a red kite", true), ("one more red kite", false)]);
    assert!(problems.iter().all(|problem| !problem.why.is_empty()));
}

#[test]
fn a_pack_comes_back_from_its_bytes() {
    let bytes = builtin();
    let pack = Pack::read(&bytes).expect("the pack that ships");
    assert_eq!(pack.write(), bytes);
    assert_eq!(Pack::read(b"").err(), Some(PackError::Foreign));
    for cut in (8..bytes.len()).step_by(9973) {
        assert_eq!(Pack::read(&bytes[..cut]).err(), Some(PackError::Damaged), "{cut}");
    }
    assert_eq!(Pack::read(&[bytes.as_slice(), b"x"].concat()).err(), Some(PackError::Damaged));
}

proptest! {
    #[test]
    fn damaged_packs_are_refused_or_harmless(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let small = rules::compile(&[pack(&rule("drugs.b", "drugs", "severity = 1\nany = [\"red ~2 kite\"]\nnear = { any = [\"a\"], within = 3 }"))]);
        let mut bytes = small.write();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(pack) = Pack::read(&bytes) {
            found(&Lexicon::of_pack(pack), "red kite a red b kite");
        }
    }

    #[test]
    fn any_bytes_and_any_text_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(?s).{0,200}") {
        prop_assert!(Pack::read(&bytes).is_err());
        let _ = Pack::read(&[b"CTKWPK\0\x03".as_slice(), &bytes].concat());
        let _ = rules::parse(&[("x", &text)]);
        let _ = rules::parse(&[("x", &format!("{HEAD}[sets]\na = [{text:?}]"))]);
    }

    #[test]
    fn any_phrase_is_read_or_refused(phrase in "[a-c(){}|~\\[\\]1-5 ]{0,24}") {
        let sets = format!("{HEAD}[sets]\na = [{phrase:?}]\n");
        let _ = rules::parse(&[("x", &sets)]);
    }
}

#[test]
fn a_lexicon_of_no_rules_finds_nothing() {
    assert_eq!(found(&lexicon(""), "anything at all"), []);
    assert_eq!(found(&Lexicon::of_terms(&[]), "anything at all"), []);
}
