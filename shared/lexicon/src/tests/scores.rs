//! Scores: what adds, what takes away, what rules out.

use std::collections::BTreeSet;

use super::{found, ids, lexicon, pack, rule};
use crate::{AgeProfile, Ask, Finding, Lexicon, MOST_MATCHES, Pack, Places, Reason, Stage, Verdict, rules};

fn only(lexicon: &Lexicon, text: &str) -> Finding {
    let mut found = found(lexicon, text);
    assert_eq!(found.len(), 1, "{text}");
    found.remove(0)
}

#[test]
fn the_arithmetic_is_a_sentence() {
    let lexicon = lexicon(&rule(
        "suicide.a",
        "suicide",
        "severity = 3\nany = [\"red balloon\"]\n\
         boost = [{ any = [\"going to\"], within = 4, side = \"before\", add = 1, as = \"intent\" }, \
         { any = [\"tonight\", \"tomorrow\"], within = 5, add = 1, as = \"time\" }]\n\
         not_near = [{ any = [\"essay\"], within = \"text\", sub = 2, as = \"study\" }]",
    ));
    let sentence = |text| only(&lexicon, text).arithmetic.to_string();
    assert_eq!(sentence("red balloon"), "base 3: 3 of 5");
    assert_eq!(sentence("going to red balloon tonight and tomorrow"), "base 3, intent +1, time +1: 5 of 5");
    assert_eq!(
        sentence("going to red balloon tonight, says the essay"),
        "base 3, intent +1, time +1, study context -2: 3 of 5"
    );
    assert_eq!(sentence("red balloon going to"), "base 3: 3 of 5", "on the other side");
    let little = "red balloon. x. my essay";
    assert_eq!(sentence(little), "base 3, study context -2: 3 of 5 (never less than 3 here)");
}

#[test]
fn a_rule_may_count_only_where_little_else_is_said() {
    let alone = |words: &str| rule("suicide.a", "suicide", &format!("severity = 4\nany = [\"red balloon\"]\n{words}"));
    let texts = [
        "red balloon",
        "My red balloon!",
        "a red balloon flies",
        "a big red balloon flies",
        "red balloon, red balloon",
    ];
    let counts = |lines: &str| {
        let rules = rules::compile(&[pack(lines)]);
        let lexicon = Lexicon::of_pack(Pack::read(&rules.write()).expect("what was written"));
        texts.map(|text| found(&lexicon, text).iter().map(|found| found.count).sum::<u32>())
    };
    assert_eq!(counts(&alone("alone = 0")), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&alone("alone = 1")), [1, 1, 0, 0, 0]);
    assert_eq!(counts(&alone("alone = 2\nhelp_seeking = true")), [1, 1, 1, 0, 2]);
    assert_eq!(counts(&alone("")), [1, 1, 1, 1, 2]);
    let lexicon = lexicon(&alone("alone = 1"));
    let categories = super::all();
    let explained = lexicon.explain("a big red balloon", &Ask { categories: &categories, age: AgeProfile::Secondary });
    assert_eq!(explained.met[0].verdict, Verdict::NotAlone);
}

#[test]
fn around_a_phrase_without_end_is_looked_no_further() {
    let kite = |lines: &str| rule("drugs.a", "drugs", &format!("severity = 1\nany = [\"red kite\"]\n{lines}"));
    let counts = |lines: &str| {
        let lexicon = lexicon(&[kite(lines), rule("drugs.b", "drugs", "severity = 1\nany = [\"blue kite\"]")].concat());
        let text = format!("{}blue kite", "red kite, ".repeat(MOST_MATCHES as usize + 9));
        found(&lexicon, &text).iter().map(|found| found.count).collect::<Vec<_>>()
    };
    assert_eq!(counts("not_near = [{ any = [\"toy\"], within = 3 }]"), [MOST_MATCHES, 1]);
    assert_eq!(counts(""), [MOST_MATCHES + 9, 1], "nothing is looked for around it");
}

#[test]
fn what_discounts_leave_nothing_of_is_no_finding() {
    let lines = "severity = 2\nany = [\"red balloon\"]\nnot_near = [{ any = [\"essay\"], within = 3, sub = 2 }]";
    let lexicon = lexicon(&rule("drugs.a", "drugs", lines));
    assert_eq!(ids(&lexicon, "red balloon"), ["drugs.a"]);
    assert_eq!(ids(&lexicon, "red balloon essay"), [""; 0]);
    let categories = super::all();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let met = lexicon.explain("red balloon essay", &ask).met;
    assert_eq!(met.first().map(|met| met.verdict.clone()), Some(Verdict::Discounted));
}

