//! What can be done next, and what was done just now.

use caretaker_proto::console::v1::{Case, GuidanceResponse, Opening, Receipt};

use super::super::text::{hang, safe};
use super::super::{Screen, time};
use crate::console::Outcome;

/// The commands that make sense now.
pub(super) fn steps(case: &Case, opened: bool, needs_second: bool, screen: &Screen) -> String {
    let reference = safe(&case.reference);
    let mut steps: Vec<(String, String)> = Vec::new();
    let open = if needs_second {
        (format!("case open {reference} --reason \"...\""), "ask a second person; say why, without a name")
    } else {
        (format!("case open {reference}"), "read it, with your key")
    };
    if !opened && !case.category.is_empty() {
        steps.push((open.0, open.1.to_owned()));
    }
    match case.state.as_str() {
        "closed" => {
            steps.push((format!("case reopen {reference} --reason \"...\""), "there is more to it".into()));
            steps.push((format!("case export {reference}"), "for the child-protection file".into()));
        }
        "acting" => {
            steps.push((format!("case note {reference} \"...\""), "write down what you did and decided".into()));
            let close = format!("case close {reference} --outcome OUTCOME --reason \"...\"");
            steps.push((close, format!("one of: {}", Outcome::words_for("safeguarding"))));
        }
        _ => steps.push((format!("case ack {reference}"), "tell Caretaker that you have it".into())),
    }
    let guidance = if case.images { format!("guidance {reference}") } else { "guidance".into() };
    steps.push((guidance, "what to do now, school procedure and numbers".into()));
    commands(&steps, screen)
}

fn commands(steps: &[(String, String)], screen: &Screen) -> String {
    let longest = steps.iter().map(|(command, _)| command.len()).filter(|&length| length <= 34).max().unwrap_or(20);
    let mut shown = String::new();
    for (at, (command, why)) in steps.iter().enumerate() {
        let heading = if at == 0 { "\nNext     " } else { "         " };
        if command.len() > longest {
            shown.push_str(&format!("{heading}{command}\n"));
            shown.push_str(&hang(&" ".repeat(longest + 12), why, screen.width));
        } else {
            shown.push_str(&hang(&format!("{heading}{command:longest$}   "), why, screen.width));
        }
    }
    shown
}

/// One line after something was done to a case, and what comes next.
#[must_use]
pub fn after(case: &Case, screen: &Screen) -> String {
    let reference = safe(&case.reference);
    let line = match case.state.as_str() {
        "closed" => format!("Case {reference} is closed as {}.", safe(&case.outcome)),
        "acting" if case.assigned_to.is_empty() => format!("Case {reference} is being worked on."),
        "acting" => format!("Case {reference} is with {}.", safe(&case.assigned_to)),
        state if case.assigned_to.is_empty() => format!("Case {reference} is {}.", safe(state)),
        state => format!("Case {reference} is {}, and given to {}.", safe(state), safe(&case.assigned_to)),
    };
    hang("", &line, screen.width) + &steps(case, true, false, screen)
}

/// After a second person was asked.
#[must_use]
pub fn asked(opening: &Opening, screen: &Screen) -> String {
    let (reference, until) = (safe(&opening.reference), until(opening, screen));
    let again = if opening.purpose == "export" { "case export" } else { "case open" };
    let line = format!("Two people open case {reference}. A second person was asked, and can approve until {until}:");
    hang("", &line, screen.width)
        + &format!("  case approve {reference}\nThen, within 15 minutes:\n  {again} {reference}\n")
}

/// After the second person has answered.
#[must_use]
pub fn approved(opening: &Opening, screen: &Screen) -> String {
    let (reference, who) = (safe(&opening.reference), safe(&opening.asked_by));
    let line = if !opening.reviewed_at.is_empty() {
        format!("You have looked at what {who} opened alone. It stands in the history of {reference}.")
    } else if opening.approved_at.is_empty() {
        format!("{who} may not open case {reference}.")
    } else {
        let (until, reason) = (until(opening, screen), safe(&opening.reason));
        format!("{who} may open case {reference} until {until}. The reason given was: \"{reason}\"")
    };
    hang("", &line, screen.width)
}

fn until(opening: &Opening, screen: &Screen) -> String {
    time::parse(&opening.expires_at).map_or_else(String::new, |at| time::short(at, &screen.now))
}

/// A receipt, after it was made or filed.
#[must_use]
pub fn receipt(receipt: &Receipt, screen: &Screen) -> String {
    let number = safe(&receipt.number);
    if receipt.filed_at.is_empty() {
        return format!(
            "Receipt {number}\n  PDF   SHA-256 {}\n  JSON  SHA-256 {}\n\nOnce both lie in the child-protection \
             file:  case receipt {number}\n",
            safe(&receipt.pdf_sha256),
            safe(&receipt.json_sha256)
        );
    }
    let filed = time::ago_or(&receipt.filed_at, "", &screen.now);
    let then = match time::parse(&receipt.delete_after) {
        Some(after) => format!("The copy here is erased after {}.", time::when(after, &screen.now)),
        None => "The copy here is kept: the case is held or being worked on.".into(),
    };
    hang("", &format!("Receipt {number}: filed {filed} by {}. {then}", safe(&receipt.filed_by)), screen.width)
}

/// What to do, and whom to ring: the school's own text stands as it was written, control characters apart.
#[must_use]
pub fn guidance(answer: &GuidanceResponse, screen: &Screen) -> String {
    let mut shown = String::new();
    if !answer.steps.is_empty() {
        shown.push_str("Pictures of child abuse are suspected\n");
        for (at, step) in answer.steps.iter().enumerate() {
            shown.push_str(&hang(&format!("  {}. ", at + 1), &safe(step), screen.width));
        }
        shown.push('\n');
    }
    for line in answer.text.lines() {
        let line = safe(&line.replace('\t', "    "));
        let indent = line.len() - line.trim_start().len();
        if super::super::text::width(&line) <= screen.width {
            shown.push_str(line.trim_end());
            shown.push('\n');
        } else {
            shown.push_str(&hang(&" ".repeat(indent), line.trim(), screen.width));
        }
    }
    shown
}
