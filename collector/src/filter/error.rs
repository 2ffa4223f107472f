//! What is wrong with a filter or an order, and where.

use std::fmt;

use unicode_width::UnicodeWidthStr as _;

/// Columns that are shown of what was typed.
const SHOWN: usize = 90;
/// Columns that are shown before the place.
const BEFORE: usize = 40;

/// A filter or an order that cannot be read: what is wrong, the place with a mark below it, and what would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// "--filter" or "--sort".
    option: &'static str,
    problem: String,
    remedy: String,
    typed: String,
    /// Where it begins, in bytes of `typed`, and where it ends.
    begins: usize,
    ends: usize,
}

impl FilterError {
    pub(super) fn new(option: &'static str, typed: &str, (begins, ends): (usize, usize)) -> Self {
        let begins = floor(typed, begins);
        let ends = floor(typed, ends.max(begins));
        Self { option, problem: String::new(), remedy: String::new(), typed: typed.to_owned(), begins, ends }
    }

    pub(super) fn says(self, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into(), ..self }
    }

    /// The part of what was typed that is shown, and the columns before the place in it.
    fn window(&self) -> (String, usize) {
        let before = &self.typed[..self.begins];
        let head: String = if before.width() > BEFORE {
            let tail: Vec<char> = before.chars().rev().take(BEFORE - 1).collect();
            std::iter::once('…').chain(tail.into_iter().rev()).collect()
        } else {
            before.to_owned()
        };
        let column = head.width();
        let mut shown = head;
        for letter in self.typed[self.begins..].chars() {
            if shown.width() >= SHOWN {
                shown.push('…');
                break;
            }
            shown.push(letter);
        }
        (shown, column)
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}: {}", self.option, self.problem)?;
        if !self.typed.is_empty() {
            let (shown, column) = self.window();
            let marked = self.typed[self.begins..self.ends].width().clamp(1, SHOWN - column.min(SHOWN - 1));
            writeln!(out, "  {shown}")?;
            writeln!(out, "  {}{}", " ".repeat(column), "^".repeat(marked))?;
        }
        write!(out, "  {}", self.remedy)
    }
}

impl std::error::Error for FilterError {}

/// The last place at or before this one where a letter begins.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
