//! A document on the screen.

use super::{Bar, Block, Leaflet, Mark, longest};
use crate::render::text::{hang, left, right, safe, width};
use crate::render::{Ink, Screen};

/// Columns of the longest bar.
const BAR: u32 = 30;

/// Writes a document for a screen.
#[must_use]
pub fn write(leaflet: &Leaflet, screen: &Screen) -> String {
    let mut shown = format!("{}\n", screen.ink(Ink::Strong, &safe(&leaflet.title)));
    for line in &leaflet.under {
        shown.push_str(&hang("", &safe(line), screen.width));
    }
    for block in &leaflet.blocks {
        shown.push('\n');
        shown.push_str(&written(block, screen));
    }
    shown.push('\n');
    shown + &hang("", &safe(&leaflet.footer), screen.width)
}

fn written(block: &Block, screen: &Screen) -> String {
    match block {
        Block::Heading(text) => format!("{}\n", screen.ink(Ink::Strong, &safe(text))),
        Block::Text(text) => hang("", &safe(text), screen.width),
        Block::Points(points) => points.iter().map(|point| hang("  - ", &safe(point), screen.width)).collect(),
        Block::Figures(figures) => figures
            .iter()
            .map(|(figure, what)| format!("  {}  {}\n", screen.ink(Ink::Strong, &right(&safe(figure), 10)), safe(what)))
            .collect(),
        Block::Bars(bars) | Block::Columns(bars) => self::bars(bars, screen),
        Block::Course(course) => {
            let (columns, rows) = course.table("Week");
            table(&columns, &rows, screen)
        }
        Block::Table(columns, rows) => table(columns, rows, screen),
        Block::Checks(marks) => marks.iter().map(|mark| check(mark, screen)).collect(),
        Block::Note(text) => hang("", &safe(text), screen.width),
    }
}

fn bars(bars: &[Bar], screen: &Screen) -> String {
    let (names, most) = (bars.iter().map(|bar| width(&bar.name)).max().unwrap_or_default().min(50), longest(bars));
    let line = |bar: &Bar| {
        let length = bar.value.map_or(0, |value| (u64::from(value) * u64::from(BAR)).div_ceil(most.into()));
        let drawn = "█".repeat(usize::try_from(length).unwrap_or_default());
        let name = left(&crate::render::text::shorten(&safe(&bar.name), names), names);
        format!("  {name}  {}  {}\n", right(&bar.told(), 7), screen.ink(Ink::Faint, &drawn))
    };
    bars.iter().map(line).collect()
}

/// Cells under each other; the last column may wrap.
fn table(columns: &[String], rows: &[Vec<String>], screen: &Screen) -> String {
    if rows.is_empty() {
        return "  none\n".into();
    }
    let all = || std::iter::once(columns).chain(rows.iter().map(Vec::as_slice));
    let widest =
        |at: usize| all().filter_map(|row| row.get(at)).map(|cell| width(&safe(cell))).max().unwrap_or_default();
    let widths: Vec<usize> =
        (0..columns.len()).map(|at| widest(at).min(if columns.len() < 4 { 60 } else { 34 })).collect();
    let line = |row: &[String]| {
        let (last, first) = row.split_last().map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
        let cell =
            |(cell, width): (&String, &usize)| left(&crate::render::text::shorten(&safe(cell), *width), *width) + "  ";
        let before: String = first.iter().zip(&widths).map(cell).collect();
        hang(&format!("  {before}"), &safe(last), screen.width.max(width(&before) + 20))
    };
    let head = line(columns);
    let body: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{body}", screen.ink(Ink::Faint, head.trim_end()) + "\n")
}

fn check(mark: &Mark, screen: &Screen) -> String {
    let ink = match mark.state.as_str() {
        "green" => Ink::Good,
        "red" => Ink::Bad,
        _ => Ink::Unsure,
    };
    let state = screen.ink(ink, &left(&mark.state, 9));
    let figure = hang("           ", &safe(&mark.figure), screen.width);
    format!("  {state}{}\n{figure}", safe(&mark.question))
}
