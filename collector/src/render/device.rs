//! `device show`: everything about one device.

use caretaker_proto::console::v1::{Device, Executable, GetDeviceResponse, ProbeState, Verdict};

use super::devices::word;
use super::table::{Cell, Column, Table};
use super::text::{bytes, counted, hang, left, number, safe, shorten, width, wrap};
use super::{Ink, Screen, time};

/// Verdicts of one requirement that are shown one by one: a device may have hundreds of unknown files.
const ALIKE: usize = 3;
/// Executables that are shown, of those that were first seen last.
const EXECUTABLES: usize = 10;
/// Keeps the words of a date on one line: no line breaks at it, and a terminal shows a blank.
const NO_BREAK: &str = "\u{a0}";

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
    if !answer.executables.is_empty() {
        shown.push('\n');
        shown.push_str(&executables(answer, &device, screen));
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
        let of_it: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.verdict == word).collect();
        for alike in of_it.chunk_by(|one, next| one.requirement == next.requirement) {
            for verdict in alike.iter().take(ALIKE) {
                let start = format!("  {}  {}  ", left(word, 7), left(&verdict.requirement, ids));
                let (summary, since) = (safe(&verdict.summary), since(verdict, screen));
                let reason = format!("{} {since}", reason(verdict));
                let line = two_columns(&start, &summary, summaries, &reason, screen.width);
                let line = line.replacen(word, &screen.ink(ink, word), 1);
                let faint = screen.ink(Ink::Faint, &since);
                shown.push_str(&if since.is_empty() { line } else { line.replacen(&since, &faint, 1) });
            }
            if let Some(verdict) = alike.get(ALIKE) {
                let id = &verdict.requirement;
                let more = format!("and {} more: findings {id}", number(many(alike.len() - ALIKE)));
                shown.push_str(&format!("{}{}\n", " ".repeat(fixed), screen.ink(Ink::Faint, &more)));
            }
        }
    }
}

fn many(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn reason(verdict: &Verdict) -> String {
    let (reason, subject) = (safe(&verdict.reason), safe(&verdict.subject));
    if subject.is_empty() || reason.contains(&subject) {
        return reason;
    }
    if reason.is_empty() { subject } else { format!("{subject}: {reason}") }
}

/// "(since 02:15)" of what was found; empty of what is met.
fn since(verdict: &Verdict, screen: &Screen) -> String {
    time::parse(&verdict.since)
        .map_or_else(String::new, |since| format!("(since {})", time::short(since, &screen.now)).replace(' ', NO_BREAK))
}

/// A summary and a reason beside each other, both wrapped in their own column.
fn two_columns(start: &str, summary: &str, summaries: usize, reason: &str, columns: usize) -> String {
    let rest = columns.saturating_sub(width(start) + summaries + 2);
    let one = wrap(summary, summaries);
    let other = wrap(reason, rest);
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
        Column::text("Last readings"),
        Column::text(""),
        Column::text(""),
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

/// The files that no package owns, the newest to the collector first.
fn executables(answer: &GetDeviceResponse, device: &Device, screen: &Screen) -> String {
    let mut files: Vec<&Executable> = answer.executables.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(time::parse(&file.first_seen_at)));
    let mut table = Table::new(vec![
        Column::text("Executables no package owns").shrinks(27),
        Column::text("Format"),
        Column::number("Size"),
        Column::text("First seen"),
    ]);
    for file in files.iter().take(EXECUTABLES) {
        table.row(vec![
            file.path.clone().into(),
            file.format.clone().into(),
            bytes(file.size_bytes).into(),
            time::ago_or(&file.first_seen_at, "-", &screen.now).into(),
        ]);
    }
    let mut shown = table.show(screen);
    let all = u64::from(answer.executable_count).max(many(files.len()));
    let more = all.saturating_sub(many(files.len().min(EXECUTABLES)));
    if more > 0 {
        let more = format!("and {} more: device show {} --json", number(more), word(&device.name));
        shown.push_str(&screen.ink(Ink::Faint, &more));
        shown.push('\n');
    }
    shown
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
