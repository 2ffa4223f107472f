//! What is kept for how long, what was erased, and legal holds.

use caretaker_proto::console::v1::{GetRetentionResponse, HoldResponse, RetentionRules};

use super::super::table::{Column, Table};
use super::super::text::{counted, number, safe};
use super::super::{Screen, time};

/// `retention report`: what is due first, then what was erased, then the rules.
#[must_use]
pub fn retention(answer: &GetRetentionResponse, screen: &Screen) -> String {
    let run = time::ago_or(&answer.last_run, "never", &screen.now);
    let held =
        if answer.held == 0 { "no case is".to_owned() } else { format!("{} under", counted(answer.held, "case")) };
    let mut shown = format!("Content kept of {}; {held} under a legal hold.\n", counted(answer.kept, "case"))
        .replace("under under", "under");
    shown.push_str(&format!("What is past its time was erased {run}.\n\nWithin 30 days\n"));
    if answer.due.is_empty() {
        shown.push_str("  nothing is due\n");
    }
    for due in &answer.due {
        shown.push_str(&format!("  {:>6}  {}\n", number(due.count), why(&due.why)));
    }
    shown.push('\n');
    if answer.erased.is_empty() {
        shown.push_str("Nothing was erased yet.\n");
    } else {
        let mut table =
            Table::new(vec![Column::text("Erased"), Column::number("Count"), Column::text("What").shrinks(20)]);
        for row in &answer.erased {
            let when = time::parse(&row.at).map_or_else(String::new, |at| time::head(at, &screen.now));
            table.row(vec![when.into(), number(row.count).into(), row.class.as_str().into()]);
        }
        shown.push_str(&table.show(screen));
    }
    for rules in &answer.rules {
        shown.push_str(&rule(rules));
    }
    shown
}

fn why(word: &str) -> &'static str {
    match word {
        "false-alarm" => "false alarms: content",
        "filed" => "filed in the child-protection file: the copy here",
        "closed" => "closed long ago: content",
        "low" => "of level 1 or 2: content",
        "unopened" => "that nobody took: content. Take them, or close them",
        _ => "other",
    }
}

fn rule(rules: &RetentionRules) -> String {
    let lines = [
        (format!("{} days", rules.low_days), "content of levels 1 and 2"),
        (format!("{} days", rules.unopened_days), "content of higher levels that nobody took"),
        (format!("{} hours", rules.false_alarm_hours), "content of a false alarm"),
        (format!("{} days", rules.filed_days), "content after its export was filed"),
        (format!("{} days", rules.closed_days), "content of a closed case"),
        (format!("{} days", rules.events_days), "rule, time and device of an event"),
        (format!("{} days", rules.findings_days), "closed findings, changes of devices"),
        (format!("{} days", rules.departed_days), "readings of devices that left"),
        (format!("{} days", rules.mails_days), "mail that was sent"),
        (format!("{} years", rules.audit_years), "the audit log"),
    ];
    let lines: String = lines.iter().map(|(how_long, what)| format!("  {how_long:>9}  {what}\n")).collect();
    format!("\nKept at {}\n{lines}", safe(&rules.site))
}

/// After `hold set` and `hold release`.
#[must_use]
pub fn hold(answer: &HoldResponse, set: bool) -> String {
    let reference = safe(&answer.case.clone().unwrap_or_default().reference);
    if set {
        format!("Nothing of case {reference} is erased until two people lift the hold.\n")
    } else if answer.waits {
        format!(
            "Case {reference} stays under its legal hold until a second person says the same within 14 days:\n  \
             caretaker-collector hold release {reference} --reason \"...\"\n"
        )
    } else {
        format!("The legal hold of case {reference} is lifted; what is past its time goes with the next purge.\n")
    }
}
