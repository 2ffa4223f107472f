//! One licence with its seats and transfers.

use caretaker_proto::console::v1::{GetLicenceResponse, Licence, LicenceSeat};

use super::words::{cost, day, ends, kind, seats, terms, title};
use crate::render::text::{counted, edges, hang, safe};
use crate::render::{Ink, Screen, time};

/// Seats that are shown before the rest is counted.
const SEATS: usize = 40;
/// Columns of the headings.
const HEADING: usize = 12;

/// Everything about one licence.
#[must_use]
pub fn card(answer: &GetLicenceResponse, screen: &Screen) -> String {
    let licence = answer.licence.clone().unwrap_or_default();
    let name = format!("{}   {}", safe(&licence.number), safe(&title(&licence)));
    let (state, ink) = ends(&licence, screen);
    let state = if state.is_empty() { "in force".to_owned() } else { state };
    let mut shown = edges(&screen.ink(Ink::Strong, &name), &screen.ink(ink, &state), screen.width) + "\n\n";
    for (heading, text) in facts(answer, &licence, screen).into_iter().filter(|(_, text)| !text.is_empty()) {
        shown.push_str(&line(heading, &text, screen));
    }
    shown.push_str(&given(answer, &licence, screen));
    for transfer in &answer.transfers {
        let away = transfer.source == licence.number;
        let (words, other) = if away { ("handed on as", &transfer.target) } else { ("came from", &transfer.source) };
        let site = if away && !transfer.site.is_empty() { format!(" to {}", transfer.site) } else { String::new() };
        let when = time::ago_or(&transfer.at, "", &screen.now);
        let text = format!(
            "{} {words} {other}{site}, {when} by {}: {}",
            counted(transfer.quantity, "seat"),
            transfer.by,
            transfer.reason
        );
        shown.push_str(&line("Transfer", &safe(&text), screen));
    }
    if !licence.in_catalogue {
        let text = "* is not in the catalogue, so nothing that is installed counts against it until it is.";
        shown.push_str(&format!("\n{}", hang("", text, screen.width)));
    }
    shown
}

fn facts(answer: &GetLicenceResponse, licence: &Licence, screen: &Screen) -> Vec<(&'static str, String)> {
    let terms = terms(licence);
    let site = if terms.site().is_empty() { "all sites" } else { terms.site() };
    let place = match (terms.place(), &answer.place) {
        ("", _) => site.to_owned(),
        (place, Some(group)) if group.is_group => format!("{site}, {place}: {}", counted(group.devices, "device")),
        (place, Some(_)) => format!("{site}, {place}, which is no group of devices: counted over {}", over(site)),
        (place, None) => format!("{site}, {place}"),
    };
    let held = match (terms.quantity(), licence.held) {
        (0, _) => String::new(),
        (bought, held) if bought == held => held.to_string(),
        (bought, held) => format!("{held} of the {bought} bought; the others were handed on"),
    };
    let days = [("from", terms.starts_on()), ("to", terms.ends_on()), ("notice until", terms.notice_on())];
    let days: Vec<String> = days
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(word, text)| format!("{word} {}", day(text, screen)))
        .collect();
    let spent = match (cost(licence), terms.term()) {
        (cost, _) if cost.is_empty() && licence.own => "not known".to_owned(),
        (cost, _) if cost.is_empty() => "is not shown: it is for all sites".to_owned(),
        (cost, "subscription") => format!("{cost} a year"),
        (cost, _) => cost,
    };
    let entered = format!("{} by {}", time::ago_or(&licence.added_at, "", &screen.now), licence.added_by);
    let removed = if licence.removed_at.is_empty() {
        String::new()
    } else {
        format!("{}: {}", time::ago_or(&licence.removed_at, "", &screen.now), licence.removed_why)
    };
    [
        ("Kind", kind(terms)),
        ("Quantity", held),
        ("For", place),
        ("Days", days.join(", ")),
        ("Cost", spent),
        ("Supplier", terms.supplier().to_owned()),
        ("Order", terms.order_ref().to_owned()),
        ("Proof", terms.proof_holder().to_owned()),
        ("Note", terms.note().to_owned()),
        ("Entered", entered),
        ("Removed", removed),
    ]
    .into_iter()
    .map(|(heading, text)| (heading, safe(&text)))
    .collect()
}

/// What a licence is counted over whose place is no group.
fn over(site: &str) -> &str {
    if site == "all sites" { site } else { "the whole site" }
}

fn line(heading: &str, text: &str, screen: &Screen) -> String {
    hang(&format!("{heading:<HEADING$}"), text, screen.width)
}

/// Who has a seat, as far as the reader may know; else how many have.
fn given(answer: &GetLicenceResponse, licence: &Licence, screen: &Screen) -> String {
    if licence.seats_devices + licence.seats_accounts == 0 {
        return String::new();
    }
    let mut text = format!("{} given", seats(licence));
    let name = |seat: &LicenceSeat| match (seat.account.is_empty(), seat.device_status.as_str()) {
        (false, _) => seat.account.clone(),
        (true, "active" | "") => seat.device.clone(),
        (true, status) => format!("{} ({status})", seat.device),
    };
    let names: Vec<String> = answer.seats.iter().take(SEATS).map(name).collect();
    if names.is_empty() {
        text.push_str("; who has them is not shown to this role");
    } else {
        text.push_str(&format!(": {}", names.join(", ")));
        if answer.seats.len() > SEATS {
            text.push_str(&format!(" and {} more (--json)", answer.seats.len() - SEATS));
        }
    }
    line("Seats", &safe(&text), screen)
}
