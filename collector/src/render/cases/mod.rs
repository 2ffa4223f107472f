//! Cases as people see them: the list, one case, the incident log, what to do.
//!
//! What is opened is only ever on the screen of whoever opened it. A list may be seen over a shoulder: it names nobody.

mod card;
mod content;
mod history;
mod incidents;
mod list;
mod next;

pub use card::{Shown, show};
pub use content::{Content, Passage};
pub use history::{Statements, sentence as step_sentence};
pub use incidents::{Line, html as incident_html, lines as incident_lines, text as incident_log};
pub use list::list;
pub use next::{after, approved, asked, guidance, receipt};

use super::{Ink, Screen};

/// Highest level.
const HIGHEST: u32 = 5;

fn state_ink(state: &str) -> Ink {
    match state {
        "new" => Ink::Bad,
        "seen" | "acting" => Ink::Unsure,
        _ => Ink::Plain,
    }
}

fn level_ink(level: u32) -> Ink {
    if level + 1 >= HIGHEST { Ink::Bad } else { Ink::Plain }
}

/// A heading and a text, as the sections of a case stand: the text begins at one column and is wrapped there.
fn section(heading: &str, text: &str, screen: &Screen) -> String {
    super::text::hang(&format!("{heading:<COLUMN$}"), text, screen.width)
}

/// Where the texts of a case begin.
const COLUMN: usize = 14;
