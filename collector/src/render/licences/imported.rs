//! What an import has read, and what came of it.

use caretaker_proto::console::v1::{AddLicencesResponse, AddedLicence, Licence};

use super::{list, words};
use crate::licences::import::Mapping;
use crate::render::table::{Cell, Column, Table};
use crate::render::text::{counted, hang, safe};
use crate::render::{Ink, Screen};

/// New licences that are shown before the rest is counted.
const SHOWN: usize = 20;

/// What was read of a file.
#[derive(Debug)]
pub struct Read<'a> {
    /// Its name.
    pub file: &'a str,
    /// The sheet, and how many its workbook has.
    pub sheet: Option<(&'a str, usize)>,
    /// Which column was read as what.
    pub mapping: &'a Mapping,
    /// Numbers of the rows, in the order of the answer's licences.
    pub rows: Vec<u32>,
    /// Rows that say the same as one before: the first, the other.
    pub same: Vec<(u32, u32)>,
}

/// What was done, or would be.
#[must_use]
pub fn imported(read: &Read<'_>, answer: &AddLicencesResponse, screen: &Screen) -> String {
    let sheet = read.sheet.map(|(name, of)| format!(", sheet '{name}' (1 of {of})")).unwrap_or_default();
    let number = u64::try_from(read.rows.len()).unwrap_or(u64::MAX);
    let whose = if read.mapping.snipe_it { "; a licence list of Snipe-IT" } else { "" };
    let mut shown = hang("", &safe(&format!("{}{sheet}: {}{whose}", read.file, counted(number, "row"))), screen.width);
    shown.push('\n');
    shown.push_str(&columns(read.mapping, screen));
    let with = |outcome: &str| answer.licences.iter().filter(|one| one.outcome == outcome).count();
    let new: Vec<Licence> =
        answer.licences.iter().filter(|one| one.outcome == "new").filter_map(|one| one.licence.clone()).collect();
    if !new.is_empty() {
        shown.push('\n');
        shown.push_str(&table_of(&new, screen));
    }
    for (one, row) in answer.licences.iter().zip(&read.rows).filter(|(one, _)| one.outcome == "differs") {
        shown.push_str(&differs(one, *row, screen));
    }
    for (first, other) in read.same.iter().take(SHOWN) {
        let text = format!("says the same as row {first}: both count. Remove one of them if that is one purchase.");
        shown.push_str(&hang(&format!("Row {other} "), &text, screen.width));
    }
    shown.push('\n');
    shown.push_str(&hang("", &outcome(new.len(), with("there"), with("differs"), answer.done), screen.width));
    if !answer.done && !new.is_empty() {
        shown.push_str(&hang("", "Nothing was changed yet. To do it, add:  --apply", screen.width));
    }
    shown
}

fn outcome(new: usize, there: usize, differ: usize, done: bool) -> String {
    let number = |n: usize, noun| counted(u64::try_from(n).unwrap_or(u64::MAX), noun);
    let mut told = match (new, done) {
        (0, _) => "No new licence".to_owned(),
        (new, true) => format!("{} entered", number(new, "licence")),
        (new, false) => format!("{} would be entered", number(new, "licence")),
    };
    if there > 0 {
        told.push_str(&format!(
            "; {} there already",
            if there == 1 { "1 row is".into() } else { format!("{there} rows are") }
        ));
    }
    if differ > 0 {
        let verb = if differ == 1 { "1 row is" } else { &format!("{differ} rows are") };
        told.push_str(&format!("; {verb} there with other details, which stay as they are"));
    }
    told + "."
}

fn columns(mapping: &Mapping, screen: &Screen) -> String {
    let mut table = Table::new(vec![Column::text("  Column").shrinks(20), Column::text("is read as")]);
    for (field, _, header) in &mapping.columns {
        table.row(vec![format!("  {header}").into(), field.word().into()]);
    }
    for header in &mapping.ignored {
        table.row(vec![Cell(format!("  {header}"), Ink::Faint), Cell("- not read".into(), Ink::Faint)]);
    }
    table.show(screen)
}

fn table_of(new: &[Licence], screen: &Screen) -> String {
    let mut shown = list(&new[..new.len().min(SHOWN)], true, screen);
    // The list ends in a line about itself, which would count what is shown here only.
    if let Some(end) = shown.find("\n\n") {
        shown.truncate(end + 1);
    }
    if new.len() > SHOWN {
        shown.push_str(&format!("and {} more (--json)\n", new.len() - SHOWN));
    }
    if new.iter().any(|licence| !licence.in_catalogue) {
        shown.push_str("* not in the catalogue: kept under this name\n");
    }
    shown
}

fn differs(one: &AddedLicence, row: u32, screen: &Screen) -> String {
    let licence = one.licence.clone().unwrap_or_default();
    let name = words::title(&licence);
    let parts: Vec<String> = one
        .differences
        .iter()
        .map(|change| {
            let word = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
            format!("{} {} there, {} here", change.field, word(&change.before), word(&change.after))
        })
        .collect();
    let text = format!("is {} ({name}): {}", licence.number, parts.join("; "));
    hang(&format!("Row {row} "), &safe(&text), screen.width)
}
