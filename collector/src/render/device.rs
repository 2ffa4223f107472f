//! `device show`: everything about one device.

use caretaker_proto::console::v1::{Device, GetDeviceResponse, ProbeState, Verdict};

use super::devices::word;
use super::table::{Column, Table};
use super::text::{bytes, counted, hang, left, number, safe, shorten, width, wrap};
use super::{Ink, Screen, time};

/// Verdicts of one requirement that are shown one by one: a device may have hundreds of unknown files.
const ALIKE: usize = 3;
/// What the collector says of a requirement that nothing was reported on.
const NOT_REPORTED: &str = "not reported";
/// Changes that are shown, the newest ones.
const CHANGES: usize = 10;
/// Keeps the words of a date on one line: no line breaks at it, and a terminal shows a blank.
const NO_BREAK: &str = "\u{a0}";

/// Everything about one device.
#[must_use]
pub fn show(answer: &GetDeviceResponse, screen: &Screen) -> String {
    let device = answer.device.clone().unwrap_or_default();
    let mut shown = head(&device, screen);
    shown.push_str(&machine(answer, &device, screen));
    if device.status != "active" {
        let text = format!("This device was {}: it is shut out and no longer judged.", told(&device.status));
        shown.push_str(&screen.ink(Ink::Bad, &text));
        shown.push('\n');
        shown.push_str(&farewell(answer, screen));
    } else if device.last_seen_at.is_empty() {
        shown.push_str("\nEnrolled, but not a word from it yet. On the device:  caretaker-agent status\n");
    }
    if !answer.verdicts.is_empty() {
        shown.push('\n');
        verdicts(&mut shown, &answer.verdicts, screen);
        shown.push_str(&silent(&answer.verdicts, screen));
    }
    if answer.verdicts_left_out > 0 {
        shown.push_str(&format!("  and {} more that do not fit here\n", number(answer.verdicts_left_out)));
    }
    shown.push_str(&unanswered(&answer.probes, screen));
    if !answer.changes.is_empty() {
        shown.push('\n');
        shown.push_str(&changes(answer, screen));
    }
    shown.push('\n');
    shown.push_str(&inventory(answer, &device, screen));
    shown
}

/// "reported lost" for "lost".
fn told(status: &str) -> &str {
    if status == "lost" { "reported lost" } else { status }
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
    let made = format!("{} {}", safe(&answer.manufacturer), safe(&answer.model));
    if !made.trim().is_empty() {
        parts.push(made.trim().to_owned());
    }
    for (what, value) in [("serial ", &answer.serial), ("asset tag ", &answer.asset_tag), ("", &answer.form)] {
        if !value.is_empty() {
            parts.push(format!("{what}{}", safe(value)));
        }
    }
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
        let told = |verdict: &&Verdict| verdict.verdict == word && !is_silent(verdict);
        let of_it: Vec<&Verdict> = verdicts.iter().filter(told).collect();
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

/// Whether nothing was reported on a requirement: such are named together.
fn is_silent(verdict: &Verdict) -> bool {
    verdict.verdict == "unknown" && verdict.summary == NOT_REPORTED
}

/// "unknown  not reported yet: E1, B2".
fn silent(verdicts: &[Verdict], screen: &Screen) -> String {
    let mut ids: Vec<&str> =
        verdicts.iter().filter(|verdict| is_silent(verdict)).map(|verdict| verdict.requirement.as_str()).collect();
    ids.dedup();
    if ids.is_empty() {
        return String::new();
    }
    let line = hang("  unknown  ", &format!("not reported yet: {}", ids.join(", ")), screen.width);
    line.replacen("unknown", &screen.ink(Ink::Unsure, "unknown"), 1)
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

/// What changed, the newest first: a sign, what it is, and when.
fn changes(answer: &GetDeviceResponse, screen: &Screen) -> String {
    let mut shown = format!("{}\n", screen.ink(Ink::Strong, "Changed in 7 days"));
    let mut table =
        Table::new(vec![Column::text(""), Column::text(""), Column::text("").shrinks(20), Column::text("")]);
    for change in answer.changes.iter().take(CHANGES) {
        let sign = match change.kind.as_str() {
            "added" => "+",
            "removed" => "-",
            _ => "*",
        };
        let at = time::parse(&change.at).map_or_else(String::new, |at| time::when(at, &screen.now));
        table.row(vec![at.into(), sign.into(), change.text.clone().into(), change.probe.clone().into()]);
    }
    // Nothing stands above the columns.
    shown.extend(table.show(screen).split_inclusive('\n').skip(1).map(|line| format!("  {line}")));
    let more = many(answer.changes.len().saturating_sub(CHANGES));
    if more > 0 {
        let name = answer.device.as_ref().map(|device| word(&device.name)).unwrap_or_default();
        shown.push_str(&format!("  and {} more: device show {name} --json\n", number(more)));
    }
    shown
}

/// Probes that did not answer in full, and why. What a system has no way to tell stands among the verdicts.
fn unanswered(probes: &[ProbeState], screen: &Screen) -> String {
    let open = probes.iter().filter(|probe| matches!(probe.completeness.as_str(), "partial" | "failed"));
    let line = |probe: &ProbeState| {
        let told = format!("{}: {}", safe(&probe.completeness), safe(&probe.reason));
        hang(&format!("  {:<12} ", safe(&probe.probe)), &told, screen.width)
    };
    let lines: String = open.map(line).collect();
    if lines.is_empty() { lines } else { format!("\n{}\n{lines}", screen.ink(Ink::Strong, "Not told in full")) }
}

/// The record of a device that the school gave up.
fn farewell(answer: &GetDeviceResponse, screen: &Screen) -> String {
    let mut shown = String::new();
    if let Some(disposal) = &answer.disposal {
        let to =
            if disposal.recipient.is_empty() { String::new() } else { format!(" to {}", safe(&disposal.recipient)) };
        let wiped = if disposal.wiped { "wiped" } else { "not wiped" };
        let when = time::ago_or(&disposal.at, "at an unknown time", &screen.now);
        let (method, by) = (safe(&disposal.method), safe(&disposal.authorised_by));
        shown.push_str(&hang("Retired  ", &format!("{method}{to} {when}, authorised by {by}, {wiped}"), screen.width));
    }
    if let Some(loss) = &answer.loss {
        let when = time::ago_or(&loss.at, "at an unknown time", &screen.now);
        shown.push_str(&hang("Lost     ", &format!("reported {when}: {}", safe(&loss.note)), screen.width));
    }
    shown
}

fn inventory(answer: &GetDeviceResponse, device: &Device, screen: &Screen) -> String {
    let software = format!(
        "{} (software --device {}), {} that no package owns (executables --device {})",
        counted(answer.software_titles, "title"),
        word(&device.name),
        counted(answer.executable_count, "executable"),
        word(&device.name)
    );
    let mut shown = String::new();
    if !device.groups.is_empty() {
        let groups: Vec<String> = device.groups.iter().map(|group| safe(group)).collect();
        shown.push_str(&hang("Groups    ", &groups.join(", "), screen.width));
    }
    shown.push_str(&hang("Software  ", &software, screen.width));
    if answer.records_lost > 0 {
        let lost = format!(
            "{} that the device gave up: its spool was full, or the collector was restored",
            counted(answer.records_lost, "record")
        );
        shown.push_str(&hang("Lost      ", &lost, screen.width));
    }
    shown
}
