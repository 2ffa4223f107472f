//! `devices`: the list.

use caretaker_proto::console::v1::Device;

use super::table::{Cell, Column, Table};
use super::text::{counted, number, safe, width};
use super::{Ink, Screen, time};

/// What all devices of the list have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Of this site.
    pub site: Option<&'a str>,
    /// With an open finding of this requirement.
    pub finding: Option<&'a str>,
    /// Away too long, or with something out of date.
    pub overdue: bool,
    /// How many there are, on this page and others.
    pub total: u64,
}

/// The list; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(devices: &[Device], asked: Asked<'_>, screen: &Screen) -> Option<String> {
    let first = devices.first()?;
    if asked.overdue {
        return Some(overdue(devices, asked.total, screen));
    }
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(12),
        Column::text("Site").shrinks(8),
        Column::text("System").shrinks(12).spare(),
        Column::text("Agent").shrinks(6).spare(),
        Column::text("Seen"),
        Column::number("Fails"),
        Column::number("Unknown"),
        Column::text(""),
    ]);
    for device in devices {
        let revoked = device.status != "active";
        let seen = time::ago_or(&device.last_seen_at, "never", &screen.now);
        table.row(vec![
            Cell(device.name.clone(), if revoked { Ink::Faint } else { Ink::Strong }),
            device.site.clone().into(),
            device.os.clone().into(),
            device.agent_version.clone().into(),
            seen.into(),
            count(device.findings, Ink::Bad),
            count(device.unknowns, Ink::Unsure),
            if revoked { Cell(device.status.clone(), Ink::Bad) } else { "".into() },
        ]);
    }
    let mut shown = table.show(screen);
    let mut total = counted(asked.total, "device");
    if let Some(site) = asked.site {
        total.push_str(&format!(" at {}", safe(site)));
    }
    if let Some(finding) = asked.finding {
        total.push_str(&format!(" with an open finding of {}", safe(finding)));
    }
    let next = format!("One device: device show {}", word(&first.name));
    shown.push_str(&footer(&format!("{total}."), &next, screen));
    Some(shown)
}

/// Devices to be brought in: by how long they were away, and what is out of date (D1).
fn overdue(devices: &[Device], total: u64, screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(12),
        Column::text("Site").shrinks(8).spare(),
        Column::text("Seen"),
        Column::text("Out of date").shrinks(24),
    ]);
    let mut devices: Vec<&Device> = devices.iter().collect();
    devices.sort_by(|one, other| one.last_seen_at.cmp(&other.last_seen_at));
    for device in &devices {
        table.row(vec![
            Cell(device.name.clone(), Ink::Strong),
            device.site.clone().into(),
            time::ago_or(&device.last_seen_at, "never", &screen.now).into(),
            device.overdue.join(", ").into(),
        ]);
    }
    let total = counted(total, "device");
    let next = "Bring them onto the school network; they update and report by themselves.";
    table.show(screen) + &footer(&format!("{total} overdue."), next, screen)
}

fn count(n: u32, ink: Ink) -> Cell {
    if n == 0 { "-".into() } else { Cell(number(n), ink) }
}

/// A last line: what this was, and what one may type next.
pub(super) fn footer(what: &str, next: &str, screen: &Screen) -> String {
    let gap = if width(what) + 3 + width(next) > screen.width { "\n" } else { "   " };
    format!("\n{what}{gap}{}\n", screen.ink(Ink::Faint, next))
}

/// A name as one word of a command line.
pub(super) fn word(name: &str) -> String {
    let name = safe(name);
    let plain = |letter: char| letter.is_alphanumeric() || "-_.:@/".contains(letter);
    if !name.is_empty() && name.chars().all(plain) { name } else { format!("'{}'", name.replace('\'', "'\\''")) }
}
