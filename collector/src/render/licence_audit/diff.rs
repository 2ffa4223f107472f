//! `audit diff`: what changed between two audits, and why.

use std::collections::HashMap;

use caretaker_proto::console::v1::{AuditTitle, AuditTitleDiff, DiffAuditsResponse};

use super::of_week;
use crate::render::text::{hang, number, safe, shorten};
use crate::render::{Ink, Screen};

/// Devices that are named of each title.
const NAMED: usize = 5;

/// The screen.
#[must_use]
pub fn diff(diff: &DiffAuditsResponse, screen: &Screen) -> String {
    let (before, after) = (diff.before.clone().unwrap_or_default(), diff.after.clone().unwrap_or_default());
    let of = if diff.site.is_empty() { String::new() } else { format!(", {}", safe(&diff.site)) };
    let line = format!("Licences{of} from {} to {}", of_week(&before, screen), of_week(&after, screen));
    let mut shown = screen.ink(Ink::Strong, &shorten(&line, screen.width)) + "\n";
    if diff.catalogue_changed {
        let told = "The catalogue was changed between the two: some names are read otherwise.";
        shown.push_str(&hang("", told, screen.width));
    }
    if diff.titles.is_empty() {
        shown.push_str("\nNothing changed.\n");
    }
    // What needs a licence, or lacks something, comes before what came and went freely.
    let quiet = |one: &&AuditTitleDiff| {
        [&one.before, &one.after].into_iter().flatten().all(|title| title.state == "not-needed")
    };
    let (free, weighty): (Vec<_>, Vec<_>) = diff.titles.iter().partition(quiet);
    for title in weighty {
        shown.push('\n');
        shown.push_str(&one(title, screen));
    }
    if !free.is_empty() {
        let moves = free.iter().map(|one| format!("{} {}", change(one), safe(&one.name))).collect::<Vec<_>>();
        shown.push('\n');
        shown.push_str(&hang("Free and bundled  ", &moves.join(", "), screen.width));
    }
    shown
}

fn change(one: &AuditTitleDiff) -> String {
    let installed = |title: &Option<AuditTitle>| title.as_ref().map_or(0, |title| i64::from(title.installed));
    format!("{:+}", installed(&one.after) - installed(&one.before))
}

fn one(title: &AuditTitleDiff, screen: &Screen) -> String {
    let state = |title: &Option<AuditTitle>| {
        title.as_ref().map_or_else(|| "not there".to_owned(), |title| title.state.replace('-', " "))
    };
    let (was, is) = (state(&title.before), state(&title.after));
    let stands = if was == is { is } else { format!("{was} -> {is}") };
    let mut shown =
        hang(&format!("{}  ", safe(&title.name)), &format!("{} installed, {stands}", change(title)), screen.width);
    for (heading, reasons, devices) in
        [("came", &title.came, &title.came_devices), ("went", &title.went, &title.went_devices)]
    {
        if reasons.is_empty() {
            continue;
        }
        let mut names: Vec<String> = devices.iter().take(NAMED).map(|device| safe(&device.name)).collect();
        if devices.len() > NAMED {
            names.push(format!("{} more", devices.len() - NAMED));
        }
        let named = if names.is_empty() { String::new() } else { format!("   {}", names.join(", ")) };
        shown.push_str(&hang(&format!("  {heading}  "), &format!("{}{named}", why(reasons)), screen.width));
    }
    for licence in &title.licences {
        shown.push_str(&hang(&format!("  {}  ", licence.id), &safe(&licence.what), screen.width));
    }
    shown
}

/// "3 newly enrolled, 1 installed", the most first.
fn why(reasons: &HashMap<String, u32>) -> String {
    let mut parts: Vec<(&String, &u32)> = reasons.iter().collect();
    parts.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), (*reason).clone()));
    parts.into_iter().map(|(reason, count)| format!("{} {reason}", number(*count))).collect::<Vec<_>>().join(", ")
}
