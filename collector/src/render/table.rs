//! A table without lines: columns two blanks apart, numbers at the right edge of theirs.
//!
//! Where it does not fit, columns that may shrink are cut in the middle of their texts, the widest first, down to
//! their least width; then those that can be missed are left out, from the right.

use super::text::{left, right, safe, shorten, width};
use super::{Ink, Screen};

/// Blanks between two columns.
const GAP: usize = 2;

/// A column.
pub(super) struct Column {
    title: &'static str,
    align_right: bool,
    least: Option<usize>,
    spare: bool,
}

impl Column {
    /// Texts, shown whole.
    pub(super) fn text(title: &'static str) -> Self {
        Self { title, align_right: false, least: None, spare: false }
    }

    /// Numbers.
    pub(super) fn number(title: &'static str) -> Self {
        Self { title, align_right: true, least: None, spare: false }
    }

    /// May be cut down to `least` columns.
    pub(super) fn shrinks(self, least: usize) -> Self {
        Self { least: Some(least), ..self }
    }

    /// May be left out.
    pub(super) fn spare(self) -> Self {
        Self { spare: true, ..self }
    }
}

/// A cell: a text and its ink.
pub(super) struct Cell(pub(super) String, pub(super) Ink);

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(text, Ink::Plain)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(text.to_owned(), Ink::Plain)
    }
}

/// A table that is being filled.
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row: a cell for each column.
    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        let made_safe = cells.into_iter().map(|Cell(text, ink)| Cell(safe(&text), ink));
        self.rows.push(made_safe.collect());
    }

    /// The lines, titles first unless none has one.
    pub(super) fn show(&self, screen: &Screen) -> String {
        let widths = self.widths(screen.width);
        let mut shown = String::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let titles = self.columns.iter().map(|column| (column.title, Ink::Faint));
            self.line(&mut shown, screen, &widths, titles);
        }
        for row in &self.rows {
            self.line(&mut shown, screen, &widths, row.iter().map(|Cell(text, ink)| (text.as_str(), *ink)));
        }
        shown
    }

    fn line<'a>(
        &self,
        shown: &mut String,
        screen: &Screen,
        widths: &[usize],
        cells: impl Iterator<Item = (&'a str, Ink)>,
    ) {
        let mut line = String::new();
        let mut blanks = 0;
        for ((column, &columns), (text, ink)) in self.columns.iter().zip(widths).zip(cells) {
            if columns == 0 {
                continue;
            }
            let text = shorten(text, columns);
            let padded = if column.align_right { right(&text, columns) } else { left(&text, columns) };
            let content = padded.trim_end();
            if !content.is_empty() {
                // Blanks are held back until something follows: no line ends in them.
                line.push_str(&" ".repeat(blanks));
                line.push_str(&screen.ink(ink, content));
                blanks = 0;
            }
            blanks += columns - width(content) + GAP;
        }
        shown.push_str(&line);
        shown.push('\n');
    }

    /// Width of each column; 0 for one that is left out.
    fn widths(&self, room: usize) -> Vec<usize> {
        let natural = |at: usize, column: &Column| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|Cell(text, _)| width(text));
            let widest = cells.max().unwrap_or_default();
            // A column with nothing in it needs no place.
            if widest == 0 && !self.rows.is_empty() { 0 } else { widest.max(width(column.title)) }
        };
        let mut natural: Vec<usize> = self.columns.iter().enumerate().map(|(at, column)| natural(at, column)).collect();
        loop {
            let widths = self.shrunk(&natural, room);
            let spare = self.columns.iter().enumerate().rev().find(|(at, column)| column.spare && natural[*at] > 0);
            match spare {
                Some((at, _)) if total(&widths) > room => natural[at] = 0,
                Some(_) | None => return widths,
            }
        }
    }

    fn shrunk(&self, natural: &[usize], room: usize) -> Vec<usize> {
        let mut widths = natural.to_vec();
        while total(&widths) > room {
            let shrinking =
                self.columns.iter().enumerate().filter(|(at, column)| {
                    column.least.is_some_and(|least| widths[*at] > least.max(width(column.title)))
                });
            let Some((widest, _)) = shrinking.max_by_key(|(at, _)| widths[*at]) else { break };
            widths[widest] -= 1;
        }
        widths
    }
}

fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.clone().sum::<usize>() + GAP * shown.count().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::{Column, Table};
    use crate::render::Screen;
    use crate::render::text::width;

    fn screen(width: usize) -> Screen {
        Screen { width, colour: false, now: "2026-11-21T14:02:00+00:00[UTC]".parse().expect("a time") }
    }

    fn table() -> Table {
        let mut table =
            Table::new(vec![Column::text("name").shrinks(8), Column::number("count"), Column::text("system").spare()]);
        table.row(vec!["PC-LAB3-COMPUTER-01".into(), "1,204".into(), "Debian GNU/Linux 12".into()]);
        table.row(vec!["PC-2".into(), "7".into(), "".into()]);
        table
    }

    #[test]
    fn stands_as_wide_as_its_texts() {
        assert_eq!(
            table().show(&screen(100)),
            "name                 count  system\n\
             PC-LAB3-COMPUTER-01  1,204  Debian GNU/Linux 12\n\
             PC-2                     7\n"
        );
    }

    #[test]
    fn shrinks_first_and_then_leaves_out() {
        assert_eq!(
            table().show(&screen(40)),
            "name          count  system\n\
             PC-LAB…ER-01  1,204  Debian GNU/Linux 12\n\
             PC-2              7\n"
        );
        assert_eq!(
            table().show(&screen(30)),
            "name                 count\n\
             PC-LAB3-COMPUTER-01  1,204\n\
             PC-2                     7\n"
        );
        assert!(table().show(&screen(20)).lines().all(|line| width(line) <= 20));
    }
}
