//! Tables before they are a spreadsheet or a file of commas: each cell knows what it is.

use jiff::civil::Date;

use crate::licences::Pence;

/// A table with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// At most 31 letters, none of `[]:*?/\`.
    pub name: &'static str,
    /// From left to right.
    pub columns: Vec<Column>,
    /// From top to bottom, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// How wide a spreadsheet shows it, in letters.
    pub width: u16,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text as it was found: anybody's, also somebody's who means harm.
    Text(String),
    /// A whole number, also one below nought.
    Number(i64),
    /// Money.
    Money(Pence),
    /// A day.
    Day(Date),
    /// Nothing: what is not known is never nought.
    Blank,
}

impl Cell {
    /// What may need more than a line; empty for what never does.
    pub(super) fn letters(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(_) | Self::Money(_) | Self::Day(_) | Self::Blank => "",
        }
    }

    /// A number that is there.
    pub(super) fn count(number: impl Into<i64>) -> Self {
        Self::Number(number.into())
    }

    /// Text; blank for none.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }

    /// Money where it is known.
    pub(super) fn money(pence: Option<Pence>) -> Self {
        pence.map_or(Self::Blank, Self::Money)
    }

    /// A day where there is one.
    pub(super) fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Blank, Self::Day)
    }
}
