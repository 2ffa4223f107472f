//! What a person sees: each screen is text made from a message of the console.
//!
//! The answer first, then the reason, then the next step. Nothing is wider than the screen, whatever the names; what
//! colour says is said in words too.

pub mod alerts;
pub mod backup;
pub mod canary;
pub mod cases;
pub mod catalogue;
pub mod csv;
pub mod device;
pub mod devices;
pub mod exchange;
pub mod executables;
pub mod farewell;
pub mod findings;
mod group;
pub mod keys;
pub mod lexicon;
pub mod licence_audit;
pub mod licences;
pub mod made;
pub mod operators;
pub mod overview;
pub mod policies;
pub mod privacy;
pub mod proof;
pub mod registers;
pub mod report;
mod sentence;
pub mod sheet;
pub mod software;
pub mod status;
mod table;
pub mod text;
pub mod time;

use std::io::IsTerminal as _;

use caretaker_shared::clock::{Clock as _, SystemClock};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// Columns that a screen has at most: what fits beside something else, and on paper.
const WIDEST: usize = 100;
/// Columns below which lines are left to wrap: no table can be read there.
const NARROWEST: usize = 60;

/// Where and when something is shown.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether colour may be used.
    pub colour: bool,
    /// The time, where the reader is.
    pub now: Zoned,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// As it comes.
    Plain,
    /// What the eye should find first.
    Strong,
    /// What can wait.
    Faint,
    /// All well.
    Good,
    /// Not well.
    Bad,
    /// Not known, or to be watched.
    Unsure,
}

impl Screen {
    /// The screen that this program writes to: its width when it is a terminal, and colour unless NO_COLOR is set.
    #[must_use]
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let columns = if terminal { columns() } else { None };
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            width: columns.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST),
            colour: terminal && !plain && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
            now: SystemClock.now().to_zoned(TimeZone::system()),
        }
    }

    /// Text in an ink, when there is colour.
    #[must_use]
    pub fn ink(&self, ink: Ink, text: &str) -> String {
        // Select Graphic Rendition: bold, dim, green, bold red, yellow.
        let code = match ink {
            Ink::Plain => return text.to_owned(),
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Good => "32",
            Ink::Bad => "1;31",
            Ink::Unsure => "33",
        };
        if self.colour && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests;
