//! `catalogue export` and `catalogue try`.

use caretaker_proto::console::v1::{EntryStanding, RawEntry};

use super::Screen;
use super::devices::word;
use super::table::{Column, Table};
use super::text::{counted, number, safe};
use crate::exchange::Form;

/// Rows of each table.
const ROWS: usize = 50;

/// What was written, and where.
#[must_use]
pub fn written(entries: usize, form: Form, file: &str) -> String {
    format!("{} written to {} ({})\n", counted_entries(entries), safe(file), form.name())
}

/// What the rules make of somebody's list.
#[must_use]
pub fn tried(file: &str, form: Form, tried: &[(RawEntry, EntryStanding)], screen: &Screen) -> String {
    let of = |word: &str| tried.iter().filter(|(_, standing)| standing.standing == word).collect::<Vec<_>>();
    let (titles, unknown) = (by_title(&of("title")), by_title(&of("unknown")));
    let mut shown = format!("{}, {}. Nothing was stored.\n", form.name(), counted_entries(tried.len()));
    if !titles.is_empty() {
        shown.push_str(&format!("\n{}\n", known(&titles, screen)));
    }
    let (parts, system) = (of("part").len(), of("system").len());
    shown.push_str(&format!(
        "{} that rules know; {} of titles and {} of the system count nowhere.\n",
        counted(count(titles.len()), "title"),
        counted(count(parts), "part"),
        counted(count(system), "part"),
    ));
    if unknown.is_empty() {
        shown.push_str("Rules know every title of this list.\n");
        return shown;
    }
    shown.push_str(&format!("\n{} that no rule knows:\n\n", counted(count(unknown.len()), "title")));
    shown.push_str(&not_known(&unknown, screen));
    shown.push_str(&format!("\nRules for them: catalogue try --propose {}\n", word(file)));
    shown
}

/// The first entry of each title, and how many it has.
type Found<'a> = (&'a RawEntry, &'a EntryStanding, u64);

fn by_title<'a>(entries: &[&'a (RawEntry, EntryStanding)]) -> Vec<Found<'a>> {
    let mut found: Vec<Found<'a>> = Vec::new();
    let mut at = std::collections::HashMap::new();
    for (entry, standing) in entries {
        let place = *at.entry(standing.slug.as_str()).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, _, times)) => *times += 1,
            None => found.push((entry, standing, 1)),
        }
    }
    found.sort_by_key(|(_, standing, _)| standing.name.to_lowercase());
    found
}

fn known(titles: &[Found<'_>], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Title").shrinks(20),
        Column::text("Version"),
        Column::number("Entries"),
        Column::text("For").spare(),
        Column::text("Slug").shrinks(14).spare(),
    ]);
    for (_, standing, times) in titles.iter().take(ROWS) {
        let major = if standing.major.is_empty() { "-" } else { &standing.major };
        table.row(vec![
            standing.name.clone().into(),
            major.into(),
            number(*times).into(),
            standing.category.clone().into(),
            standing.slug.clone().into(),
        ]);
    }
    table.show(screen) + &more(titles.len())
}

fn not_known(titles: &[Found<'_>], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::text("Name").shrinks(20),
        Column::text("Publisher").shrinks(14).spare(),
        Column::text("List").shrinks(8).spare(),
        Column::number("Entries"),
    ]);
    for (entry, _, times) in titles.iter().take(ROWS) {
        table.row(vec![
            entry.name.clone().into(),
            entry.publisher.clone().into(),
            entry.source.clone().into(),
            number(*times).into(),
        ]);
    }
    table.show(screen) + &more(titles.len())
}

/// What a table leaves out.
fn more(rows: usize) -> String {
    match rows.checked_sub(ROWS) {
        None | Some(0) => String::new(),
        Some(more) => format!("and {}; all of them: --json\n", counted(count(more), "more title")),
    }
}

fn counted_entries(entries: usize) -> String {
    if entries == 1 { "1 entry".into() } else { format!("{} entries", number(count(entries))) }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
