//! `device retire` and `device lost`: what is said after a device was given up.

use caretaker_proto::console::v1::{ReportDeviceLostResponse, RetireDeviceResponse, Volume};

use super::text::{hang, safe};
use super::{Ink, Screen, time};

/// Names in one line; a lost computer may know a whole school.
const NAMES: usize = 20;

/// After `device retire`: the record, as it is kept.
#[must_use]
pub fn retired(answer: &RetireDeviceResponse, screen: &Screen) -> String {
    let device = answer.device.clone().unwrap_or_default();
    let disposal = answer.disposal.clone().unwrap_or_default();
    let to = if disposal.recipient.is_empty() { String::new() } else { format!(" to {}", safe(&disposal.recipient)) };
    let wiped = if disposal.wiped { "Its disks were wiped." } else { "Its disks were NOT wiped." };
    let (name, by) = (safe(&device.name), safe(&disposal.authorised_by));
    let told = format!("{name} is retired: {}{to}, authorised by {by}. {wiped}", safe(&disposal.method));
    let mut shown = hang("", &told, screen.width);
    shown.push_str("Its certificate opens nothing any more. The record stays:\n");
    shown.push_str(&format!("  device show {}\n", device.id));
    shown
}

/// After `device lost`: what is at risk, for whoever has to be told.
#[must_use]
pub fn lost(answer: &ReportDeviceLostResponse, screen: &Screen) -> String {
    let device = answer.device.clone().unwrap_or_default();
    let name = safe(&device.name);
    let marked = format!("{name} is marked as lost and shut out: it can neither report nor ask any more.");
    let mut shown = hang("", &marked, screen.width).replacen(&name, &screen.ink(Ink::Strong, &name), 1);
    shown.push_str("\nWhat it held\n");
    let told = [
        ("Last heard of", time::ago_or(&device.last_seen_at, "never", &screen.now)),
        ("Accounts", accounts(&answer.accounts)),
        ("Disks", volumes(&answer.volumes, "nothing is known of its disks: treat them as readable by anyone")),
        ("Media in it", volumes(&answer.media, "none that it told of")),
    ];
    for (title, value) in &told {
        shown.push_str(&hang(&format!("  {title:<14} "), value, screen.width));
    }
    let readable = answer.volumes.is_empty() || answer.volumes.iter().any(|volume| volume.protection != "encrypted");
    let next = if readable {
        "What it held may be read by whoever has it: tell the data protection lead today (72 hours by law)."
    } else {
        "Its disks were encrypted when it was last heard of: tell the data protection lead, who decides."
    };
    shown.push('\n');
    shown.push_str(&hang("", next, screen.width));
    shown
}

fn accounts(names: &[String]) -> String {
    if names.is_empty() {
        return "not known".into();
    }
    let shown: Vec<String> = names.iter().take(NAMES).map(|name| safe(name)).collect();
    let more = names.len().saturating_sub(NAMES);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn volumes(volumes: &[Volume], none: &str) -> String {
    if volumes.is_empty() {
        return none.to_owned();
    }
    let one = |volume: &Volume| {
        let method = if volume.method.is_empty() { String::new() } else { format!(" ({})", safe(&volume.method)) };
        format!("{} {}{method}", safe(&volume.mount), safe(&volume.protection))
    };
    volumes.iter().map(one).collect::<Vec<_>>().join(", ")
}
