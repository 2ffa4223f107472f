//! `audit show TITLE`: its figures, its licences, and the devices behind them.

use caretaker_proto::console::v1::{AuditDevice, AuditLicence, AuditTitle, GetAuditDevicesResponse, GetAuditResponse};

use super::sections::day;
use super::{head, money, of_week, owned, used};
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{counted, edges, hang, number, safe};
use crate::render::{Ink, Screen, time};

/// Devices that are named beside the figures.
const NAMED: usize = 12;
/// Columns of the words before a line.
const HEADING: &str = "            ";

/// One title.
#[must_use]
pub fn title(audit: &GetAuditResponse, behind: Option<&GetAuditDevicesResponse>, screen: &Screen) -> String {
    let Some(title) = audit.titles.first() else { return head(audit, screen) };
    let mut shown = answer(title, screen);
    shown.push_str(&hang("", &of_week(&audit.audit.clone().unwrap_or_default(), screen), screen.width));
    shown.push('\n');
    shown.push_str(&figures(audit, title, screen));
    shown.push_str(&licences(title, screen));
    if let Some(behind) = behind.filter(|behind| !behind.devices.is_empty()) {
        let all = behind.devices.len();
        shown.push_str(&format!("\n{}\n", above(title, behind)));
        shown.push_str(&listed(&behind.devices[..all.min(NAMED)], screen));
        if all > NAMED {
            shown.push_str(&hang("  ", &format!("and {} more", all - NAMED), screen.width));
        }
        let closer = format!("audit show \"{}\" --devices {}", safe(&title.name), next(title, &behind.number));
        shown.push_str(&hang("Other devices:  ", &closer, screen.width));
    }
    shown
}

/// What the devices below have to do with the title.
fn above(title: &AuditTitle, behind: &GetAuditDevicesResponse) -> String {
    let all = u32::try_from(behind.devices.len()).unwrap_or(u32::MAX);
    match (behind.number.as_str(), all) {
        ("over", _) => format!("{} missing, among {}", counted(title.over, "licence"), counted(all, "device")),
        (_, 1) => "1 device has it".into(),
        _ => format!("{} have it", counted(all, "device")),
    }
}

/// The name, and what is to be said of it in a line.
fn answer(title: &AuditTitle, screen: &Screen) -> String {
    let (said, ink) = match title.state.as_str() {
        "over" => (over_by(title), Ink::Bad),
        "unlicensed" => ("no licence at all".into(), Ink::Bad),
        "expired" => ("its licence has ended".into(), Ink::Bad),
        "cannot-tell" => ("cannot be told".into(), Ink::Unsure),
        "unknown-name" => ("the catalogue does not know it".into(), Ink::Unsure),
        "exempt" => ("exempt".into(), Ink::Plain),
        "in-suite" => (format!("licensed with {}", safe(&title.suite)), Ink::Plain),
        "in-order" => ("in order".into(), Ink::Good),
        "not-installed" => ("owned, and installed nowhere".into(), Ink::Plain),
        _ => ("needs no licence".into(), Ink::Plain),
    };
    let line = edges(&safe(&title.name), &said, screen.width);
    line.replacen(&said, &screen.ink(ink, &said), 1) + "\n"
}

fn over_by(title: &AuditTitle) -> String {
    match title.over_of.as_str() {
        "devices" => format!("over by {}", counted(title.over, "device")),
        "users" => format!("over by {}", counted(title.over, "user")),
        _ => format!("over by {} FTE", number(title.over)),
    }
}

fn figures(audit: &GetAuditResponse, title: &AuditTitle, screen: &Screen) -> String {
    let mut lines: Vec<(&str, String)> = Vec::new();
    let mut have = vec![format!("{} owned", owned(title)), format!("{} installed", number(title.installed))];
    for (count, what) in [
        (title.in_suite, "for the licence of its suite"),
        (title.exempt, "exempt"),
        (title.stale, "on devices not seen for long"),
        (title.spare, "spare"),
        (title.assigned, "seats given out"),
    ] {
        if count > 0 {
            have.push(format!("{} {what}", number(count)));
        }
    }
    lines.push(("Figures", have.join(", ")));
    if title.installed > 0 {
        let days = audit.unused_days;
        let (used, unused) = (used(title), number(title.unused));
        let not_told = number(title.use_unknown);
        lines.push((
            "Used",
            format!("{used} in {days} days, {unused} not, {not_told} where the device does not record it"),
        ));
    }
    if title.over > 0 {
        lines.push(("At risk", money(title.at_risk_pence)));
    }
    if title.wasted_pence.is_some() {
        lines.push(("Wasted", money(title.wasted_pence)));
    }
    let permission = match title.permission.as_str() {
        "refused" => format!("refused, and on {}", counted(title.refused, "device")),
        "missing" => format!("nobody approved it; on {}", counted(title.unapproved, "device")),
        "unknown" => "nobody knows what it is".into(),
        "approved" => "approved".into(),
        _ => "needs none".into(),
    };
    lines.push(("Approval", permission));
    lines.extend(title.doubts.iter().map(|doubt| ("Unknown", safe(doubt))));
    let width = HEADING.len();
    lines.into_iter().map(|(heading, text)| hang(&format!("{heading:width$}"), &text, screen.width)).collect()
}

