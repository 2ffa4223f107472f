//! `lexicon explain`: how a text is read, and what comes of each rule that it touches.

use std::ops::Range;

use caretaker_shared::lexicon::{Disguise, Explanation, Met as Touched, Places, Verdict};
use caretaker_shared::model::Severity;

use super::super::text::{counted, hang, safe};
use super::super::{Ink, Screen};
use crate::evaluation::Met;

/// The screen. `findings` are those of at least `least`.
#[must_use]
pub fn show(text: &str, explanation: &Explanation, findings: &[Met], least: Severity, screen: &Screen) -> String {
    let mut shown = result(findings, least, screen);
    shown.push_str(&format!("\n{}", hang("Read as  ", &words(explanation), screen.width)));
    for met in &explanation.met {
        shown.push_str(&format!("\n{}", rule(text, met, screen)));
    }
    if explanation.met.is_empty() {
        shown.push_str("\nNo phrase of any rule stands in it.\n");
    }
    shown
}

fn result(findings: &[Met], least: Severity, screen: &Screen) -> String {
    if findings.is_empty() {
        let level = if least.level() > 1 { format!(" of severity {least} or more") } else { String::new() };
        return format!("{}\n", screen.ink(Ink::Strong, &format!("Nothing is reported{level}.")));
    }
    let mut shown = String::new();
    for met in findings {
        let said = if met.category.carries_text {
            let help = if met.help_seeking { ", asks for help" } else { "" };
            format!("{} of 5, {} ({}){help}", met.severity, met.category.title, safe(&met.rule))
        } else {
            safe(&met.rule)
        };
        shown.push_str(&format!("{}\n", screen.ink(Ink::Strong, &said)));
    }
    shown
}

/// The plain forms, a stroke between sentences.
fn words(explanation: &Explanation) -> String {
    let mut shown = String::new();
    for word in &explanation.words {
        if !shown.is_empty() {
            shown.push_str(if word.begins_sentence { " | " } else { " " });
        }
        shown.push_str(&safe(&word.plain));
    }
    if shown.is_empty() { "no words".to_owned() } else { shown }
}

fn rule(text: &str, met: &Touched, screen: &Screen) -> String {
    let Places::At(places) = &met.places else {
        return format!("{}\n  nothing more is said of this category\n", screen.ink(Ink::Strong, &safe(&met.rule)));
    };
    let mut shown = format!("{}  {}\n", screen.ink(Ink::Strong, &safe(&met.rule)), verdict(&met.verdict));
    let at: Vec<String> = places.iter().map(|place| format!("\"{}\"", excerpt(text, place))).collect();
    shown.push_str(&hang("  at       ", &at.join(", "), screen.width));
    if !met.disguises.is_empty() {
        let seen: Vec<&str> = met.disguises.iter().map(|seen| disguise(*seen)).collect();
        shown.push_str(&hang("  disguise ", &seen.join(", "), screen.width));
    }
    if matches!(met.verdict, Verdict::Found | Verdict::Discounted) {
        let times = if met.count > 1 { format!("   {}", counted(met.count, "time")) } else { String::new() };
        shown.push_str(&hang("  score    ", &format!("{}{times}", met.arithmetic), screen.width));
    }
    shown
}

fn excerpt(text: &str, place: &Range<usize>) -> String {
    safe(&text.get(place.clone()).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn verdict(verdict: &Verdict) -> String {
    let named = |sets: &[String]| {
        let names =
            sets.iter().map(|name| if name.is_empty() { "words that the rule names".to_owned() } else { safe(name) });
        names.collect::<Vec<_>>().join(", ")
    };
    match verdict {
        Verdict::Found => "is a finding".to_owned(),
        Verdict::Weak => "says too little by itself: it adds to others of its category".to_owned(),
        Verdict::NotAlone => "is not met: it counts where little else is said, and the text has more words".to_owned(),
        Verdict::Lacks(sets) => format!("is not met: it needs near it {}", named(sets)),
        Verdict::Vetoed(sets) => format!("is not met: near it stands {}", named(sets)),
        Verdict::Discounted => "is not met: what stands around it leaves nothing of it".to_owned(),
    }
}

/// What a word was disguised as, in a few words.
#[must_use]
pub fn disguise(disguise: Disguise) -> &'static str {
    match disguise {
        Disguise::Leet => "digits or symbols for letters",
        Disguise::Repeated => "letters repeated",
        Disguise::Masked => "letters masked",
        Disguise::Misspelt => "one letter wrong",
        Disguise::Joined => "words run together",
        Disguise::Spaced => "letters standing apart",
        Disguise::Torn => "torn into pieces",
        Disguise::Slipped => "two letters swapped or one dropped",
        Disguise::Guessed => "hardly a letter left",
    }
}
