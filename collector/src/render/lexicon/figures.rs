//! `lexicon test`: how well the rules do, the gravest first, then what they got wrong.

use super::super::table::{Column, Table};
use super::super::text::{counted, hang, number, safe};
use super::super::{Ink, Screen};
use super::{alert, bare, percent, quoted};
use crate::evaluation::{Counts, FalseAlarm, Missed, Share, Tally};

/// Width of what the lines below the table begin with.
const START: usize = 18;

/// What was counted.
pub struct Heading {
    /// How many files.
    pub files: usize,
    /// How many rules.
    pub rules: usize,
    /// ", the held-out fifth only"; empty for all.
    pub part: &'static str,
}

/// The screen. What was missed is listed with `misses`.
#[must_use]
pub fn show(tally: &Tally, heading: &Heading, misses: bool, screen: &Screen) -> String {
    let mut shown = format!(
        "{} in {}{}: {} must be found, {} must not.   {}\n\n",
        counted(tally.texts, "text"),
        counted(long(heading.files), "file"),
        heading.part,
        number(tally.overall.recall.whole),
        number(tally.overall.false_alarms.whole),
        counted(long(heading.rules), "rule"),
    );
    shown.push_str(&table(tally, screen));
    shown.push('\n');
    shown.push_str(&grave(tally, screen));
    shown.push_str(&disguises(tally, screen));
    shown.push_str(&harmless(tally, screen));
    shown.push_str(&apart("language", tally, screen));
    shown.push_str(&wrong(tally, misses, screen));
    shown
}

fn long(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn table(tally: &Tally, screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("").shrinks(9),
        Column::number("texts"),
        Column::number("found"),
        Column::number("severe enough").spare(),
        Column::number("false"),
        Column::number("other").spare(),
        Column::number("precision"),
        Column::number("F1"),
    ]);
    let mut row = |name: &str, counts: &Counts| {
        table.row(vec![
            name.into(),
            number(counts.recall.whole).into(),
            percent(counts.recall).into(),
            percent(counts.recall_severe).into(),
            number(counts.false_alarms.part).into(),
            number(counts.other).into(),
            percent(counts.precision).into(),
            counts.f1().map_or_else(|| "-".to_owned(), |f1| format!("{f1:.2}")).into(),
        ]);
    };
    for (category, counts) in tally.by_category() {
        row(category.id, counts);
    }
    row("overall", &tally.overall);
    table.show(screen)
}

/// "Severity 5        recall 94.5 % (87-98): ...".
fn line(start: &str, text: &str, screen: &Screen) -> String {
    hang(&format!("{start:<START$}"), text, screen.width)
}

/// "12 of 14".
fn of(share: Share) -> String {
    format!("{} of {}", number(share.part), number(share.whole))
}

fn grave(tally: &Tally, screen: &Screen) -> String {
    let grave = &tally.grave;
    let mut shown = String::new();
    if grave.five.whole > 0 {
        let text = format!(
            "recall {}: {} found as a 5, {} as a 4 or 5, {} at all",
            percent(grave.five),
            of(grave.five),
            number(grave.five_told_at_once.part),
            number(grave.five_at_all.part)
        );
        shown.push_str(&line("Severity 5", &text, screen));
    }
    if grave.four_five.whole + grave.four_five_precision.whole > 0 {
        let text = format!(
            "recall {}: {};   precision {}: {}",
            percent(grave.four_five),
            of(grave.four_five),
            percent(grave.four_five_precision),
            of(grave.four_five_precision)
        );
        shown.push_str(&line("Severity 4 and 5", &text, screen));
    }
    shown
}

fn disguises(tally: &Tally, screen: &Screen) -> String {
    if tally.disguises.whole == 0 {
        return String::new();
    }
    let each = tally.disguises_by_behaviour.iter().map(|(name, share)| {
        format!("{} {} of {}", safe(name), share.value().map_or_else(|| "-".into(), bare), share.whole)
    });
    let text =
        format!("{} kept, {}: {}", percent(tally.disguises), of(tally.disguises), each.collect::<Vec<_>>().join(", "));
    line("Disguises", &text, screen)
}

fn harmless(tally: &Tally, screen: &Screen) -> String {
    let mut shown = String::new();
    let tried = tally.behaviours.iter().filter(|(_, counts)| counts.alarms.whole > 0);
    let alarmed: Vec<String> = tried
        .map(|(name, counts)| format!("{} {} of {}", safe(name), counts.alarms.part, counts.alarms.whole))
        .collect();
    if tally.harmless_from_3.whole > 0 {
        let text = format!("of identity or negation: {} raise a 3 or more", of(tally.harmless_from_3));
        shown.push_str(&line("Harmless", &text, screen));
    }
    if !alarmed.is_empty() {
        shown.push_str(&line("False by kind", &alarmed.join(", "), screen));
    }
    shown
}

/// Languages, when there is more than one.
fn apart(what: &'static str, tally: &Tally, screen: &Screen) -> String {
    if tally.languages.len() < 2 {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::text(what).shrinks(8),
        Column::number("texts"),
        Column::number("found"),
        Column::number("harmless"),
        Column::number("false"),
    ]);
    for (name, counts) in &tally.languages {
        table.row(vec![
            name.as_str().into(),
            number(counts.recall.whole).into(),
            percent(counts.recall).into(),
            number(counts.false_alarms.whole).into(),
            percent(counts.false_alarms).into(),
        ]);
    }
    format!("\n{}", table.show(screen))
}

fn wrong(tally: &Tally, misses: bool, screen: &Screen) -> String {
    let mut shown = String::new();
    if !tally.false_alarms.is_empty() {
        let title = format!("False alarms: {}", counted(long(tally.false_alarms.len()), "text"));
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, &title)));
        for false_alarm in &tally.false_alarms {
            let FalseAlarm { place, findings, text } = false_alarm;
            shown.push_str(&alert(place, findings, text.as_deref(), screen.width));
        }
    }
    if misses && !tally.missed.is_empty() {
        let title = format!("Missed, or not severe enough: {}", counted(long(tally.missed.len()), "text"));
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, &title)));
        shown.extend(tally.missed.iter().map(|missed| miss(missed, screen)));
    }
    if tally.passed_over > 0 {
        let text = format!(
            "{} passed over: a category that is not looked for. Name it:  --category ID",
            counted(tally.passed_over, "text")
        );
        shown.push_str(&format!("\n{text}\n"));
    }
    if !misses && !tally.missed.is_empty() {
        let text = counted(long(tally.missed.len()), "text");
        let hint = format!("{text} missed, or not severe enough. List them:  --misses");
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Faint, &hint)));
    }
    shown
}

fn miss(missed: &Missed, screen: &Screen) -> String {
    let least = missed.min_severity.map_or_else(String::new, |level| format!(" of {level} or more"));
    let mut shown = format!("  {}   expected {}{least}\n", safe(&missed.place.to_string()), missed.expect);
    if missed.findings.is_empty() {
        shown.push_str("    nothing found\n");
    }
    for met in &missed.findings {
        shown.push_str(&format!("    {} ({}): {}\n", safe(&met.rule), met.category.id, met.arithmetic));
    }
    shown.push_str(&quoted(missed.text.as_deref(), screen.width));
    shown
}
