//! The registers of data protection on a screen.

use caretaker_proto::console::v1::{DataRequest, Disclosure};

use super::table::{Cell, Column, Table};
use super::text::{hang, safe};
use super::{Ink, Screen};

/// Requests, what is due first.
#[must_use]
pub fn requests(requests: &[DataRequest], screen: &Screen) -> String {
    if requests.is_empty() {
        return "No request is open. Closed ones too:  requests list --all\n".into();
    }
    let mut table = Table::new(vec![
        Column::text("Number"),
        Column::text("Asks for"),
        Column::text("Received"),
        Column::text("Due"),
        Column::text("State"),
        Column::text("Note").shrinks(12).spare(),
    ]);
    for request in requests {
        let state = if !request.closed_on.is_empty() {
            Cell(format!("{} {}", request.outcome, request.closed_on), Ink::Plain)
        } else if request.overdue {
            Cell("OVERDUE".into(), Ink::Bad)
        } else if request.extended_why.is_empty() {
            Cell("open".into(), Ink::Plain)
        } else {
            Cell("extended".into(), Ink::Plain)
        };
        table.row(vec![
            request.reference.as_str().into(),
            request.kind.as_str().into(),
            request.received_on.as_str().into(),
            request.due_on.as_str().into(),
            state,
            request.note.as_str().into(),
        ]);
    }
    let mut shown = table.show(screen);
    let in_holidays: Vec<_> =
        requests.iter().filter(|request| request.due_in_holidays).map(|request| safe(&request.reference)).collect();
    if !in_holidays.is_empty() {
        let text = format!(
            "Due on a day without school: {}. Holidays stop no clock; plan who answers.",
            in_holidays.join(", ")
        );
        shown.push_str(&format!("\n{}", hang("", &text, screen.width)));
    }
    shown
}

/// Disclosures, the newest first.
#[must_use]
pub fn disclosures(disclosures: &[Disclosure], screen: &Screen) -> String {
    if disclosures.is_empty() {
        return "Nothing was disclosed.\n".into();
    }
    let mut shown = String::new();
    for one in disclosures {
        let heading = format!("{}  {}  ", safe(&one.on_day), safe(&one.reference));
        let text = format!(
            "to {}: {}. Ground: {}. Decided by {}: {}. Entered by {}",
            one.recipient, one.what, one.basis, one.decided_by, one.reason, one.added_by
        );
        shown.push_str(&hang(&heading, &safe(&text), screen.width));
    }
    shown
}
