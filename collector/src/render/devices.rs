//! `devices` and `device show`.

use caretaker_proto::console::v1::{Device, GetDeviceResponse, ProbeState, Verdict};

use super::table::{Cell, Column, Table};
use super::text::{bytes, counted, hang, left, number, safe, shorten, width};
use super::{Ink, Screen, time};

/// What all devices of the list have in common.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Of this site.
    pub site: Option<&'a str>,
    /// With an open finding of this requirement.
    pub finding: Option<&'a str>,
}

/// The list; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(devices: &[Device], asked: Asked<'_>, screen: &Screen) -> Option<String> {
    let first = devices.first()?;
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
        let revoked = device.status == "revoked";
        let seen = time::ago_or(&device.last_seen_at, "never", &screen.now);
        table.row(vec![
            Cell(device.name.clone(), if revoked { Ink::Faint } else { Ink::Strong }),
            device.site.clone().into(),
            device.os.clone().into(),
            device.agent_version.clone().into(),
            seen.into(),
            count(device.findings, Ink::Bad),
            count(device.unknowns, Ink::Unsure),
            if revoked { Cell("revoked".into(), Ink::Bad) } else { "".into() },
        ]);
    }
    let mut shown = table.show(screen);
    let mut total = counted(u64::try_from(devices.len()).unwrap_or(u64::MAX), "device");
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

/// Everything about one device.
#[must_use]
pub fn show(answer: &GetDeviceResponse, screen: &Screen) -> String {
    let device = answer.device.clone().unwrap_or_default();
    let mut shown = head(&device, screen);
    shown.push_str(&machine(answer, &device, screen));
    if device.status == "revoked" {
        shown.push_str(&screen.ink(Ink::Bad, "This device was revoked: it is shut out and no longer judged."));
        shown.push('\n');
    } else if device.last_seen_at.is_empty() {
        shown.push_str("\nEnrolled, but not a word from it yet. On the device:  caretaker-agent status\n");
    }
    if !answer.verdicts.is_empty() {
        shown.push('\n');
        verdicts(&mut shown, &answer.verdicts, screen);
    }
    if answer.verdicts_left_out > 0 {
        shown.push_str(&format!("  and {} more that do not fit here\n", number(answer.verdicts_left_out)));
    }
    if !answer.probes.is_empty() {
        shown.push('\n');
        shown.push_str(&probes(&answer.probes, screen));
    }
    shown.push('\n');
    shown.push_str(&inventory(answer, &device, screen));
    shown
}

fn head(device: &Device, screen: &Screen) -> String {
    let name = shorten(&safe(&device.name), 40);
    let mut parts = Vec::new();
    if !device.os.is_empty() {
        parts.push(safe(&device.os));
    }
    parts.push(safe(&device.site));
    let seen = time::ago_or(&device.last_seen_at, "never", &screen.now);
    parts.push(format!("agent {}, seen {seen}", safe(&device.agent_version)));
    let heading = format!("{name}   ");
    hang(&heading, &parts.join(" · "), screen.width).replace(" · ", "   ").replacen(
        &name,
        &screen.ink(Ink::Strong, &name),
        1,
    )
}

fn machine(answer: &GetDeviceResponse, device: &Device, screen: &Screen) -> String {
    let mut parts = Vec::new();
    if answer.processors > 0 {
        parts.push(counted(answer.processors, "processor"));
        parts.push(format!("{} memory", bytes(answer.memory_bytes)));
    }
    for (what, value) in [("", &answer.architecture), ("kernel ", &answer.kernel)] {
        if !value.is_empty() {
            parts.push(format!("{what}{}", safe(value)));
        }
    }
    parts.push(match device.policy_version {
        0 => "no policy received yet".into(),
        version => format!("policy version {version}"),
    });
    parts.push(format!("enrolled {}", time::ago_or(&device.enrolled_at, "at an unknown time", &screen.now)));
    if let Some(ends) = time::parse(&device.certificate_ends_at) {
        parts.push(format!("certificate until {}", time::when(ends, &screen.now)));
    }
    hang("", &parts.join(", "), screen.width)
}

/// What fails, what holds, what is not known: the word, the requirement, what is so, how we know.
fn verdicts(shown: &mut String, verdicts: &[Verdict], screen: &Screen) {
    let ids = verdicts.iter().map(|verdict| width(&verdict.requirement)).max().unwrap_or_default();
    let fixed = 2 + 7 + 2 + ids + 2;
    let widest = verdicts.iter().map(|verdict| width(&verdict.summary)).max().unwrap_or_default();
    let summaries = widest.min((screen.width.saturating_sub(fixed) * 2 / 5).max(16));
    for (word, ink) in [("fails", Ink::Bad), ("meets", Ink::Good), ("unknown", Ink::Unsure)] {
        for verdict in verdicts.iter().filter(|verdict| verdict.verdict == word) {
            let start = format!("  {}  {}  ", left(word, 7), left(&verdict.requirement, ids));
            let line = two_columns(&start, &safe(&verdict.summary), summaries, &reason(verdict, screen), screen.width);
            shown.push_str(&line.replacen(word, &screen.ink(ink, word), 1));
        }
    }
}

fn reason(verdict: &Verdict, screen: &Screen) -> String {
    let mut reason = safe(&verdict.reason);
    if !verdict.subject.is_empty() && !reason.contains(&verdict.subject) {
        let subject = safe(&verdict.subject);
        reason = if reason.is_empty() { subject } else { format!("{subject}: {reason}") };
    }
    if let Some(since) = time::parse(&verdict.since) {
        reason.push_str(&format!(", since {}", time::when(since, &screen.now)));
    }
    reason
}

/// A summary and a reason beside each other, both wrapped in their own column.
fn two_columns(start: &str, summary: &str, summaries: usize, reason: &str, columns: usize) -> String {
    let rest = columns.saturating_sub(width(start) + summaries + 2);
    let one = super::text::wrap(summary, summaries);
    let other = super::text::wrap(reason, rest);
    let mut shown = String::new();
    for at in 0..one.len().max(other.len()) {
        let start = if at == 0 { start.to_owned() } else { " ".repeat(width(start)) };
        let summary = left(one.get(at).map_or("", String::as_str), summaries);
        let line = format!("{start}{summary}  {}", other.get(at).map_or("", String::as_str));
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// When each probe last answered; those that did not answer in full say why.
fn probes(probes: &[ProbeState], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Reading"),
        Column::text("Answer"),
        Column::text("Taken"),
        Column::text("").shrinks(10),
    ]);
    for probe in probes {
        let ink = if probe.completeness == "complete" { Ink::Plain } else { Ink::Unsure };
        table.row(vec![
            probe.probe.clone().into(),
            Cell(probe.completeness.clone(), ink),
            time::ago_or(&probe.taken_at, "never", &screen.now).into(),
            probe.reason.clone().into(),
        ]);
    }
    table.show(screen)
}

fn inventory(answer: &GetDeviceResponse, device: &Device, screen: &Screen) -> String {
    let software = format!(
        "{} (software --device {}), {} that no package owns",
        counted(answer.software_titles, "title"),
        word(&device.name),
        counted(answer.executable_count, "executable")
    );
    let mut shown = hang("Software  ", &software, screen.width);
    if answer.records_lost > 0 {
        let lost = format!(
            "{} that the device gave up: its spool was full, or the collector was restored",
            counted(answer.records_lost, "record")
        );
        shown.push_str(&hang("Lost      ", &lost, screen.width));
    }
    shown
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
