//! The governors' report of a term.

use caretaker_proto::console::v1::{Breakdown, Count, ResponseTimes, TermReport, Watching};
use jiff::Zoned;

use super::{Bar, Block, Leaflet};
use crate::render::text::number;
use crate::render::time;

/// What is said of a number that is hidden.
const SMALL: &str = "fewer than 5";

/// The document.
#[must_use]
pub fn leaflet(report: &TermReport, now: &Zoned) -> Leaflet {
    let mut blocks = vec![figures(report), Block::Text(lead(report))];
    let mut part = |heading: &str, block: Option<Block>, note: &str| {
        let Some(block) = block else { return };
        blocks.push(Block::Heading(heading.to_owned()));
        blocks.push(block);
        if !note.is_empty() {
            blocks.push(Block::Note(note.to_owned()));
        }
    };
    part("Concerns by month", bars(report.by_month.as_ref()).map(Block::Columns), "");
    part(
        "Concerns by level",
        bars(report.by_level.as_ref()).map(Block::Bars),
        "Level 5: a life may be in danger. 4: serious, the same day. 3: may become serious. 2 and 1: noted, rarely \
         acted on.",
    );
    part("What they were about", bars(report.by_category.as_ref()).map(Block::Bars), "");
    part("Sites", bars(report.by_site.as_ref().filter(|sites| sites.parts.len() > 1)).map(Block::Bars), "");
    part("How they ended", bars(report.by_outcome.as_ref()).map(Block::Bars), "");
    part(
        "How soon somebody took them",
        Some(responses(&report.responses)),
        "From the moment a concern was raised to the moment somebody took it; nights and weekends count.",
    );
    part("Opened by one person alone", Some(Block::Text(glass(report))), "");
    if let Some(watching) = &report.watching {
        part("Is the watching itself awake?", Some(self::watching(watching)), "");
    }
    blocks.extend(limits());
    let site = if report.site.is_empty() { String::new() } else { format!(", {}", report.site) };
    Leaflet {
        title: "Safeguarding monitoring: report of the term".into(),
        under: vec![format!("{}{site}", report.school), span(&report.from, &report.to, report.unfinished)],
        blocks,
        footer: format!(
            "{}{site}. Made by Caretaker on {}. Holds no names.",
            report.school,
            made(&report.made_at, now)
        ),
    }
}

/// "2 September to 18 December 2026".
pub(super) fn span(from: &str, to: &str, unfinished: bool) -> String {
    let day = |text: &str| {
        text.parse::<jiff::civil::Date>()
            .map_or_else(|_| text.to_owned(), |date| date.strftime("%-d %B %Y").to_string())
    };
    let so_far = if unfinished { ", as far as it has gone" } else { "" };
    format!("{} to {}{so_far}", day(from), day(to))
}

pub(super) fn made(at: &str, now: &Zoned) -> String {
    let at = time::parse(at).map(|at| at.to_zoned(now.time_zone().clone()));
    at.map_or_else(|| "-".into(), |at| at.strftime("%-d %B %Y at %H:%M").to_string())
}

fn told(count: Option<&Count>) -> String {
    match count {
        Some(Count { hidden: false, value }) => number(*value),
        Some(Count { hidden: true, .. }) | None => SMALL.to_owned(),
    }
}

fn figures(report: &TermReport) -> Block {
    let urgent = report.responses.iter().find(|times| times.level == 5).filter(|times| !times.hidden);
    let watching = report.watching.unwrap_or_default();
    Block::Figures(vec![
        (told(report.concerns.as_ref()), "concerns were raised".into()),
        (
            urgent.map_or_else(|| "–".into(), |times| stretch(times.median_seconds)),
            "until somebody took an urgent one, at the median".into(),
        ),
        (format!("{} of {}", number(watching.reporting), number(watching.devices)), "devices report".into()),
        (
            format!("{} of {}", number(watching.proven_this_term), number(watching.devices)),
            "devices have proven that their alerts arrive".into(),
        ),
    ])
}

