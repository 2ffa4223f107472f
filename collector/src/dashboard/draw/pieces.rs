//! Pieces that lines are made of.

use jiff::Zoned;
use ratatui::text::{Line, Span};

use crate::dashboard::look::Look;
use crate::render::Ink;
use crate::render::text::{left, right, safe, shorten, width};

/// Marks what the cursor is on.
const MARK: &str = "▸";

/// Text in an ink.
pub(super) fn inked(text: impl Into<String>, ink: Ink, look: Look) -> Span<'static> {
    Span::styled(text.into(), look.style(ink))
}

/// Text that came from elsewhere, at the left edge of a column.
pub(super) fn cell(text: &str, columns: usize) -> String {
    left(&shorten(&safe(text), columns), columns)
}

/// A number or a word at the right edge of a column.
pub(super) fn cell_right(text: &str, columns: usize) -> String {
    right(&shorten(text, columns), columns)
}

/// What the cursor may stand on: a mark before it, and the other way round where it does.
pub(super) fn choice(text: String, ink: Ink, is_on: bool, look: Look) -> [Span<'static>; 2] {
    let style = look.style(ink);
    if is_on {
        [inked(MARK, Ink::Strong, look), Span::styled(text, style.patch(look.cursor()))]
    } else {
        [Span::raw(" "), Span::styled(text, style)]
    }
}

/// Two texts at both edges of a line; the left one gives way.
pub(super) fn edges(start: &[(String, Ink)], end: &str, end_ink: Ink, columns: usize, look: Look) -> Line<'static> {
    let room = columns.saturating_sub(width(end) + 3);
    let (mut spans, mut used) = (vec![Span::raw(" ")], 0);
    for (text, ink) in start {
        let text = shorten(text, room.saturating_sub(used));
        used += width(&text);
        spans.push(inked(text, *ink, look));
    }
    spans.push(Span::raw(" ".repeat(room.saturating_sub(used) + 1)));
    spans.push(inked(end.to_owned(), end_ink, look));
    Line::from(spans)
}

/// "14:02:07" of today, "Sat 14:02:07" of another day.
pub(super) fn clock(at: &Zoned, now: &Zoned) -> String {
    let time = at.strftime("%H:%M:%S").to_string();
    if at.date() == now.date() { time } else { format!("{} {time}", at.strftime("%a")) }
}

/// A bar of several parts, each of its own texture. What is not nothing has one cell at least; the first part gives way.
pub(super) fn bar(parts: &[(u32, char, Ink)], columns: usize, look: Look) -> Vec<Span<'static>> {
    let all: u64 = parts.iter().map(|(count, ..)| u64::from(*count)).sum();
    if all == 0 {
        return vec![Span::raw(" ".repeat(columns))];
    }
    let share = |count: u32| {
        let cells = u64::from(count) * u64::try_from(columns).unwrap_or_default() / all;
        usize::try_from(cells).unwrap_or(columns).max(usize::from(count > 0))
    };
    let mut cells: Vec<usize> = parts.iter().map(|(count, ..)| share(*count)).collect();
    // Rounded down, some are left; rounded up to one, some are too many.
    let (first, rest) = cells.split_at_mut(1);
    let others: usize = rest.iter().sum();
    if parts[0].0 > 0 {
        first[0] = columns.saturating_sub(others).max(1);
    } else if let Some(largest) = rest.iter_mut().max() {
        *largest += columns.saturating_sub(others);
    }
    let mut room = columns;
    let spans = parts.iter().zip(cells).map(|((_, texture, ink), cells)| {
        let cells = cells.min(room);
        room -= cells;
        inked(texture.to_string().repeat(cells), *ink, look)
    });
    spans.collect()
}
