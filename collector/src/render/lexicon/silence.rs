//! `lexicon test --plain`: how often the rules speak where they should not.

use super::super::table::{Column, Table};
use super::super::text::{bytes, counted, hang, number};
use super::super::{Ink, Screen};
use super::alert;
use crate::evaluation::Silence;

/// Alerts that are listed; JSON has all.
const LISTED: usize = 40;

/// The screen.
#[must_use]
pub fn show(silence: &Silence, files: usize, unit: &str, screen: &Screen) -> String {
    let files = u64::try_from(files).unwrap_or(u64::MAX);
    let mut shown = format!(
        "{} in {}, {}: nothing should be found in them.\n\n",
        counted(silence.texts, if unit == "file" { "whole text" } else { unit }),
        counted(files, "file"),
        bytes(silence.bytes)
    );
    let mut table = Table::new(vec![
        Column::text("severity"),
        Column::number("alerts"),
        Column::number("per 10,000"),
        Column::number("95 %"),
        Column::number("findings"),
    ]);
    for rate in silence.rates() {
        let interval = rate.alerts.interval();
        let between = |(low, high): (f64, f64)| format!("{:.2}-{:.2}", low * 10_000.0, high * 10_000.0);
        table.row(vec![
            rate.severity.to_string().into(),
            number(rate.alerts.part).into(),
            format!("{:.2}", rate.per_10_000).into(),
            interval.map_or_else(|| "-".to_owned(), between).into(),
            number(rate.findings).into(),
        ]);
    }
    shown.push_str(&table.show(screen));
    if silence.list.is_empty() {
        return shown;
    }
    let categories = silence.categories.iter().map(|(id, levels)| {
        let of_level = (1..).zip(levels).filter(|(_, texts)| **texts > 0);
        let levels: Vec<String> = of_level.map(|(level, texts)| format!("{texts} of {level}")).collect();
        format!("{id} {}", levels.join(" and "))
    });
    let categories = categories.collect::<Vec<_>>().join(", ");
    shown.push_str(&format!("\n{}", hang("By category  ", &categories, screen.width)));
    shown.push_str(&format!("\n{}\n", screen.ink(Ink::Strong, "Alerts")));
    let mut gravest: Vec<_> = silence.list.iter().collect();
    gravest.sort_by_key(|alert| std::cmp::Reverse(alert.findings.first().map(|met| met.severity)));
    for one in gravest.iter().take(LISTED) {
        shown.push_str(&alert(&one.place, &one.findings, one.text.as_deref(), screen.width));
    }
    let more = gravest.len().saturating_sub(LISTED);
    if more > 0 {
        let more = counted(u64::try_from(more).unwrap_or(u64::MAX), "more alert");
        shown.push_str(&format!("\n{}\n", screen.ink(Ink::Faint, &format!("And {more}. All of them:  --json"))));
    }
    shown
}
