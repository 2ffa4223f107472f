//! What people did with a case, with their words where they could be opened.

use std::collections::BTreeMap;

use caretaker_proto::console::v1::{CaseStep, Statement};

use super::super::text::{hang, safe, width};
use super::super::{Screen, time};
use super::COLUMN;

/// Statements by the number of their step, as far as they could be read.
pub type Statements = BTreeMap<i64, Statement>;

/// The history, oldest first.
pub(super) fn history(steps: &[CaseStep], statements: &Statements, screen: &Screen) -> String {
    let mut shown = String::new();
    for (at, step) in steps.iter().enumerate() {
        let when = time::parse(&step.at).map_or_else(String::new, |at| time::when(at, &screen.now));
        let heading = format!("{:<COLUMN$}{when:<13} ", if at == 0 { "History" } else { "" });
        let mut line = sentence(step);
        if let Some(statement) = statements.get(&step.id) {
            line.push_str(&format!(": \"{}\"", one_line(&statement.text)));
        } else if step.words.is_some() {
            line.push_str(" (sealed: case open shows it)");
        }
        debug_assert!(width(&heading) < screen.width, "a heading leaves room");
        shown.push_str(&hang(&heading, &line, screen.width));
    }
    shown
}

/// What somebody did, as a sentence: "taken by Anna Example (safeguarding lead)".
#[must_use]
pub fn sentence(step: &CaseStep) -> String {
    let (who, detail) = (safe(&step.actor), safe(&step.detail));
    match step.step.as_str() {
        "seen" => format!("seen by {who}"),
        "acknowledged" => format!("taken by {who}"),
        "assigned" => format!("given to {detail} by {who}"),
        "noted" => format!("note by {who}"),
        "closed" => format!("closed as {detail} by {who}"),
        "reopened" => format!("opened anew by {who}"),
        "linked" => format!("linked with {detail} by {who}"),
        "asked" => format!("{who} asked a second person, {detail}"),
        "approved" => format!("{who} approved what {detail} asked"),
        "opened" => format!("content handed to {who}, {detail}"),
        "broke-glass" => format!("opened alone by {who}: \"{detail}\""),
        "reviewed" => format!("{who} has looked at what {detail} opened alone"),
        "exported" => format!("exported by {who}, receipt {detail}"),
        "filed" => format!("{who} says that export {detail} is filed"),
        _ => format!("{who}: {detail}"),
    }
}

/// A statement on one line; the lines that it had run on.
pub(super) fn one_line(text: &str) -> String {
    safe(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
