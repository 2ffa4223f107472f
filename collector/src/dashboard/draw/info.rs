//! The first lines of the front page: devices, alerts, policy, what is new.

use caretaker_proto::console::v1::{GetDashboardResponse, LicencePosition, MailHealth};
use jiff::Zoned;
use ratatui::text::{Line, Span};

use super::pieces::{cell, choice, inked};
use crate::dashboard::look::Look;
use crate::dashboard::number::Number;
use crate::dashboard::spot::Spot;
use crate::render::text::{counted, number, width};
use crate::render::{Ink, time};

/// Lines that this takes.
pub(super) const LINES: u16 = 4;
/// Columns of the words before a fact.
const HEADING: usize = 11;
/// Columns of the first of two facts on a line.
const FIRST: usize = 28;

/// Said where a group is chosen, of what is of none.
pub(super) const NOT_NARROWED: &str = " * of the whole school or site, not of the group alone";

/// A fact: its heading, and what is so.
struct Fact {
    heading: &'static str,
    spans: Vec<Span<'static>>,
}

/// What the lines are made of.
pub(super) struct Facts<'a> {
    pub(super) page: &'a GetDashboardResponse,
    /// Where the cursor is.
    pub(super) on: &'a Spot,
    /// Whether the numbers of devices are those of a group.
    pub(super) grouped: bool,
    pub(super) now: &'a Zoned,
    pub(super) look: Look,
}

impl Facts<'_> {
    /// The lines, on a terminal of so many columns.
    pub(super) fn lines(&self, columns: usize) -> Vec<Line<'static>> {
        let audit = self.audit();
        let beside = audit.as_ref().map_or(0, |fact| HEADING + 2 + spans_width(&fact.spans));
        let room = columns.saturating_sub(1 + HEADING + 3 + beside);
        vec![
            self.devices(),
            pair(self.alerts(), self.mail(), self.look),
            pair(Some(self.policy()), self.executables(), self.look),
            pair(self.licences(room), audit, self.look),
        ]
    }

    fn fact(&self, heading: &'static str, spot: &Spot, text: String, ink: Ink) -> Fact {
        Fact { heading, spans: choice(text, ink, spot == self.on, self.look).into() }
    }

    /// The heading of what a group does not narrow.
    fn whole(&self, plain: &'static str, marked: &'static str) -> &'static str {
        if self.grouped { marked } else { plain }
    }

    fn alerts(&self) -> Option<Fact> {
        let alerts = self.page.alerts?;
        let told = match (alerts.new, alerts.acknowledged) {
            (0, 0) => "none open".to_owned(),
            (new, acknowledged) => format!("{} new, {} acknowledged", number(new), number(acknowledged)),
        };
        let ink = if alerts.new > 0 { Ink::Bad } else { Ink::Plain };
        Some(self.fact(self.whole("Alerts", "Alerts*"), &Spot::Alerts, told, ink))
    }

    fn mail(&self) -> Option<Fact> {
        let (told, ink) = delivery(self.page.mail.as_ref()?, self.now);
        Some(self.fact(self.whole("Alert mail", "Alert mail*"), &Spot::Mail, told, ink))
    }

    fn licences(&self, room: usize) -> Option<Fact> {
        let told = position(self.page.licences.as_ref()?, self.now, room);
        Some(self.fact(self.whole("Licences", "Licences*"), &Spot::Licences, told, Ink::Plain))
    }

    fn audit(&self) -> Option<Fact> {
        let audit = self.page.audit.as_ref()?;
        let (told, ink) = match audit.state.as_str() {
            "whole" => ("whole".to_owned(), Ink::Plain),
            "broken" => (format!("BROKEN at row {}", audit.broken_row), Ink::Bad),
            "checking" => ("being checked".to_owned(), Ink::Plain),
            _ => ("could not be read".to_owned(), Ink::Unsure),
        };
        Some(self.fact(self.whole("Audit log", "Audit log*"), &Spot::Log, told, ink))
    }

    fn devices(&self) -> Line<'static> {
        let counts = self.page.devices.unwrap_or_default();
        let mut spans = vec![
            heading("Devices", self.look),
            inked(format!(" {}", cell(&format!("{} enrolled", number(counts.enrolled)), 17)), Ink::Plain, self.look),
        ];
        let parts = [
            (Number::Reporting, counts.reporting, "reporting", Ink::Plain),
            (Number::Silent, counts.silent, "silent", Ink::Bad),
            (Number::NeverReported, counts.never_reported, "never reported", Ink::Bad),
        ];
        for (which, count, word, ink) in parts {
            let ink = if count == 0 { Ink::Plain } else { ink };
            let is_on = Spot::Number(which) == *self.on;
            spans.extend(choice(format!("{} {word}", number(count)), ink, is_on, self.look));
            spans.push(Span::raw("  "));
        }
        Line::from(spans)
    }

    fn policy(&self) -> Fact {
        let policies = &self.page.policies;
        let all: u32 = policies.iter().map(|policy| policy.devices).sum();
        let current: u32 = policies.iter().map(|policy| policy.devices_current).sum();
        let told = if policies.iter().all(|policy| policy.version == 0) {
            "none in force".to_owned()
        } else {
            format!("on {} of {}", number(current), counted(all, "device"))
        };
        self.fact("Policy", &Spot::Number(Number::Policy), told, Ink::Plain)
    }

    fn executables(&self) -> Option<Fact> {
        let new = self.page.executables?;
        let told = match (new.contents, new.more) {
            (0, _) => "no executable".to_owned(),
            (contents, true) => format!("{}+ executables, {}", number(contents), counted(new.devices, "device")),
            (contents, false) => format!("{}, {}", counted(contents, "executable"), counted(new.devices, "device")),
        };
        let ink = if new.contents == 0 { Ink::Plain } else { Ink::Unsure };
        Some(self.fact("New today", &Spot::Number(Number::Executables), told, ink))
    }
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

/// The counts of the newest audit, and where there is room, when it was made.
fn position(licences: &LicencePosition, now: &Zoned, room: usize) -> String {
    let Some(at) = time::parse(&licences.audited_at) else { return "no audit yet".into() };
    let counts: Vec<String> = licences
        .counts
        .iter()
        .filter(|count| count.titles > 0)
        .map(|count| format!("{} {}", number(count.titles), count.word))
        .collect();
    let audited = format!("audited {}", time::when(at, now));
    let counts = counts.join(", ");
    let whole = format!("{counts} ({audited})");
    match counts.as_str() {
        "" => audited,
        _ if width(&whole) <= room => whole,
        _ => counts,
    }
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
            let used = spans_width(&spans);
            spans.push(Span::raw(" ".repeat((HEADING + FIRST).saturating_sub(used).max(1))));
        }
        spans.push(heading(fact.heading, look));
        spans.extend(fact.spans);
    }
    Line::from(spans)
}

fn spans_width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| width(&span.content)).sum()
}
