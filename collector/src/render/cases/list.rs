//! `cases`: one line a case, and what waits for a second person.

use caretaker_proto::console::v1::{Case, Opening};

use super::super::devices::footer;
use super::super::table::{Cell, Column, Table};
use super::super::text::{counted, hang, number, safe};
use super::super::{Ink, Screen, time};
use super::{level_ink, state_ink};

/// The list; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(cases: &[Case], openings: &[Opening], screen: &Screen) -> Option<String> {
    let waiting = waiting(openings, screen);
    let Some(first) = cases.first() else { return Some(waiting).filter(|text| !text.is_empty()) };
    let mut table = Table::new(vec![
        Column::text("Case"),
        Column::number("Level"),
        Column::text("State"),
        Column::text("Raised"),
        Column::text("Answer by"),
        Column::text("What").shrinks(12),
        Column::text("Person"),
        Column::text("Site").shrinks(8).spare(),
        Column::text("With").shrinks(8),
        Column::number("Events").spare(),
    ]);
    for case in cases {
        table.row(row(case, screen));
    }
    let mut shown = table.show(screen);
    let total = counted(u64::try_from(cases.len()).unwrap_or(u64::MAX), "case");
    shown.push_str(&footer(&format!("{total}."), &format!("Look at one: case show {}", first.reference), screen));
    if !waiting.is_empty() {
        shown.push('\n');
        shown.push_str(&waiting);
    }
    Some(shown)
}

fn row(case: &Case, screen: &Screen) -> Vec<Cell> {
    let what = match (case.category_title.as_str(), case.outcome.as_str()) {
        ("", _) if !case.about.is_empty() => case.about.clone(),
        (title, "") => title.to_owned(),
        (title, outcome) => format!("{outcome}: {title}"),
    };
    let who = if case.subject == "staff" { format!("{} (staff)", case.person) } else { case.person.clone() };
    vec![
        Cell(case.reference.clone(), Ink::Strong),
        Cell(case.level.to_string(), level_ink(case.level)),
        Cell(case.state.clone(), state_ink(&case.state)),
        time::ago_or(&case.raised_at, "", &screen.now).into(),
        due(case, screen),
        what.into(),
        who.into(),
        case.site.clone().into(),
        name(&case.assigned_to).to_owned().into(),
        number(case.events).into(),
    ]
}

/// Until when somebody should answer; what is past is red.
fn due(case: &Case, screen: &Screen) -> Cell {
    let Some(by) = time::parse(&case.answer_by) else { return "".into() };
    let ink = if by < screen.now.timestamp() { Ink::Bad } else { Ink::Unsure };
    Cell(time::short(by, &screen.now), ink)
}

/// "Anna Example" of "Anna Example (safeguarding lead)".
fn name(actor: &str) -> &str {
    actor.split_once(" (").map_or(actor, |(name, _)| name)
}

/// What a second person is asked for.
fn waiting(openings: &[Opening], screen: &Screen) -> String {
    openings
        .iter()
        .map(|opening| {
            let (reference, who, reason) = (safe(&opening.reference), safe(&opening.asked_by), safe(&opening.reason));
            let text = if opening.broke_glass {
                let due = time::parse(&opening.review_due).map_or_else(String::new, |due| time::when(due, &screen.now));
                format!(
                    "{who} opened it alone: \"{reason}\". A second person looks at that by {due}: \
                     case approve {reference}"
                )
            } else {
                let due = time::parse(&opening.expires_at).map_or_else(String::new, |at| time::short(at, &screen.now));
                let what = if opening.purpose == "export" { "export" } else { "open" };
                format!("{who} asks to {what} it: \"{reason}\". Approve it by {due}: case approve {reference}")
            };
            hang(&format!("{reference}  "), &text, screen.width)
        })
        .collect()
}
