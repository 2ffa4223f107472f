//! `findings`: what does not hold and what is not known, said once for all devices that share it.

use std::collections::BTreeSet;

use caretaker_proto::console::v1::Finding;
use caretaker_shared::model::Requirement;

use super::devices::{footer, word};
use super::group::{Group, group, names};
use super::table::{Cell, Column, Table};
use super::text::{counted, hang, left, number, right, safe, width, wrap};
use super::{Ink, Screen, time};

/// The screen; `None` when there is no finding, and what to say then is the caller's to know.
#[must_use]
pub fn show(findings: &[Finding], screen: &Screen) -> Option<String> {
    let first = findings.first()?;
    let mut order: Vec<&str> = Vec::new();
    for finding in findings {
        if !order.contains(&finding.requirement.as_str()) {
            order.push(&finding.requirement);
        }
    }
    // In the order of the status; what this version does not know comes last.
    let place = |id: &&str| Requirement::ALL.iter().position(|known| known.id() == *id).unwrap_or(usize::MAX);
    order.sort_by_key(place);
    let mut shown = String::new();
    for requirement in &order {
        let of_it: Vec<&Finding> = findings.iter().filter(|finding| finding.requirement == *requirement).collect();
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&head(requirement, &of_it, screen));
        shown.push('\n');
        let groups = group(&of_it);
        let counts = groups.iter().map(|group| width(&number(group.device_count))).max().unwrap_or(1).max(3);
        let room = screen.width.saturating_sub(2 + counts + 2);
        let summaries = groups.iter().map(|group| width(group.summary)).max().unwrap_or_default().min(room / 3);
        for group in &groups {
            shown.push_str(&lines(group, counts, summaries, screen));
        }
    }
    let devices = format!("Show devices: devices --finding {}", order.first().copied().unwrap_or_default());
    shown.push_str(&footer(&devices, &format!("One device: device show {}", word(&first.device)), screen));
    Some(shown)
}

/// One line each, in the order given; `None` when there is none.
#[must_use]
pub fn table(findings: &[Finding], screen: &Screen) -> Option<String> {
    let first = findings.first()?;
    let mut table = Table::new(vec![
        Column::text("Needs"),
        Column::text("Device").shrinks(10),
        Column::text("Site").shrinks(6).spare(),
        Column::text("Found").shrinks(16),
        Column::text("About").shrinks(8).spare(),
        Column::text("Since"),
    ]);
    for finding in findings {
        let ink = if finding.verdict == "unknown" { Ink::Unsure } else { Ink::Bad };
        let closed = if finding.closed_at.is_empty() { "" } else { " (closed)" };
        table.row(vec![
            finding.requirement.clone().into(),
            Cell(finding.device.clone(), Ink::Strong),
            finding.site.clone().into(),
            Cell(format!("{}{closed}", finding.summary), ink),
            finding.subject.clone().into(),
            time::ago_or(&finding.opened_at, "", &screen.now).into(),
        ]);
    }
    let next = format!("One device: device show {}", word(&first.device));
    Some(table.show(screen) + &footer("Why, and what to do: findings", &next, screen))
}

/// "E2  locks within 5 minutes, with password       142 devices, 7 unknown".
pub(super) fn head(requirement: &str, findings: &[&Finding], screen: &Screen) -> String {
    let open = |verdict: &str| {
        let open = findings.iter().filter(|finding| finding.verdict == verdict && finding.closed_at.is_empty());
        let devices: BTreeSet<&str> = open.map(|finding| finding.device_id.as_str()).collect();
        u32::try_from(devices.len()).unwrap_or(u32::MAX)
    };
    let (fails, unknown) = (open("fails"), open("unknown"));
    let mut parts = Vec::new();
    if fails > 0 {
        parts.push(counted(fails, "device"));
    }
    if unknown > 0 {
        parts.push(format!("{} unknown", number(unknown)));
    }
    if parts.is_empty() {
        parts.push("none open".into());
    }
    let title = findings.first().map(|finding| safe(&finding.title)).unwrap_or_default();
    let line = super::text::edges(&format!("{requirement}  {title}"), &parts.join(", "), screen.width);
    line.replacen(requirement, &screen.ink(Ink::Strong, requirement), 1) + "\n"
}

/// How many, what is so, how we know; below it what to do and which devices.
fn lines(group: &Group<'_>, counts: usize, summaries: usize, screen: &Screen) -> String {
    let indent = 2 + counts + 2;
    let room = screen.width.saturating_sub(indent + summaries + 2);
    let start = format!("  {}  ", right(&number(group.device_count), counts));
    let mut reason = safe(group.reason);
    if group.other_reasons > 0 {
        reason.push_str(&format!(" (and {} like it)", counted(count(group.other_reasons), "reason")));
    }
    let mut summary = safe(group.summary);
    if group.closed {
        summary.push_str(" (closed)");
    } else if group.verdict == "unknown" && !summary.contains("unknown") {
        summary.push_str(" (unknown)");
    }
    let one = wrap(&summary, summaries.max(12));
    let other = wrap(&reason, room);
    let ink = if group.verdict == "fails" && !group.closed { Ink::Bad } else { Ink::Unsure };
    let mut shown = String::new();
    for at in 0..one.len().max(other.len()) {
        let summary = one.get(at).map_or("", String::as_str);
        let padded = left(summary, summaries).replacen(summary, &screen.ink(ink, summary), 1);
        let start = if at == 0 { start.clone() } else { " ".repeat(indent) };
        let line = format!("{start}{padded}  {}", other.get(at).map_or("", String::as_str));
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    let blank = " ".repeat(indent);
    if !group.remedy.is_empty() && !group.closed {
        shown.push_str(&hang(&format!("{blank}Remedy: "), &safe(group.remedy), screen.width));
    }
    shown.push_str(&format!("{blank}On: {}\n", places(group, screen.width.saturating_sub(indent + 4))));
    shown
}

/// The devices; for one device alone also the users or files that it is about.
fn places(group: &Group<'_>, columns: usize) -> String {
    let devices: Vec<String> =
        group.devices.iter().map(|name| super::text::shorten(&safe(name), columns / 2)).collect();
    let devices: BTreeSet<&str> = devices.iter().map(String::as_str).collect();
    let told = names(&devices, columns);
    let subjects: Vec<String> = group
        .subjects
        .iter()
        .filter(|subject| !group.reason.contains(**subject))
        .map(|subject| safe(subject))
        .collect();
    let room = columns.saturating_sub(width(&told) + 2);
    if subjects.is_empty() {
        return told;
    }
    if group.devices.len() == 1 && room > 24 {
        let subjects: Vec<String> = subjects.iter().map(|subject| super::text::shorten(subject, room - 14)).collect();
        let subjects: BTreeSet<&str> = subjects.iter().map(String::as_str).collect();
        return format!("{told}, {}", names(&subjects, room));
    }
    told
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
