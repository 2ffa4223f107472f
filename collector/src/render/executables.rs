//! `executables` and `executables show`.

use caretaker_proto::console::v1::{ExecutablePlace, ExecutableSummary, GetExecutableResponse};
use caretaker_shared::model::{ExecutableFormat, SoftwareClass};

use super::devices::{footer, word};
use super::table::{Cell, Column, Table};
use super::text::{bytes, counted, hang, number, safe};
use super::{Ink, Screen, time};

/// Digits by which a person tells one content from another.
const DIGITS: usize = 12;

/// The list of these out of `total`; `None` when it is empty, and what to say then is the caller's to know.
#[must_use]
pub fn list(executables: &[ExecutableSummary], total: u64, screen: &Screen) -> Option<String> {
    let first = executables.first()?;
    let mut table = Table::new(vec![
        Column::text("First seen"),
        Column::text("Path").shrinks(20),
        Column::text("What").shrinks(8),
        Column::text("Signed as (not verified)").shrinks(10).spare(),
        Column::number("Devices"),
        Column::text("SHA-256"),
    ]);
    for file in executables {
        table.row(vec![
            time::parse(&file.first_seen_at).map_or_else(String::new, |at| time::when(at, &screen.now)).into(),
            Cell(file.path.clone(), Ink::Strong),
            Cell(what(file), if file.class == SoftwareClass::Bypass.word() { Ink::Bad } else { Ink::Plain }),
            file.signer.as_deref().map_or("unsigned".to_owned(), str::to_owned).into(),
            number(file.devices).into(),
            file.sha256.chars().take(DIGITS).collect::<String>().into(),
        ]);
    }
    let mut shown = table.show(screen);
    let total = format!("{}.", counted(total, "executable"));
    let digits: String = first.sha256.chars().take(DIGITS).collect();
    shown.push_str(&footer(&total, &format!("Where one lies: executables show {digits}"), screen));
    Some(shown)
}

/// "bypass tool", or the kind of file where the catalogue does not know it.
fn what(file: &ExecutableSummary) -> String {
    let format = ExecutableFormat::parse(&file.format).map(ExecutableFormat::told);
    let class = SoftwareClass::parse(&file.class).map(SoftwareClass::told);
    class.or(format).map_or_else(|| file.format.clone(), str::to_owned)
}

/// Where one content lies, since when, and what it says of itself.
#[must_use]
pub fn show(answer: &GetExecutableResponse, screen: &Screen) -> String {
    let file = answer.executable.clone().unwrap_or_default();
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut shown = format!(
        "{}   {}, {}{}\n",
        screen.ink(Ink::Strong, &safe(name)),
        safe(&what(&file)),
        bytes(file.size_bytes),
        if answer.runs_on.is_empty() { String::new() } else { format!(", runs on {}", safe(&answer.runs_on)) },
    );
    shown.push_str(&format!("sha256 {}\n\n", safe(&file.sha256)));
    let signer = file.signer.as_deref().map_or("nobody".to_owned(), |name| format!("{} (not verified)", safe(name)));
    let since = time::ago_or(&file.first_seen_at, "at an unknown time", &screen.now);
    let told = [
        ("Signed by", signer),
        ("It says it is", says(answer)),
        ("First seen", format!("{since} on {}", safe(&file.device))),
        ("Now on", counted(file.devices, "device")),
    ];
    for (title, value) in told.iter().filter(|(_, value)| !value.is_empty()) {
        shown.push_str(&hang(&format!("{title:<14} "), value, screen.width));
    }
    if !answer.places.is_empty() {
        shown.push('\n');
        shown.push_str(&places(&answer.places, screen));
    }
    if answer.places_left_out > 0 {
        shown.push_str(&format!("and {} more places\n", number(answer.places_left_out)));
    }
    if let Some(first) = answer.places.first() {
        let remedy = "Allow it: its sha256 in the policy, under [executables] allowed.";
        shown.push_str(&footer(remedy, &format!("One device: device show {}", word(&first.device)), screen));
    }
    shown
}

/// "Example Player 1.2 of Example Software Ltd, as player.exe".
fn says(answer: &GetExecutableResponse) -> String {
    let product = if answer.product.is_empty() { &answer.description } else { &answer.product };
    let mut told = format!("{} {}", safe(product), safe(&answer.version)).trim().to_owned();
    if !answer.company.is_empty() {
        told.push_str(&format!(" of {}", safe(&answer.company)));
    }
    if !answer.original_name.is_empty() {
        told.push_str(&format!(", as {}", safe(&answer.original_name)));
    }
    told.trim_start_matches([',', ' ']).to_owned()
}

fn places(places: &[ExecutablePlace], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Device").shrinks(10),
        Column::text("Site").shrinks(6).spare(),
        Column::text("Path").shrinks(20),
        Column::text("Owner").shrinks(8),
        Column::text("First seen"),
    ]);
    for place in places {
        let path = if place.removable { format!("{} (removable)", place.path) } else { place.path.clone() };
        table.row(vec![
            Cell(place.device.clone(), Ink::Strong),
            place.site.clone().into(),
            path.into(),
            place.owner.clone().into(),
            time::parse(&place.first_seen_at).map_or_else(String::new, |at| time::when(at, &screen.now)).into(),
        ]);
    }
    table.show(screen)
}
