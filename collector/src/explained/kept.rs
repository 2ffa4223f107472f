//! What is kept, where, and for how long.

use caretaker_shared::policy::{Policy, Retention};

use super::words::counted;
use super::{Measure, Statement};

pub(super) fn statements(policy: &Policy) -> Vec<Statement> {
    let sealed = Statement::fixed(
        &["E11"],
        "What somebody wrote is kept sealed: 200 characters on each side of what was met, which the collector cannot \
         open. Of pictures of abuse nothing is kept.",
    );
    let device =
        Statement::fixed(&[], "A device keeps what was acknowledged for 7 days, in case the collector is restored.");
    let held = Statement::fixed(
        &["C7", "C10"],
        "Nothing is erased that a legal hold is on, nor a case that somebody works on.",
    );
    let rest = rest(&policy.retention);
    [vec![sealed], content(&policy.retention), vec![held], rest, vec![device]].concat()
}

/// Shorter is stricter: it is data about people.
fn content(of: &Retention) -> Vec<Statement> {
    let days = |key, n: u32, what: &str| {
        Statement::new(key, Measure::Limit(n.into()), format!("Content {what} is erased after {}.", counted(n, "day")))
    };
    let hours = of.false_alarm_hours;
    vec![
        days("retention.low_days", of.low_days, "of levels 1 and 2"),
        days("retention.unopened_days", of.unopened_days, "of higher levels that nobody took"),
        days("retention.closed_days", of.closed_days, "of a case that was closed"),
        Statement::new(
            "retention.false_alarm_hours",
            Measure::Limit(hours.into()),
            format!("Content of a false alarm is erased {} after it was closed.", counted(hours, "hour")),
        ),
        days("retention.filed_days", of.filed_days, "of a case that lies in the child-protection file"),
    ]
}

fn rest(of: &Retention) -> Vec<Statement> {
    let days = |key, n: u32, what: &str| {
        Statement::new(key, Measure::Limit(n.into()), format!("{what} for {}.", counted(n, "day")))
    };
    let years = of.audit_years;
    vec![
        days("retention.events_days", of.events_days, "What remains of an event without its content is kept"),
        days("retention.findings_days", of.findings_days, "Findings that were closed, and what changed, are kept"),
        days("retention.departed_days", of.departed_days, "What is known of a device that has left is kept"),
        days("retention.mails_days", of.mails_days, "Mail that was sent is kept"),
        Statement::new(
            "retention.audit_years",
            Measure::Other(years.to_string()),
            format!("The log of who did what is kept for {}.", counted(years, "year")),
        ),
    ]
}