#[test]
fn what_must_stand_near_is_counted_in_words() {
    let lines = "severity = 2\nany = [\"red balloon\"]\nnear = [{ any = [\"dealer\"], within = 6 }, { any = [\"park\"], within = \"text\" }]";
    let lexicon = lexicon(&rule("drugs.a", "drugs", lines));
    let between = |words: usize| format!("Park. Dealer {}red balloon", "and ".repeat(words));
    assert_eq!(ids(&lexicon, &between(6)).len(), 1);
    assert_eq!(ids(&lexicon, &between(7)).len(), 0);
    let after = |words: usize| format!("red balloon {}dealer in the park", "and ".repeat(words));
    assert_eq!(ids(&lexicon, &after(6)).len(), 1);
    assert_eq!(ids(&lexicon, &after(7)).len(), 0);
    assert_eq!(ids(&lexicon, "red balloon dealer").len(), 0, "both must stand there");
}

#[test]
fn a_list_that_two_rules_write_in_place_counts_for_both_and_is_kept_once() {
    let near = |words: &str| format!("near = [{{ any = [{words}], within = 3 }}]");
    let both = |other: &str| {
        let one = rule(
            "suicide.a",
            "suicide",
            &format!("severity = 4\nany = [\"one thing\"]\n{}", near("\"red\", \"blue\"")),
        );
        let two = rule("violence.b", "violence", &format!("severity = 4\nany = [\"two things\"]\n{}", near(other)));
        rules::compile(&[pack(&format!("{one}{two}"))])
    };
    let (same, others) = (both("\"blue\", \"red\""), both("\"blue\", \"green\""));
    assert_eq!((same.sets.len(), others.sets.len()), (1, 2));
    let (same, others) = (Lexicon::of_pack(same), Lexicon::of_pack(others));
    assert_eq!(ids(&same, "one thing is red"), ["suicide.a"]);
    assert_eq!(ids(&same, "two things are red"), ["violence.b"]);
    assert_eq!(ids(&others, "two things are red"), [""; 0]);
    assert_eq!(ids(&others, "two things are green"), ["violence.b"]);
}

#[test]
fn sides_are_told_apart() {
    let lines = "severity = 2\nany = [\"red balloon\"]\nnear = [{ any = [\"before\"], within = 3, side = \"before\" }]\n\
                 not_near = [{ any = [\"after\"], within = 3, side = \"after\" }]";
    let lexicon = lexicon(&rule("drugs.a", "drugs", lines));
    assert_eq!(ids(&lexicon, "before a red balloon").len(), 1);
    assert_eq!(ids(&lexicon, "a red balloon before").len(), 0);
    assert_eq!(ids(&lexicon, "after before a red balloon").len(), 1);
    assert_eq!(ids(&lexicon, "before a red balloon after").len(), 0);
}

#[test]
fn phrases_do_not_run_over_the_end_of_a_sentence() {
    let lexicon = lexicon(&rule("drugs.a", "drugs", "severity = 2\nany = [\"red ~2 balloon\"]"));
    for text in [
        "red balloon",
        "red, balloon",
        "red a b balloon",
        "red\nballoon",
        "red... balloon",
        "red.balloon",
        "red (balloon)",
    ] {
        assert_eq!(ids(&lexicon, text).len(), 1, "{text:?}");
    }
    for text in [
        "red. Balloon",
        "red a. balloon",
        "red! balloon",
        "red?\nballoon",
        "red\n\nballoon",
        "red\r\n \r\nballoon",
        "red a b c balloon",
        "red.\u{200b} balloon",
        "red? a balloon",
        "red.” Balloon",
    ] {
        assert_eq!(ids(&lexicon, text).len(), 0, "{text:?}");
    }
}

#[test]
fn weak_words_only_add_to_others() {
    let lexicon = lexicon(&format!(
        "{}{}",
        rule("violence.weak", "violence", "severity = 1\nsureness = 0\nany = [\"stick\", \"red\"]"),
        rule("violence.a", "violence", "severity = 3\nany = [\"red balloon\"]"),
    ));
    assert_eq!(ids(&lexicon, "a stick"), [""; 0]);
    assert_eq!(only(&lexicon, "red balloon").severity.level(), 3, "a word of the phrase itself adds nothing");
    let close = only(&lexicon, "red balloon and a stick");
    assert_eq!((close.severity.level(), close.arithmetic.parts().count()), (4, 2));
    assert_eq!(only(&lexicon, &format!("red balloon {}stick", "and ".repeat(21))).severity.level(), 3);
}

#[test]
fn weak_words_of_several_kinds_are_a_finding_together() {
    let sign = |id: &str, sign: &str, word: &str| {
        rule(id, "suicide", &format!("severity = 3\nsureness = 0\nsign = \"{sign}\"\nany = [\"{word}\"]"))
    };
    let lexicon = lexicon(&format!(
        "{}{}{}{}{}",
        sign("suicide.one", "red", "balloon"),
        sign("suicide.same", "red", "kite"),
        sign("suicide.two", "blue", "stick"),
        sign("suicide.three", "green", "leaf"),
        rule("suicide.sure", "suicide", "severity = 3\nany = [\"old house\"]"),
    ));
    for text in ["a balloon", "balloon and balloon", "a balloon and a kite", "a stick"] {
        assert_eq!(ids(&lexicon, text), [""; 0], "{text}");
    }
    let best = |text: &str| found(&lexicon, text).first().map(|found| found.severity.level());
    assert_eq!(best("a balloon and a stick"), Some(4));
    assert_eq!(best("a balloon and a stick and a leaf"), Some(5));
    assert_eq!(best("old house, a balloon and a kite"), Some(4), "two of a kind count once");
    assert_eq!(best("old house, a balloon and a leaf"), Some(5));
    assert_eq!(best(&format!("balloon {}stick", "and ".repeat(20))), Some(4));
    assert_eq!(best(&format!("balloon {}stick", "and ".repeat(21))), None);
    let sum = found(&lexicon, "a balloon and a stick and a leaf").remove(0).arithmetic.to_string();
    assert_eq!(sum, "base 3, weaker words close by +2: 5 of 5");
}

