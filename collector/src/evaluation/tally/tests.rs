//! Figures against those that were worked out by hand.

use caretaker_shared::lexicon::category;
use caretaker_shared::model::Severity;

use super::Tally;
use crate::evaluation::{Met, Place, Sample, Share};

fn met(id: &str, level: u32) -> Met {
    Met {
        rule: format!("{id}.rule"),
        category: category(id).expect("a category"),
        severity: Severity::new(level).expect("a level"),
        arithmetic: format!("base {level}: {level} of 5"),
        help_seeking: false,
    }
}

fn sample(expect: &str, min_severity: u32) -> Sample {
    Sample {
        text: "an invented text".into(),
        expect: category(expect),
        min_severity: Severity::new(min_severity),
        plain: None,
        behaviour: None,
        lang: None,
    }
}

fn place(line: u64) -> Place {
    Place { order: 0, file: "corpus.jsonl".into(), line }
}

fn tally(rows: Vec<(Sample, Vec<Met>)>) -> Tally {
    let mut tally = Tally::default();
    for (line, (sample, met)) in (1..).zip(rows) {
        tally.count(place(line), sample, met, None);
    }
    tally.finished()
}

fn share(part: u64, whole: u64) -> Share {
    Share { part, whole }
}

/// Four of violence (one missed, one too mild), one of hate, three of nothing (one with two false alarms).
fn school_day() -> Tally {
    tally(vec![
        (sample("violence", 4), vec![met("violence", 4)]),
        (sample("violence", 5), vec![met("violence", 4), met("weapons", 5)]),
        (sample("violence", 5), vec![met("weapons", 5)]),
        (sample("violence", 0), vec![met("violence", 2), met("hate", 2)]),
        (sample("hate", 3), vec![met("hate", 3)]),
        (sample("none", 0), vec![met("violence", 2), met("hate", 4)]),
        (sample("none", 0), vec![]),
        (sample("none", 0), vec![]),
    ])
}

#[test]
fn recall_and_precision_are_those_worked_out_by_hand() {
    let tally = school_day();
    let violence = tally.categories["violence"];
    assert_eq!(violence.recall, share(3, 4));
    assert_eq!(violence.recall_severe, share(2, 4), "a 4 where a 5 is demanded is not enough");
    assert_eq!(violence.precision, share(3, 4));
    assert_eq!(violence.false_alarms, share(1, 3));
    assert_eq!(violence.other, 0);
    assert!((violence.f1().expect("has both") - 0.75).abs() < 1e-12);
    let hate = tally.categories["hate"];
    assert_eq!((hate.recall, hate.precision, hate.other), (share(1, 1), share(1, 2), 1));
    let weapons = tally.categories["weapons"];
    assert_eq!((weapons.recall, weapons.precision, weapons.other), (share(0, 0), share(0, 0), 2));
    assert_eq!(weapons.f1(), None);
    assert_eq!(tally.overall.recall, share(4, 5));
    assert_eq!(tally.overall.precision, share(4, 5), "a text with two false alarms is one");
    assert_eq!(tally.overall.other, 1);
}

#[test]
fn the_gravest_are_counted_by_what_they_demand_and_what_was_said() {
    let grave = school_day().grave;
    assert_eq!(grave.five, share(0, 2));
    assert_eq!(grave.five_told_at_once, share(1, 2));
    assert_eq!(grave.five_at_all, share(1, 2));
    assert_eq!(grave.four_five, share(2, 3));
    assert_eq!(grave.four_five_precision, share(2, 3));
    assert_eq!(grave.four_five_other, 1);
}

#[test]
fn false_alarms_and_missed_ones_are_listed_where_they_stand() {
    let tally = school_day();
    let lines: Vec<u64> = tally.false_alarms.iter().map(|alarm| alarm.place.line).collect();
    assert_eq!(lines, [6]);
    assert_eq!(tally.false_alarms[0].findings[0].rule, "hate.rule", "the most serious first");
    let missed: Vec<_> = tally.missed.iter().map(|missed| (missed.place.line, missed.min_severity)).collect();
    assert_eq!(missed, [(2, Some(5)), (3, Some(5))]);
    assert_eq!(tally.rules["violence.rule"], share(3, 4));
    assert_eq!(tally.rules.get("weapons.rule"), None, "of a category that no text expects nothing is known");
}