fn lead(report: &TermReport) -> String {
    let unfinished =
        if report.unfinished { " The term is not over: the numbers of the last month will still grow." } else { "" };
    match report.concerns {
        Some(Count { hidden: false, value: 0 }) => {
            format!(
                "No concern was raised in this time. That is only good news if the devices below report.{unfinished}"
            )
        }
        Some(Count { hidden: true, .. }) => {
            format!("So few concerns were raised that no numbers are given: they could lead to a child.{unfinished}")
        }
        Some(Count { hidden: false, .. }) | None => format!(
            "A concern is a text or a search on a school computer that met a rule and was worth a person's look. It is \
             no judgement on a child.{unfinished}"
        ),
    }
}

fn bars(breakdown: Option<&Breakdown>) -> Option<Vec<Bar>> {
    let parts = &breakdown?.parts;
    let value = |count: Option<Count>| count.filter(|count| !count.hidden).map(|count| count.value);
    let bars: Vec<Bar> = parts.iter().map(|part| Bar { name: part.name.clone(), value: value(part.count) }).collect();
    // A chart of nothing but empty or hidden bars says less than a sentence.
    let says = bars.iter().any(|bar| bar.value.is_some_and(|value| value > 0));
    says.then_some(bars)
}

fn responses(times: &[ResponseTimes]) -> Block {
    let row = |times: &ResponseTimes| {
        let known = |seconds: u64, few: bool| if few { "too few".to_owned() } else { stretch(seconds) };
        vec![
            format!("level {}", times.level),
            known(times.median_seconds, times.hidden),
            known(times.p90_seconds, times.hidden || times.p90_seconds == 0),
        ]
    };
    let columns = ["", "half were taken within", "nine in ten within"].map(str::to_owned).to_vec();
    Block::Table(columns, times.iter().map(row).collect())
}

fn stretch(seconds: u64) -> String {
    match seconds {
        0..60 => "under a minute".into(),
        60..5_400 => format!("{} min", seconds.div_ceil(60)),
        5_400..172_800 => format!("{} h", seconds.div_ceil(3_600)),
        _ => format!("{} days", seconds.div_ceil(86_400)),
    }
}

fn glass(report: &TermReport) -> String {
    match (report.broken_glass, report.broken_glass_reviewed) {
        (0, _) => "Never: wherever two people are the rule, two people opened.".into(),
        (glass, reviewed) if glass == reviewed => {
            format!(
                "{glass} times one person opened what two people open, giving a reason. A second person has looked at each."
            )
        }
        (glass, reviewed) => format!(
            "{glass} times one person opened what two people open, giving a reason. A second person has looked at \
             {reviewed} of them; governors may want to ask about the others."
        ),
    }
}

fn watching(watching: &Watching) -> Block {
    let Watching { devices, reporting, silent, proven_this_term } = *watching;
    let row = |name: &str, value: u32| vec![name.to_owned(), number(value)];
    Block::Table(
        vec!["devices".into(), "now".into()],
        vec![
            row("enrolled", devices),
            row("reporting", reporting),
            row("silent for longer than the policy allows", silent),
            row("proved this term that their alerts arrive", proven_this_term),
        ],
    )
}

fn limits() -> Vec<Block> {
    vec![
        Block::Heading("How to read this".into()),
        Block::Points(vec![
            "Numbers of one to four are hidden, and so are others where a hidden one could be worked out from them. \
             Categories and outcomes are named only from five on."
                .into(),
            "Tests, lessons that a whole class worked on, and anything about the reader's own office are not counted.".into(),
            "More concerns can mean more harm, better rules, or more computers. Fewer can mean that watching has failed: \
             look at the last table first."
                .into(),
            "Two reports of a term that is not over can be compared with each other. Please keep them to those who need \
             them."
                .into(),
        ]),
    ]
}
