//! One person's data: what was written down, what was erased.

use caretaker_proto::console::v1::{EraseSubjectResponse, ExportSubjectResponse};

use super::super::Screen;
use super::super::text::{counted, hang, safe};

/// After `subject export`.
#[must_use]
pub fn exported(answer: &ExportSubjectResponse, files: &str) -> String {
    let cases = counted(u64::try_from(answer.cases.len()).unwrap_or(u64::MAX), "case");
    let events = counted(u64::try_from(answer.events.len()).unwrap_or(u64::MAX), "report");
    let seats = if answer.seats.is_empty() { String::new() } else { format!(", {}", seats(answer.seats.len())) };
    let mut shown = format!("Written, for your eyes only:\n{files}\n\n{cases}, {events}{seats}.\n");
    if answer.unopened > 0 {
        shown.push_str(&format!(
            "{} never opened: whose is not known, some may be theirs.\n",
            if answer.unopened == 1 { "1 case was".to_owned() } else { format!("{} cases were", answer.unopened) }
        ));
    }
    if answer.events.iter().any(|event| event.has_content) {
        shown.push_str(
            "Texts are not in it: they are sealed. Two people hand them out, case by case:\n  \
             case export REF --reason \"...\"\n\
             Read them first: leave out what would harm somebody, and who else is named.\n",
        );
    }
    shown
}

fn seats(count: usize) -> String {
    match count {
        1 => "1 seat of a licence".to_owned(),
        _ => format!("{count} seats of licences"),
    }
}

/// After `subject erase`.
#[must_use]
pub fn erased(answer: &EraseSubjectResponse, really: bool, screen: &Screen) -> String {
    let done = if really { "Erased" } else { "Would be erased" };
    let list = |references: &[String]| if references.is_empty() { "none".to_owned() } else { references.join(", ") };
    let events = counted(answer.events, "report");
    let mut shown =
        hang("", &safe(&format!("{done}: cases {}; {events} of no case.", list(&answer.erased))), screen.width);
    for kept in &answer.kept {
        let why = match kept.why.as_str() {
            "held" => "is under a legal hold",
            "open" => "is being worked on",
            _ => "is a concern that was acted on; it stays until its export lies in the child-protection file",
        };
        shown.push_str(&hang("  ", &safe(&format!("{} stays: it {why}.", kept.reference)), screen.width));
    }
    if !answer.seats.is_empty() {
        let done = if really { "Freed" } else { "Would be freed" };
        let of: Vec<String> = answer.seats.iter().map(|seat| format!("{} {}", seat.licence, seat.title)).collect();
        shown.push_str(&hang("", &safe(&format!("{done}: {} ({}).", seats(of.len()), of.join(", "))), screen.width));
    }
    shown.push_str("  The audit log stays: it names no child.\n");
    if !really {
        shown.push_str("Nothing was changed. To do it, add --yes\n");
    }
    shown
}