#[test]
fn a_disguise_counts_when_its_plain_form_is_found() {
    let mut tally = Tally::default();
    let disguised = |behaviour: Option<&str>| Sample {
        behaviour: behaviour.map(str::to_owned),
        plain: Some("plain".into()),
        ..sample("violence", 4)
    };
    let found = [met("violence", 4)];
    tally.count(place(1), disguised(Some("leet")), found.to_vec(), Some(&found));
    tally.count(place(2), disguised(Some("leet")), vec![], Some(&found));
    tally.count(place(3), disguised(None), found.to_vec(), Some(&found));
    tally.count(place(4), disguised(Some("leet")), found.to_vec(), Some(&[]));
    assert_eq!(tally.disguises, share(2, 3));
    assert_eq!(tally.disguises_by_behaviour["leet"], share(1, 2));
    assert_eq!(tally.disguises_by_behaviour["other"], share(1, 1));
    assert_eq!(tally.behaviours["leet"].found, share(2, 3), "whether the plain form is found or not");
}

#[test]
fn harmless_identity_and_negation_are_counted_from_severity_three() {
    let harmless = |behaviour: &str| Sample { behaviour: Some(behaviour.into()), ..sample("none", 0) };
    let tally = tally(vec![
        (harmless("identity"), vec![met("hate", 3)]),
        (harmless("negation"), vec![met("hate", 2)]),
        (harmless("fiction"), vec![met("hate", 4)]),
    ]);
    assert_eq!(tally.harmless_from_3, share(1, 2));
    assert_eq!(tally.behaviours["negation"].alarms, share(1, 1));
    assert_eq!(tally.behaviours["fiction"].alarms_from_3, share(1, 1));
}

#[test]
fn nothing_is_kept_of_a_text_of_which_nothing_is_carried() {
    let tally = tally(vec![
        (sample("csa", 5), vec![]),
        (sample("none", 0), vec![met("sexual_images", 3), met("hate", 4)]),
        (sample("violence", 5), vec![met("csa", 5)]),
    ]);
    assert_eq!(tally.missed.iter().map(|missed| missed.text.as_deref()).collect::<Vec<_>>(), [None, None]);
    assert_eq!(tally.false_alarms[0].text, None);
}

#[test]
fn it_makes_no_difference_who_counted_what() {
    let whole = school_day();
    let rows = || {
        vec![
            (sample("violence", 4), vec![met("violence", 4)]),
            (sample("violence", 5), vec![met("violence", 4), met("weapons", 5)]),
            (sample("violence", 5), vec![met("weapons", 5)]),
            (sample("violence", 0), vec![met("violence", 2), met("hate", 2)]),
            (sample("hate", 3), vec![met("hate", 3)]),
            (sample("none", 0), vec![met("violence", 2), met("hate", 4)]),
            (sample("none", 0), vec![]),
            (sample("none", 0), vec![]),
        ]
    };
    let (mut odd, mut even) = (Tally::default(), Tally::default());
    for (line, (sample, met)) in (1..).zip(rows()) {
        let part = if line % 2 == 0 { &mut even } else { &mut odd };
        part.count(place(line), sample, met, None);
    }
    even.add(odd);
    assert_eq!(even.finished(), whole);
}

#[test]
fn languages_are_counted_apart() {
    let welsh = |expect| Sample { lang: Some("cy".into()), ..sample(expect, 0) };
    let tally = tally(vec![
        (welsh("violence"), vec![met("violence", 4)]),
        (welsh("none"), vec![met("violence", 4)]),
        (sample("violence", 0), vec![]),
    ]);
    assert_eq!(tally.languages["cy"].precision, share(1, 2));
    assert_eq!(tally.languages["en-GB"].recall, share(0, 1));
}