fn licences(title: &AuditTitle, screen: &Screen) -> String {
    if title.licences.is_empty() {
        return "\nNo licence of it is in the register.\n".into();
    }
    let mut table = Table::new(vec![
        Column::text("Licence"),
        Column::text("what").shrinks(14),
        Column::number("seats"),
        Column::number("taken"),
        Column::text("where").shrinks(8).spare(),
        Column::text("stands").shrinks(12),
        Column::text("").shrinks(10).spare(),
    ]);
    for one in &title.licences {
        let ink = if one.phase == "expired" { Ink::Bad } else { Ink::Plain };
        table.row(vec![
            one.id.clone().into(),
            what(one).into(),
            if one.quantity == 0 { "any".into() } else { number(one.quantity).into() },
            number(one.taken).into(),
            if one.site.is_empty() { "every site".into() } else { one.site.clone().into() },
            Cell(stands(one), ink),
            seats(one).into(),
        ]);
    }
    format!("\n{}", table.show(screen))
}

fn what(one: &AuditLicence) -> String {
    let mut parts = vec![format!("per {}, {}", one.metric, one.term)];
    parts.extend([&one.version, &one.edition, &one.place].into_iter().filter(|text| !text.is_empty()).cloned());
    parts.join(", ")
}

fn stands(one: &AuditLicence) -> String {
    match one.phase.as_str() {
        "expired" => format!("ended {}", day(&one.ends_on)),
        "maintenance-ended" => format!("maintenance ended {}", day(&one.ends_on)),
        "not-started" => "not begun".into(),
        _ if one.ends_on.is_empty() => "no end".into(),
        _ => format!("to {}", day(&one.ends_on)),
    }
}

fn seats(one: &AuditLicence) -> String {
    let mut parts = Vec::new();
    for (count, what) in [(one.freed, "freed by devices that left"), (one.handed_on, "handed on")] {
        if count > 0 {
            parts.push(format!("{} {what}", number(count)));
        }
    }
    parts.join(", ")
}

/// A number that is worth a look after `shown`.
fn next(title: &AuditTitle, shown: &str) -> &'static str {
    let numbers = [
        ("over", title.over),
        ("unapproved", title.unapproved),
        ("unused", title.unused),
        ("stale", title.stale),
        ("used", title.used),
        ("installed", title.installed),
    ];
    numbers.into_iter().find(|(word, count)| *word != shown && *count > 0).map_or("installed", |(word, _)| word)
}

/// `audit show TITLE --devices NUMBER`.
#[must_use]
pub fn devices(answer: &GetAuditDevicesResponse, screen: &Screen) -> String {
    let name = answer.title.as_ref().map(|title| safe(&title.name)).unwrap_or_default();
    let audit = answer.audit.clone().unwrap_or_default();
    let all = counted(u32::try_from(answer.devices.len()).unwrap_or(u32::MAX), "device");
    let left = format!("{name}, {}, {}", answer.number, of_week(&audit, screen));
    format!("{}\n\n{}", edges(&left, &all, screen.width), listed(&answer.devices, screen))
}

pub(super) fn listed(devices: &[AuditDevice], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(12),
        Column::text("site").shrinks(8),
        Column::text("seen"),
        Column::text("").shrinks(10),
    ]);
    for device in devices {
        let status = if device.status == "active" { "" } else { device.status.as_str() };
        let told = if device.reason.is_empty() { status } else { device.reason.as_str() };
        table.row(vec![
            device.name.clone().into(),
            device.site.clone().into(),
            time::ago_or(&device.last_seen_at, "never", &screen.now).into(),
            told.into(),
        ]);
    }
    table.show(screen)
}
