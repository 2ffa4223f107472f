//! The register of licences on a screen.

mod card;
mod decisions;
mod imported;
mod words;

use caretaker_proto::console::v1::{AddedLicence, ChangeSeatsResponse, EditLicenceResponse, Fte, Licence};
use caretaker_proto::console::v1::{FieldChange, TransferLicenceResponse};

use super::table::{Cell, Column, Table};
use super::text::{counted, hang, safe};
use super::{Ink, Screen};
use words::{cost, ends, per, seats, terms, title};

pub use card::card;
pub use decisions::{approvals, exceptions};
pub use imported::{Read, imported};

/// The register, those licences first that need attention.
#[must_use]
pub fn list(licences: &[Licence], filtered: bool, screen: &Screen) -> String {
    if licences.is_empty() {
        return if filtered {
            "No licence is like that. All of them:  licences list\n".into()
        } else {
            "The register is empty. Enter what was bought:  licences import FILE.csv, or licences add\n".into()
        };
    }
    let mut table = Table::new(vec![
        Column::text("Number"),
        Column::text("Title").shrinks(18),
        Column::text("Per"),
        Column::number("Seats"),
        Column::text("Site").shrinks(6),
        Column::text("Ends"),
        Column::number("Cost"),
        Column::text("Term").spare(),
    ]);
    for licence in licences {
        let (ends, ink) = ends(licence, screen);
        let terms = terms(licence);
        let everywhere = terms.site().is_empty();
        table.row(vec![
            Cell(licence.number.clone(), Ink::Strong),
            title(licence).into(),
            per(terms).into(),
            seats(licence).into(),
            if everywhere { "all".into() } else { terms.site().into() },
            Cell(ends, ink),
            cost(licence).into(),
            terms.term().into(),
        ]);
    }
    let mut shown = table.show(screen);
    let told = summary(licences);
    shown.push('\n');
    shown.push_str(&hang("", &told, screen.width));
    shown
}

fn summary(licences: &[Licence]) -> String {
    let number = u64::try_from(licences.len()).unwrap_or(u64::MAX);
    let mut told = counted(number, "licence");
    let free: Vec<&Licence> = licences.iter().filter(|licence| !licence.in_catalogue).collect();
    if let Some(first) = free.first() {
        let verb = if free.len() == 1 { "is" } else { "are" };
        told.push_str(&format!(
            "; {} {verb} not in the catalogue (*), for example \"{}\"",
            free.len(),
            safe(&first.title_name)
        ));
    }
    format!("{told}. One licence:  licences show {}", safe(&licences[0].number))
}

/// After `licences add`.
#[must_use]
pub fn added(added: &AddedLicence, screen: &Screen) -> String {
    let licence = added.licence.clone().unwrap_or_default();
    let number = safe(&licence.number);
    match added.outcome.as_str() {
        "new" => {
            let mut shown = format!("{number} entered.\n\n");
            shown.push_str(&list(&[licence], true, screen));
            shown
        }
        "there" => format!("The register has it already, as {number}. Nothing was changed.\n"),
        _ => {
            let mut shown = format!("The register has it already, as {number}, with other details:\n");
            shown.push_str(&changes(&added.differences, screen));
            shown.push_str(&format!("Nothing was changed. To change it:  licences edit {number}\n"));
            shown
        }
    }
}

/// After `licences edit`: what stood there, and what stands there.
#[must_use]
pub fn edited(answer: &EditLicenceResponse, screen: &Screen) -> String {
    let licence = answer.licence.clone().unwrap_or_default();
    let number = safe(&licence.number);
    if answer.changes.is_empty() {
        return format!("{number} was so before. Nothing was changed.\n");
    }
    format!("{number}  {}\n{}", safe(&title(&licence)), changes(&answer.changes, screen))
}

/// Fields and their values before and after.
pub(super) fn changes(changes: &[FieldChange], screen: &Screen) -> String {
    let shown = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
    let mut table = Table::new(vec![
        Column::text(""),
        Column::text("").shrinks(10),
        Column::text(""),
        Column::text("").shrinks(10),
    ]);
    for change in changes {
        table.row(vec![
            Cell(format!("  {}", change.field), Ink::Faint),
            shown(&change.before).into(),
            "->".into(),
            Cell(shown(&change.after), Ink::Strong),
        ]);
    }
    table.show(screen)
}

/// After `licences remove`.
#[must_use]
pub fn removed(licence: &Licence, screen: &Screen) -> String {
    let text = format!(
        "{} ({}) is out of the register. Audits of the past keep it; it is still seen with:  licences list --all",
        safe(&licence.number),
        safe(&licence.title_name)
    );
    hang("", &text, screen.width)
}

/// After `licences transfer`.
#[must_use]
pub fn transferred(answer: &TransferLicenceResponse, screen: &Screen) -> String {
    let (source, target) = (answer.source.clone().unwrap_or_default(), answer.target.clone().unwrap_or_default());
    let text = format!(
        "{} of {} are now {} of {}. {} keeps {} of the {} that were bought.",
        counted(target.held, "seat"),
        safe(&source.number),
        safe(&target.number),
        safe(terms(&target).site()),
        safe(&source.number),
        source.held,
        terms(&source).quantity()
    );
    hang("", &text, screen.width)
}

/// After `licences assign` and `licences unassign`.
#[must_use]
pub fn seats_changed(answer: &ChangeSeatsResponse, taken_back: bool, screen: &Screen) -> String {
    let licence = answer.licence.clone().unwrap_or_default();
    let done = if taken_back { "taken back" } else { "given" };
    let given = licence.seats_devices + licence.seats_accounts;
    let mut text = format!("{} {done}. ", counted(answer.changed, "seat"));
    if answer.changed == 0 {
        text = "It was so before. ".to_owned();
    }
    text.push_str(&format!("{}: {given} of {} given.", safe(&licence.number), licence.held));
    hang("", &text, screen.width)
}

/// Sites and their full-time equivalents.
#[must_use]
pub fn fte(sites: &[Fte], screen: &Screen) -> String {
    if sites.is_empty() {
        return "There is no site.\n".into();
    }
    let mut table =
        Table::new(vec![Column::text("Site").shrinks(12), Column::number("FTE"), Column::text("Told").shrinks(12)]);
    for site in sites {
        let number = site.hundredths.map(|n| format!("{}.{:02}", n / 100, n % 100));
        let told = super::time::ago_or(&site.recorded_at, "", &screen.now);
        let by = if told.is_empty() { String::new() } else { format!("{told} by {}", site.recorded_by) };
        table.row(vec![
            Cell(site.site.clone(), Ink::Strong),
            number.map_or_else(|| Cell("unknown".into(), Ink::Unsure), |number| number.into()),
            by.into(),
        ]);
    }
    let mut shown = table.show(screen);
    if let Some(unknown) = sites.iter().find(|site| site.hundredths.is_none()) {
        shown.push_str(&format!("\nTell of one:  licences fte {} 84.6\n", quoted(&unknown.site)));
    }
    shown
}

/// A name as it is typed.
fn quoted(name: &str) -> String {
    let name = safe(name);
    if name.contains(' ') { format!("\"{name}\"") } else { name }
}
