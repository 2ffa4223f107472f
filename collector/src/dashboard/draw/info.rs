//! The first lines of the front page: devices, alerts, policy, what is new.

use caretaker_proto::console::v1::{GetDashboardResponse, LicencePosition, MailHealth};
use jiff::Zoned;
use ratatui::text::{Line, Span};

use super::pieces::{cell, choice, inked};
use crate::dashboard::look::Look;
use crate::dashboard::number::Number;
use crate::render::text::{counted, number, width};
use crate::render::{Ink, time};

/// Lines that this takes.
pub(super) const LINES: u16 = 4;
/// Columns of the words before a fact.
const HEADING: usize = 11;
/// Columns of the first of two facts on a line.
const FIRST: usize = 28;

/// A fact: its heading, and what is so.
struct Fact {
    heading: &'static str,
    spans: Vec<Span<'static>>,
}

/// The lines, with the cursor on a number.
pub(super) fn lines(page: &GetDashboardResponse, on: &Number, now: &Zoned, look: Look) -> Vec<Line<'static>> {
    let fact = |heading, text: String, ink| Fact { heading, spans: vec![inked(format!(" {text}"), ink, look)] };
    let alerts = page.alerts.map(|alerts| {
        let told = match (alerts.new, alerts.acknowledged) {
            (0, 0) => "none open".to_owned(),
            (new, acknowledged) => format!("{} new, {} acknowledged", number(new), number(acknowledged)),
        };
        fact("Alerts", told, if alerts.new > 0 { Ink::Bad } else { Ink::Plain })
    });
    let mail = page.mail.as_ref().map(|mail| {
        let (told, ink) = delivery(mail, now);
        fact("Alert mail", told, ink)
    });
    let licences = page.licences.as_ref().map(|licences| fact("Licences", position(licences, now), Ink::Plain));
    let audit = page.audit.as_ref().map(|audit| match audit.state.as_str() {
        "whole" => fact("Audit log", "whole".into(), Ink::Plain),
        "broken" => fact("Audit log", format!("BROKEN at row {}", audit.broken_row), Ink::Bad),
        "checking" => fact("Audit log", "being checked".into(), Ink::Plain),
        _ => fact("Audit log", "could not be read".into(), Ink::Unsure),
    });
    vec![
        devices(page, on, look),
        pair(alerts, mail, look),
        pair(Some(policy(page, on, look)), new(page, on, look), look),
        pair(licences, audit, look),
    ]
}

fn devices(page: &GetDashboardResponse, on: &Number, look: Look) -> Line<'static> {
    let counts = page.devices.unwrap_or_default();
    let mut spans = vec![
        heading("Devices", look),
        inked(format!(" {}", cell(&format!("{} enrolled", number(counts.enrolled)), 17)), Ink::Plain, look),
    ];
    let parts = [
        (Number::Reporting, counts.reporting, "reporting", Ink::Plain),
        (Number::Silent, counts.silent, "silent", Ink::Bad),
        (Number::NeverReported, counts.never_reported, "never reported", Ink::Bad),
    ];
    for (which, count, word, ink) in parts {
        let ink = if count == 0 { Ink::Plain } else { ink };
        spans.extend(choice(format!("{} {word}", number(count)), ink, which == *on, look));
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

fn policy(page: &GetDashboardResponse, on: &Number, look: Look) -> Fact {
    let all: u32 = page.policies.iter().map(|policy| policy.devices).sum();
    let current: u32 = page.policies.iter().map(|policy| policy.devices_current).sum();
    let told = if page.policies.iter().all(|policy| policy.version == 0) {
        "none in force".to_owned()
    } else {
        format!("on {} of {}", number(current), counted(all, "device"))
    };
    Fact { heading: "Policy", spans: choice(told, Ink::Plain, *on == Number::Policy, look).into() }
}

fn new(page: &GetDashboardResponse, on: &Number, look: Look) -> Option<Fact> {
    let new = page.executables?;
    let told = match (new.contents, new.more) {
        (0, _) => "no executable".to_owned(),
        (contents, true) => format!("{}+ executables, {}", number(contents), counted(new.devices, "device")),
        (contents, false) => format!("{}, {}", counted(contents, "executable"), counted(new.devices, "device")),
    };
    let ink = if new.contents == 0 { Ink::Plain } else { Ink::Unsure };
    Some(Fact { heading: "New today", spans: choice(told, ink, *on == Number::Executables, look).into() })
}

fn delivery(mail: &MailHealth, now: &Zoned) -> (String, Ink) {
    let (state, ink) = match mail.state.as_str() {
        "healthy" => ("healthy", Ink::Good),
        "waiting" => ("trying again", Ink::Unsure),
        "failing" => ("FAILING", Ink::Bad),
        "unused" => ("not needed yet", Ink::Plain),
        _ => ("unknown", Ink::Unsure),
    };
    // One detail, the one that matters most: there is no room for all.
    let others = mail.others.iter().filter(|other| other.state == "failing").count();
    let detail = if others > 0 {
        ", another way FAILING".to_owned()
    } else if mail.waiting > 0 {
        format!(", {} waiting", number(mail.waiting))
    } else {
        let last = time::parse(&mail.last_delivered_at);
        last.map_or_else(String::new, |at| format!(", last sent {}", time::short(at, now)))
    };
    (format!("{state}{detail}"), ink)
}

fn position(licences: &LicencePosition, now: &Zoned) -> String {
    let Some(at) = time::parse(&licences.audited_at) else { return "no audit yet".into() };
    let counts: Vec<String> = licences
        .counts
        .iter()
        .filter(|count| count.titles > 0)
        .map(|count| format!("{} {}", number(count.titles), count.word))
        .collect();
    let audited = format!("audited {}", time::when(at, now));
    if counts.is_empty() { audited } else { format!("{} ({audited})", counts.join(", ")) }
}

fn heading(text: &str, look: Look) -> Span<'static> {
    inked(format!(" {}", cell(text, HEADING)), Ink::Faint, look)
}

/// One or two facts on a line.
fn pair(first: Option<Fact>, second: Option<Fact>, look: Look) -> Line<'static> {
    let mut spans = Vec::new();
    for fact in [first, second].into_iter().flatten() {
        let is_second = !spans.is_empty();
        if is_second {
            let used: usize = spans.iter().map(|span: &Span<'_>| width(&span.content)).sum();
            spans.push(Span::raw(" ".repeat((HEADING + FIRST).saturating_sub(used).max(1))));
        }
        spans.push(heading(fact.heading, look));
        spans.extend(fact.spans);
    }
    Line::from(spans)
}
