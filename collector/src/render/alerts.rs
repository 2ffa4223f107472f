//! `alerts` and `alert show`. An alert names no person and no word: what is shown here may be seen over a shoulder.

use caretaker_proto::console::v1::{Alert, Cause, Delivery, GetAlertResponse};

use super::devices::footer;
use super::table::{Cell, Column, Table};
use super::text::{counted, safe};
use super::{Ink, Screen, time};
use crate::console::Outcome;

/// Highest level.
const HIGHEST: u32 = 5;

/// The list; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(alerts: &[Alert], screen: &Screen) -> Option<String> {
    let first = alerts.first()?;
    let mut table = Table::new(vec![
        Column::text("Case"),
        Column::number("Level"),
        Column::text("State"),
        Column::text("Raised"),
        Column::text("Kind"),
        Column::text("Site").shrinks(8),
        Column::number("Events"),
        Column::text("About").shrinks(12).spare(),
    ]);
    for alert in alerts {
        let about = if alert.state == "closed" { &alert.outcome } else { &alert.about };
        table.row(vec![
            Cell(alert.reference.clone(), Ink::Strong),
            Cell(alert.severity.to_string(), if alert.severity + 1 >= HIGHEST { Ink::Bad } else { Ink::Plain }),
            Cell(alert.state.clone(), state_ink(&alert.state)),
            time::ago_or(&alert.raised_at, "", &screen.now).into(),
            alert.kind.clone().into(),
            alert.site.clone().into(),
            super::text::number(alert.events).into(),
            about.clone().into(),
        ]);
    }
    let mut shown = table.show(screen);
    let total = counted(u64::try_from(alerts.len()).unwrap_or(u64::MAX), "alert");
    shown.push_str(&footer(&format!("{total}."), &format!("Open one: alert show {}", first.reference), screen));
    Some(shown)
}

/// One alert, what became of its mail, and what to do next.
#[must_use]
pub fn show(answer: &GetAlertResponse, screen: &Screen) -> String {
    let alert = answer.alert.clone().unwrap_or_default();
    let raised = time::parse(&alert.raised_at).map_or_else(String::new, |at| raised(at, screen));
    let mut shown = format!(
        "{}    level {} of {HIGHEST}    {}    {raised}\n",
        screen.ink(Ink::Strong, &format!("Case {}", safe(&alert.reference))),
        alert.severity,
        screen.ink(state_ink(&alert.state), &safe(&alert.state)),
    );
    let kind = if alert.kind == "device" { "Device alert" } else { "Safeguarding alert" };
    let events = if alert.events == 0 { String::new() } else { format!(", {}", counted(alert.events, "event")) };
    shown.push_str(&format!("{kind}, {}{events}\n", safe(&alert.site)));
    if !alert.about.is_empty() {
        shown.push_str(&super::text::hang("", &safe(&alert.about), screen.width));
    }
    if !alert.acknowledged_at.is_empty() {
        let at = time::ago_or(&alert.acknowledged_at, "", &screen.now);
        shown.push_str(&format!("Acknowledged {at}{}\n", by(&alert.acknowledged_by)));
    }
    if !alert.closed_at.is_empty() {
        let at = time::ago_or(&alert.closed_at, "", &screen.now);
        let outcome = screen.ink(Ink::Strong, &safe(&alert.outcome));
        let with = if alert.outcome.is_empty() { String::new() } else { format!(" with the outcome {outcome}") };
        shown.push_str(&format!("Closed {at}{}{with}\n", by(&alert.closed_by)));
    }
    shown.push('\n');
    shown.push_str(&causes(&answer.causes, screen));
    shown.push_str(&deliveries(&answer.deliveries, screen));
    shown.push_str(&next(&alert, screen));
    shown
}

/// One line after an alert was acknowledged or closed.
#[must_use]
pub fn answered(alert: &Alert, screen: &Screen) -> String {
    if alert.state == "closed" {
        return format!("Case {} is closed with the outcome {}.\n", safe(&alert.reference), safe(&alert.outcome));
    }
    let by = safe(&alert.acknowledged_by);
    let at = time::ago_or(&alert.acknowledged_at, "", &screen.now);
    let mut shown = format!("Case {} is acknowledged by {by}, {at}.\n", safe(&alert.reference));
    shown.push_str(&next(alert, screen));
    shown
}

/// Who, for those who may know.
fn by(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" by {}", safe(name)) }
}

fn raised(at: jiff::Timestamp, screen: &Screen) -> String {
    let (when, ago) = (time::when(at, &screen.now), time::ago(at, &screen.now));
    if when == ago { format!("raised {when}") } else { format!("raised {when}, {ago}") }
}

/// How the level came about, in words that say nothing of what was written.
fn causes(causes: &[Cause], screen: &Screen) -> String {
    if causes.is_empty() {
        return String::new();
    }
    let mut table =
        Table::new(vec![Column::text("Why this level").shrinks(20), Column::text("Where"), Column::text("")]);
    for cause in causes {
        let times = if cause.times > 1 { format!("{} times", cause.times) } else { String::new() };
        let help = if cause.help_seeking { "asks for help".to_owned() } else { String::new() };
        let more: Vec<String> = [times, help].into_iter().filter(|text| !text.is_empty()).collect();
        table.row(vec![cause.arithmetic.clone().into(), place(&cause.source).into(), more.join(", ").into()]);
    }
    format!("{}\n", table.show(screen))
}

fn place(source: &str) -> &'static str {
    match source {
        "searches" => "a search",
        "titles" => "title of a page",
        "addresses" => "address of a page",
        _ => "a document",
    }
}

fn deliveries(deliveries: &[Delivery], screen: &Screen) -> String {
    if deliveries.is_empty() {
        return "Nobody was mailed: alerts of this level stand in the list only.\n".into();
    }
    let mut table = Table::new(vec![
        Column::text("Mail to"),
        Column::text("State"),
        Column::text("Sent"),
        Column::text("Tries"),
        Column::text("").shrinks(12),
    ]);
    for delivery in deliveries {
        let ink = match delivery.state.as_str() {
            "sent" => Ink::Good,
            "failed" => Ink::Bad,
            _ => Ink::Unsure,
        };
        table.row(vec![
            delivery.to.clone().into(),
            Cell(delivery.state.clone(), ink),
            time::ago_or(&delivery.sent_at, "-", &screen.now).into(),
            delivery.attempts.to_string().into(),
            if delivery.state == "sent" { "".into() } else { delivery.last_error.clone().into() },
        ]);
    }
    table.show(screen)
}

fn next(alert: &Alert, screen: &Screen) -> String {
    let mut steps = Vec::new();
    if !alert.may_answer {
        return String::new();
    }
    if alert.state == "new" {
        steps.push((format!("alert ack {}", alert.reference), "tell Caretaker that you have it".to_owned()));
    }
    if alert.state != "closed" {
        let close = format!("alert close {} --outcome OUTCOME", alert.reference);
        steps.push((close, format!("one of: {}", Outcome::words_for(&alert.kind))));
    }
    let commands = steps.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    let mut shown = String::new();
    for (at, (command, why)) in steps.iter().enumerate() {
        let heading = if at == 0 { "\nNext  " } else { "      " };
        shown.push_str(&super::text::hang(&format!("{heading}{command:commands$}   "), why, screen.width));
    }
    shown
}

fn state_ink(state: &str) -> Ink {
    match state {
        "new" => Ink::Bad,
        "acknowledged" => Ink::Unsure,
        _ => Ink::Plain,
    }
}
