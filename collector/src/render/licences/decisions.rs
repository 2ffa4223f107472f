//! Approvals and exceptions on a screen.

use caretaker_proto::console::v1::{Approval, LicenceException};

use super::words::day;
use crate::render::table::{Cell, Column, Table};
use crate::render::{Ink, Screen};

/// Approvals, what ends soon first.
#[must_use]
pub fn approvals(approvals: &[Approval], filtered: bool, screen: &Screen) -> String {
    if approvals.is_empty() {
        return if filtered {
            "Nothing was decided about that. Ended and withdrawn decisions too:  approvals list --all\n".into()
        } else {
            "Nothing is approved yet. Enter a decision:  approvals add TITLE --by WHO\n".into()
        };
    }
    let mut table = Table::new(vec![
        Column::text("Number"),
        Column::text("Title").shrinks(16),
        Column::text("Decision"),
        Column::text("By").shrinks(16),
        Column::text("On"),
        Column::text("For").shrinks(8),
        Column::text("Until"),
        Column::text("Note").shrinks(12).spare(),
    ]);
    for approval in approvals {
        let refused = approval.decision == "refused";
        let decision = match approval.state.as_str() {
            "in-force" | "ends-soon" => approval.decision.clone(),
            state => state.to_owned(),
        };
        let bad = refused || approval.state == "ended";
        table.row(vec![
            Cell(approval.number.clone(), Ink::Strong),
            name(&approval.title_name, approval.in_catalogue).into(),
            Cell(decision, if bad { Ink::Bad } else { Ink::Plain }),
            approval.decided_by.as_str().into(),
            day(&approval.decided_on, screen).into(),
            whom(&approval.site, &approval.place).into(),
            until(&approval.ends_on, &approval.state, screen),
            approval.note.as_str().into(),
        ]);
    }
    table.show(screen)
}

/// Exceptions, what ends first.
#[must_use]
pub fn exceptions(exceptions: &[LicenceException], screen: &Screen) -> String {
    if exceptions.is_empty() {
        return "There is no exception. Enter one:  exceptions add TITLE --reason TEXT --until DAY\n".into();
    }
    let mut table = Table::new(vec![
        Column::text("Number"),
        Column::text("Title").shrinks(12),
        Column::text("For").shrinks(8),
        Column::text("Until"),
        Column::text("State"),
        Column::text("Reason").shrinks(16),
    ]);
    for exception in exceptions {
        let place = match (exception.one_device, exception.device.as_str()) {
            (true, "") => format!("one device of {}", exception.site),
            (true, device) => device.to_owned(),
            (false, _) => whom(&exception.site, ""),
        };
        let state = if ["ended", "withdrawn"].contains(&exception.state.as_str()) { &exception.state } else { "" };
        table.row(vec![
            Cell(exception.number.clone(), Ink::Strong),
            name(&exception.title_name, exception.in_catalogue).into(),
            place.into(),
            until(&exception.ends_on, &exception.state, screen),
            state.into(),
            exception.reason.as_str().into(),
        ]);
    }
    table.show(screen)
}

fn name(title: &str, in_catalogue: bool) -> String {
    if in_catalogue { title.to_owned() } else { format!("{title} *") }
}

fn whom(site: &str, place: &str) -> String {
    match (site, place) {
        ("", "") => "all".into(),
        ("", place) => place.into(),
        (site, "") => site.into(),
        (site, place) => format!("{site}, {place}"),
    }
}

fn until(ends_on: &str, state: &str, screen: &Screen) -> Cell {
    let ink = match state {
        "ends-soon" => Ink::Unsure,
        "ended" => Ink::Bad,
        _ => Ink::Plain,
    };
    Cell(day(ends_on, screen), ink)
}
