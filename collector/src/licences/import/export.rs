//! Licences as a table that [`super::licences`] reads back, and as the licence list that Snipe-IT imports.
//!
//! What a spreadsheet would compute is made harmless.

use super::csv_text::neutral;
use crate::licences::{Licence, Pence};

/// A licence and the name of its title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The licence, with the seats and the money that are its own.
    pub licence: Licence,
    /// Name of its title.
    pub title_name: String,
    /// Whether the catalogue knows the title: else its slug says no more than its name.
    pub in_catalogue: bool,
}

/// Our own columns.
const COLUMNS: [&str; 18] = [
    "Title",
    "Slug",
    "Version",
    "Edition",
    "Metric",
    "Term",
    "Quantity",
    "Site",
    "Place",
    "Start",
    "End",
    "Notice",
    "Cost",
    "Supplier",
    "Order reference",
    "Proof holder",
    "Note",
    "Caretaker number",
];

/// Those of Snipe-IT's importer that have something to say, in the order of its sample. It takes no row without a
/// category or without seats, and takes two rows of one name and serial number for one licence.
const OF_SNIPE_IT: [&str; 14] = [
    "Item name",
    "serial number",
    "Category",
    "purchase date",
    "purchase cost",
    "order number",
    "expiration date",
    "termination date",
    "maintained",
    "reassignable",
    "seats",
    "company",
    "supplier",
    "notes",
];

/// A table with a row for each licence.
#[must_use]
pub fn csv(licences: &[Listed]) -> Vec<u8> {
    let row = |listed: &Listed| {
        let licence = &listed.licence;
        [
            listed.title_name.clone(),
            if listed.in_catalogue { licence.title.clone() } else { String::new() },
            licence.version.clone(),
            licence.edition.clone(),
            licence.metric.word().to_owned(),
            licence.term.word().to_owned(),
            quantity(licence),
            licence.scope.site.clone().unwrap_or_default(),
            licence.scope.place.clone(),
            day(licence.starts_on),
            day(licence.ends_on),
            day(licence.notice_on),
            licence.cost.map(pounds).unwrap_or_default(),
            licence.supplier.clone(),
            licence.order_ref.clone(),
            licence.proof_holder.clone(),
            licence.note.clone(),
            licence.id.to_string(),
        ]
    };
    table(&COLUMNS, licences.iter().map(row))
}

/// The same for Snipe-IT, which counts seats and nothing else: a licence for a whole site is one of one seat.
#[must_use]
pub fn snipe_it(licences: &[Listed]) -> Vec<u8> {
    let row = |listed: &Listed| {
        let licence = &listed.licence;
        let title = [listed.title_name.as_str(), &licence.version, &licence.edition];
        let title: Vec<&str> = title.into_iter().filter(|part| !part.is_empty()).collect();
        let kind = format!("{} {}", licence.metric.word(), licence.term.word());
        let note = if licence.note.is_empty() { kind } else { format!("{kind}; {}", licence.note) };
        let maintained =
            matches!(licence.term, crate::licences::Term::Maintenance | crate::licences::Term::Subscription);
        [
            title.join(" "),
            licence.id.to_string(),
            "Software".to_owned(),
            day(licence.starts_on),
            licence.cost.map(pounds).unwrap_or_default(),
            licence.order_ref.clone(),
            day(licence.ends_on),
            day(licence.notice_on),
            maintained.to_string(),
            "true".to_owned(),
            licence.quantity.max(1).to_string(),
            licence.scope.site.clone().unwrap_or_default(),
            licence.supplier.clone(),
            note,
        ]
    };
    table(&OF_SNIPE_IT, licences.iter().map(row))
}

fn quantity(licence: &Licence) -> String {
    if licence.metric.is_counted() { licence.quantity.to_string() } else { String::new() }
}

fn day(day: Option<jiff::civil::Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// "1208.00".
fn pounds(cost: Pence) -> String {
    format!("{}.{:02}", cost.0 / 100, cost.0 % 100)
}

fn table<const N: usize>(columns: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns).expect("memory takes every row");
    for row in rows {
        writer.write_record(row.map(|text| neutral(&text))).expect("memory takes every row");
    }
    // Without the mark Excel takes the letters for those of Windows.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(writer.into_inner().expect("memory takes every row"));
    bytes
}
