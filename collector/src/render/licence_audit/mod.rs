//! `audit run`, `audit show`, `audit list`, `audit diff`: the licence audit.

mod diff;
mod sections;
mod title;

use caretaker_proto::console::v1::{AuditHead, AuditTitle, GetAuditResponse};

pub use diff::diff;
pub use title::{devices, title};

use super::table::{Cell, Column, Table};
use super::text::{counted, edges, hang, number, safe};
use super::{Ink, Screen, time};

/// Changes since the audit before that are named.
const CHANGES: usize = 4;

/// The whole audit: what has to be done, by what it costs to leave it.
#[must_use]
pub fn show(audit: &GetAuditResponse, screen: &Screen) -> String {
    let mut shown = head(audit, screen);
    let written = sections::all(audit, screen);
    shown.push('\n');
    shown.push_str(&written);
    if written.is_empty() {
        shown.push_str(&hang("", &in_order(audit), screen.width));
    }
    shown.push('\n');
    shown.push_str(&foot(audit, screen));
    shown
}

/// Which audit it is, and what it rests on.
pub(super) fn head(audit: &GetAuditResponse, screen: &Screen) -> String {
    let made = audit.audit.clone().unwrap_or_default();
    let fleet = audit.fleet.unwrap_or_default();
    let of = if audit.site.is_empty() { String::new() } else { format!(", {}", safe(&audit.site)) };
    let left = format!("Software licence audit{of}, {}", of_week(&made, screen));
    let right = format!("{} of {} counted", number(fleet.counted), counted(fleet.enrolled, "device"));
    let mut shown = edges(&left, &right, screen.width).replacen(&left, &screen.ink(Ink::Strong, &left), 1) + "\n";
    let mut apart = Vec::new();
    for (count, what) in [
        (fleet.stale, format!("not seen for {} days", audit.stale_days)),
        (fleet.silent, "never gave a list of software".to_owned()),
        (fleet.partial, "gave a list that is not whole: more may be installed".to_owned()),
    ] {
        if count > 0 {
            apart.push(format!("{} {what}", number(count)));
        }
    }
    if !apart.is_empty() {
        shown.push_str(&hang("", &apart.join("; "), screen.width));
    }
    shown
}

/// "week 47 (Mon 16 Nov 06:00)".
pub(super) fn of_week(made: &AuditHead, screen: &Screen) -> String {
    let at = time::parse(&made.at).map_or_else(|| made.day.clone(), |at| time::head(at, &screen.now));
    format!("week {} ({at})", made.week)
}

fn in_order(audit: &GetAuditResponse) -> String {
    let made = audit.audit.clone().unwrap_or_default();
    if made.met == 0 {
        "No title needs a licence.".into()
    } else {
        format!("All {} are in order.", counted(made.met, "title"))
    }
}

fn foot(audit: &GetAuditResponse, screen: &Screen) -> String {
    let fleet = audit.fleet.unwrap_or_default();
    let made = audit.audit.clone().unwrap_or_default();
    let mut shown = String::new();
    if made.met + made.not_met + made.unknown > 0 {
        let sums = format!(
            "{} in order, {} not, {} that cannot be told",
            counted(made.met, "title"),
            number(made.not_met),
            number(made.unknown)
        );
        shown.push_str(&hang("", &sums, screen.width));
    }
    if fleet.without_use > 0 {
        let told = format!("where the system records it; not on {}.", counted(fleet.without_use, "device"));
        shown.push_str(&hang("* ", &told, screen.width));
    }
    if let Some(before) = &audit.before {
        let named = audit.since.iter().take(CHANGES).map(|one| format!("{:+} {}", one.installed, safe(&one.name)));
        let mut parts: Vec<String> = named.collect();
        if audit.since.len() > CHANGES {
            parts.push(format!("{} more", audit.since.len() - CHANGES));
        }
        let told = if parts.is_empty() { "nothing came or went".to_owned() } else { parts.join(", ") };
        let since = sections::day(&before.day);
        shown.push_str(&hang(&format!("Since {since}: "), &format!("{told}. Why: audit diff"), screen.width));
    }
    shown
}

/// The audits that were made.
#[must_use]
pub fn list(audits: &[AuditHead], screen: &Screen) -> String {
    if audits.is_empty() {
        return "No licence audit was made yet. The first is made on the first school day of the week.\n  \
                now:  caretaker-collector audit run\n"
            .into();
    }
    let mut table = Table::new(vec![
        Column::number("audit"),
        Column::text("week"),
        Column::text("made"),
        Column::number("in order"),
        Column::number("not"),
        Column::number("unknown"),
        Column::text("asked by").shrinks(12).spare(),
    ]);
    for audit in audits {
        let made = time::parse(&audit.at).map_or_else(|| audit.day.clone(), |at| time::head(at, &screen.now));
        table.row(vec![
            audit.id.to_string().into(),
            format!("{} of {}", audit.week, audit.year).into(),
            made.into(),
            number(audit.met).into(),
            count(audit.not_met, Ink::Bad),
            count(audit.unknown, Ink::Unsure),
            audit.asked_by.clone().into(),
        ]);
    }
    table.show(screen)
}

pub(super) fn count(n: u32, ink: Ink) -> Cell {
    if n == 0 { "-".into() } else { Cell(number(n), ink) }
}

/// "£1,208", "£1,208.50"; pence are left out where there are none.
pub(crate) fn pounds(pence: u64) -> String {
    let pounds = number(pence / 100);
    match pence % 100 {
        0 => format!("£{pounds}"),
        rest => format!("£{pounds}.{rest:02}"),
    }
}

/// Money that may not be known.
pub(super) fn money(pence: Option<u64>) -> String {
    pence.map_or_else(|| "not known".into(), pounds)
}

/// How many are owned.
pub(crate) fn owned(title: &AuditTitle) -> String {
    if title.unlimited { "any".into() } else { number(title.owned) }
}

/// How many use it, where that is known of any.
pub(super) fn used(title: &AuditTitle) -> String {
    if title.used + title.unused == 0 && title.use_unknown > 0 { "?".into() } else { number(title.used) }
}
