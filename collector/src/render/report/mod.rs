//! Reports for people: one content, written for the screen, as HTML that needs nothing else, and as PDF.

mod course;
mod html;
mod paper;
mod plain;
pub mod review;
mod svg;
pub mod term;

pub use course::Course;
pub use html::write as html;
pub use paper::write as pdf;
pub use plain::write as plain;

/// A document before it is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaflet {
    /// "Safeguarding report".
    pub title: String,
    /// Of whom and when, a line each.
    pub under: Vec<String>,
    /// Its parts, from top to bottom.
    pub blocks: Vec<Block>,
    /// Stands at the foot of every page.
    pub footer: String,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Begins a section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// Points, one under the other.
    Points(Vec<String>),
    /// What the eye should find first: a figure and what it says.
    Figures(Vec<(String, String)>),
    /// Bars, one under the other.
    Bars(Vec<Bar>),
    /// Columns side by side: what changes with time.
    Columns(Vec<Bar>),
    /// Lines of a chart: what changes from week to week.
    Course(Course),
    /// A table: titles of columns, and rows of as many cells.
    Table(Vec<String>, Vec<Vec<String>>),
    /// Lines of a self-check.
    Checks(Vec<Mark>),
    /// Small print.
    Note(String),
}

/// One bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// How long; `None` for what is hidden.
    pub value: Option<u32>,
}

impl Bar {
    /// What stands beside it.
    fn told(&self) -> String {
        self.value.map_or_else(|| "hidden".to_owned(), super::text::number)
    }
}

/// A line of a self-check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// "green", "amber", "red", "unknown".
    pub state: String,
    /// What is asked.
    pub question: String,
    /// What the answer follows from.
    pub figure: String,
    /// What would be green.
    pub rule: String,
}

/// The longest bar of a chart; 1 for a chart without any.
fn longest(bars: &[Bar]) -> u32 {
    bars.iter().filter_map(|bar| bar.value).max().unwrap_or_default().max(1)
}