#[test]
fn three_occasions_are_a_repetition() {
    let lexicon = lexicon(&rule("violence.a", "violence", "severity = 3\nany = [\"red balloon\", \"balloon red\"]"));
    let finding = only(&lexicon, "red balloon red. red balloon");
    assert_eq!((finding.count, finding.severity.level()), (2, 3), "what overlaps is one occasion");
    let finding = only(&lexicon, "red balloon, red balloon, red balloon");
    assert_eq!((finding.count, finding.severity.level()), (3, 4));
    assert_eq!(finding.places, Places::At(vec![0..11, 13..24, 26..37]));
}

#[test]
fn one_step_of_grooming_stays_low_and_several_do_not() {
    let stage = |id: &str, any: &str, stage: &str| {
        rule(&format!("grooming.{id}"), "grooming", &format!("severity = 4\nany = [\"{any}\"]\nstage = \"{stage}\""))
    };
    let lexicon = lexicon(
        &[stage("a", "red balloon", "secrecy"), stage("b", "blue kite", "meet"), stage("c", "green hat", "gift")]
            .concat(),
    );
    let mut alone = only(&lexicon, "red balloon, red balloon, red balloon");
    assert_eq!(alone.severity.level(), 3);
    assert_eq!(alone.stage, Some(Stage::Secrecy));
    let levels = |text: &str| found(&lexicon, text).iter().map(|finding| finding.severity.level()).collect::<Vec<_>>();
    assert_eq!(levels("red balloon and blue kite"), [5, 5]);
    // What the agent knows of the week before.
    alone.arithmetic.add(Reason::Stages, 1);
    assert_eq!(alone.arithmetic.severity().level(), 5);
}

#[test]
fn age_weighs() {
    let lines = "severity = 3\nany = [\"red balloon\"]\nage = { primary = 1, adult = -1 }";
    let lexicon = lexicon(&rule("violence.a", "violence", lines));
    let categories = super::all();
    let level = |age| {
        lexicon.read("red balloon", &Ask { categories: &categories, age }).first().map(|found| found.severity.level())
    };
    assert_eq!(AgeProfile::ALL.map(level), [Some(4), Some(3), Some(3), Some(2)]);
}

#[test]
fn a_call_for_help_close_by_tags_and_lowers_nothing() {
    let lexicon = lexicon(&format!(
        "{}{}",
        rule("disclosure.help", "disclosure", "severity = 3\nhelp_seeking = true\nany = [\"please help me\"]"),
        rule("suicide.a", "suicide", "severity = 5\nany = [\"red balloon\"]"),
    ));
    let tags = |text: &str| {
        found(&lexicon, text).iter().map(|one| (one.severity.level(), one.help_seeking)).collect::<Vec<_>>()
    };
    assert_eq!(tags("red balloon, please help me"), [(5, true), (3, true)]);
    assert_eq!(tags(&format!("red balloon {}please help me", "and ".repeat(21))), [(5, false), (3, true)]);
}

#[test]
fn no_place_is_told_for_a_category_that_carries_no_text() {
    let of = |category: &str| rule(&format!("{category}.a"), category, "severity = 5\nany = [\"red balloon\"]");
    let lexicon = lexicon(&[of("csa"), of("sexual_images"), of("suicide")].concat());
    let categories = super::all();
    let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
    let text = "Dad saw a red balloon";
    let withheld: BTreeSet<&str> = lexicon
        .read(text, &ask)
        .iter()
        .filter(|finding| finding.places == Places::Withheld)
        .map(|finding| finding.category.id)
        .collect();
    assert_eq!(withheld, BTreeSet::from(["csa", "sexual_images"]));
    for met in lexicon.explain(text, &ask).met {
        assert_eq!(met.places == Places::Withheld, !met.category.carries_text, "{}", met.rule);
    }
}

#[test]
fn an_imported_pack_stands_beside_the_others() {
    let licensed =
        crate::rules::compile(&[super::pack(&rule("csa.x", "csa", "severity = 5\nany = [\"red balloon\"]"))]);
    let lexicon = Lexicon::with(&[licensed]);
    assert_eq!(
        ids(&lexicon, "caretaker demonstration phrase and a red balloon").first().map(String::as_str),
        Some("csa.x")
    );
    assert_eq!(ids(&lexicon, "caretaker demonstration phrase").len(), 1);
}
