//! The evidence pack of a review.

use std::collections::BTreeMap;

use caretaker_proto::console::v1::{Check, ReviewReport};
use jiff::Zoned;

use super::term::{made, span};
use super::{Bar, Block, Leaflet, Mark};
use crate::render::text::number;

/// The document.
#[must_use]
pub fn leaflet(report: &ReviewReport, now: &Zoned) -> Leaflet {
    let mut blocks = vec![figures(&report.checks)];
    blocks.push(Block::Text(
        "Each colour follows from a figure of this moment, which stands beside it. Nobody has filled anything in. What \
         is not known is never green."
            .into(),
    ));
    for (area, checks) in areas(&report.checks) {
        blocks.push(Block::Heading(format!("Self-check: {area}")));
        blocks.push(Block::Checks(checks));
    }
    for sheet in &report.sheets {
        blocks.push(Block::Heading(sheet.title.clone()));
        let rows = sheet.rows.iter().map(|row| row.cells.clone()).collect::<Vec<_>>();
        blocks.extend(chart(&sheet.title, &rows));
        blocks.push(Block::Table(sheet.columns.clone(), rows));
        if !sheet.note.is_empty() {
            blocks.push(Block::Note(sheet.note.clone()));
        }
    }
    blocks.push(Block::Heading("What this pack does not show".into()));
    blocks.push(Block::Points(limits()));
    let site = if report.site.is_empty() { String::new() } else { format!(", {}", report.site) };
    Leaflet {
        title: "Monitoring review: evidence pack".into(),
        under: vec![format!("{}{site}", report.school), span(&report.from, &report.to, false)],
        blocks,
        footer: format!(
            "{}{site}. Made by Caretaker on {}. Holds no pupil's name.",
            report.school,
            made(&report.made_at, now)
        ),
    }
}

fn figures(checks: &[Check]) -> Block {
    let of =
        |state: &str| u64::try_from(checks.iter().filter(|check| check.state == state).count()).unwrap_or_default();
    let words = [
        ("green", "questions answered well"),
        ("amber", "to be watched"),
        ("red", "not in order, or not covered"),
        ("unknown", "not known"),
    ];
    Block::Figures(words.iter().map(|(state, what)| (number(of(state)), (*what).to_owned())).collect())
}

/// The checks of each area, in the order in which they come.
fn areas(checks: &[Check]) -> Vec<(String, Vec<Mark>)> {
    let mut areas: Vec<(String, Vec<Mark>)> = Vec::new();
    for check in checks {
        let mark = Mark {
            state: check.state.clone(),
            question: check.question.clone(),
            figure: check.figure.clone(),
            rule: check.rule.clone(),
        };
        match areas.last_mut() {
            Some((area, marks)) if *area == check.area => marks.push(mark),
            Some(_) | None => areas.push((check.area.clone(), vec![mark])),
        }
    }
    areas
}

/// A chart before the table of requirements: what share of the devices is known to meet each.
fn chart(title: &str, rows: &[Vec<String>]) -> Option<Block> {
    if title != "Devices" {
        return None;
    }
    let met: BTreeMap<&str, u32> =
        rows.iter().filter_map(|row| Some((row.first()?.as_str(), row.get(2)?.parse().ok()?))).collect();
    let bars = rows.iter().filter_map(|row| {
        let (id, title) = (row.first()?, row.get(1)?);
        Some(Bar { name: format!("{id}  {title}"), value: met.get(id.as_str()).copied() })
    });
    Some(Block::Bars(bars.collect()))
}

fn limits() -> Vec<String> {
    [
        "Nobody watches round the clock: people see a concern when they see the mail.",
        "No picture is looked at, no telephone and no personal device.",
        "Single words miss most hatred, sarcasm and slow grooming; no list reads intent.",
        "The lists of the IWF and CTIRU are not part of it.",
        "Who is administrator of a computer cannot be kept from switching the agent off; it is noticed and shown as silence.",
        "A program is no substitute for adults who watch over children.",
    ]
    .map(str::to_owned)
    .to_vec()
}
