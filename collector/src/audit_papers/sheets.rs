//! The sheets of a spreadsheet: summary, titles, licences, changes, devices.

use std::collections::BTreeMap;

use super::devices;
use super::table::{Cell, Column, Sheet};
use super::{Papers, day};
use crate::licences::{Doubt, LicencePosition, Owned, Pence, TitleOutcome, TitleState};
use crate::render::text::counted;
use crate::store::licence_audit::{DeviceMove, TitleDiff};

/// Every sheet, in their order.
pub(super) fn all(papers: &Papers) -> Vec<Sheet> {
    vec![summary(papers), titles(papers), licences(papers), changes(papers), devices::sheet(papers)]
}

fn column(title: &'static str, width: u16) -> Column {
    Column { title, width }
}

/// What stands first: figures that somebody has to do something about.
fn summary(papers: &Papers) -> Sheet {
    let outcome = &papers.outcome;
    let (totals, fleet) = (&outcome.totals, &outcome.fleet);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut put = |what: &str, value: Cell| rows.push(vec![Cell::text(what), value]);
    put("Of", Cell::text(outcome.site.clone().unwrap_or_else(|| papers.school.clone())));
    put("On", Cell::Day(outcome.on));
    put("Audit", Cell::Number(papers.row.id));
    if papers.audience.sees_money() {
        put("Money at risk: what the missing seats would cost", Cell::Money(totals.at_risk));
        put("Titles that lack seats, at a cost that nobody recorded", Cell::count(totals.at_risk_unknown));
        put("Money unused: what seats cost that nobody uses", Cell::Money(totals.wasted));
        put("Titles with unused seats, at a cost that nobody recorded", Cell::count(totals.wasted_unknown));
    }
    for (word, what) in STATES {
        put(what, Cell::count(totals.states.get(word).copied().unwrap_or_default()));
    }
    put("Licences that have lapsed", Cell::count(totals.expired));
    let mut from = 0;
    for (days, number) in outcome.measures.warn_days.iter().zip(totals.ending) {
        put(&format!("Licences that end in {from} to {days} days"), Cell::count(number));
        from = days + 1;
    }
    put("Titles that nobody approved", Cell::count(totals.unapproved));
    put("Titles that were refused and are installed", Cell::count(totals.refused));
    put(
        &format!("Titles with copies that were not opened for {}", counted(outcome.measures.unused_days, "day")),
        Cell::count(totals.unused),
    );
    for (what, number) in [
        ("Devices enrolled", fleet.enrolled),
        ("Devices counted", fleet.counted),
        ("Devices that were not heard of for long: shown apart", fleet.stale),
        ("Devices that never gave a list of software", fleet.silent),
        ("Devices counted whose newest list is not whole", fleet.partial),
        ("Devices counted that do not record when a title was opened", fleet.without_use),
    ] {
        put(what, Cell::count(number));
    }
    Sheet { name: "Summary", columns: vec![column("What", 62), column("Figure", 24)], rows }
}

/// States by their words, as people read them.
pub(super) const STATES: [(&str, &str); 9] = [
    ("over", "Titles over: more installed than owned"),
    ("unlicensed", "Titles without any licence that need one"),
    ("expired", "Titles whose licence has lapsed"),
    ("cannot-tell", "Titles of which the figures do not tell"),
    ("unknown-name", "Names that the catalogue does not know"),
    ("exempt", "Titles that are exempt"),
    ("in-order", "Titles in order"),
    ("not-installed", "Titles owned and not installed"),
    ("not-needed", "Titles that need no licence"),
];

/// A row a title: what needs attention first.
pub(super) fn titles(papers: &Papers) -> Sheet {
    let money = papers.audience.sees_money();
    let mut columns = vec![
        column("Title", 36),
        column("State", 14),
        column("Approval", 12),
        column("Owned", 10),
        column("Installed", 10),
        column("Over", 8),
        column("Unused", 8),
        column("Used", 8),
        column("Use not recorded", 12),
        column("Assigned", 10),
        column("Spare", 8),
        column("Exempt", 8),
        column("Stale", 8),
        column("Unapproved", 11),
        column("Refused", 9),
    ];
    if money {
        columns.extend([column("At risk", 14), column("Unused cost", 14)]);
    }
    columns.extend([column("Category", 14), column("Licensing", 13), column("In the catalogue", 26)]);
    let mut all = papers.titles(|_| true);
    all.sort_by_key(|title| title.state);
    let rows = all.into_iter().map(|title| row(title, money)).collect();
    Sheet { name: "Titles", columns, rows }
}

fn row(title: &TitleOutcome, money: bool) -> Vec<Cell> {
    let mut row = vec![
        Cell::text(title.name.as_str()),
        Cell::text(title.state.word()),
        Cell::text(title.permission.word()),
        owned(title.owned),
    ];
    let counts = [
        title.installed,
        title.over,
        title.unused,
        title.used,
        title.use_unknown,
        title.assigned,
        title.spare,
        title.exempt,
        title.stale,
        title.unapproved,
        title.refused,
    ];
    row.extend(counts.map(Cell::count));
    if money {
        row.extend([cost(title.at_risk, title.risk_is_not_known()), cost(title.wasted, title.waste_is_not_known())]);
    }
    let slug = if in_catalogue(title) { title.slug.as_str() } else { "no" };
    row.extend([title.category.as_str(), title.licensing.as_str(), slug].map(Cell::text));
    row
}

/// Whether the catalogue has it, and not only the register or a device.
fn in_catalogue(title: &TitleOutcome) -> bool {
    title.state != TitleState::UnknownName && !title.doubts.contains(&Doubt::NotInCatalogue)
}

/// What nobody recorded is said, not left empty: an empty cell reads as nothing.
fn cost(pence: Option<Pence>, is_not_known: bool) -> Cell {
    if is_not_known { Cell::text("not known") } else { Cell::money(pence) }
}

fn owned(owned: Owned) -> Cell {
    match owned {
        Owned::Seats(seats) => Cell::count(seats),
        Owned::Unlimited => Cell::text("any number"),
    }
}

/// A row a licence, by title.
fn licences(papers: &Papers) -> Sheet {
    let money = papers.audience.sees_money();
    let mut columns = vec![
        column("Licence", 10),
        column("Title", 36),
        column("Counts", 12),
        column("Term", 14),
        column("Version", 12),
        column("Edition", 14),
        column("Site", 20),
        column("State", 18),
        column("Ends", 13),
        column("Days left", 10),
        column("Seats", 9),
        column("Taken", 9),
        column("Assigned", 9),
        column("Idle", 9),
    ];
    if money {
        let more = [("Cost", 14), ("Notice by", 13), ("Supplier", 26), ("Order", 20), ("Place", 20)];
        columns.extend(more.map(|(title, width)| column(title, width)));
    }
    let titles = papers.titles(|title| !title.licences.is_empty());
    let of = |title: &&TitleOutcome| {
        title.licences.iter().map(|licence| licence_row(&title.name, licence, money)).collect::<Vec<_>>()
    };
    Sheet { name: "Licences", columns, rows: titles.iter().flat_map(of).collect() }
}

fn licence_row(title: &str, licence: &LicencePosition, money: bool) -> Vec<Cell> {
    let mut row = vec![
        Cell::text(format!("L-{:04}", licence.id)),
        Cell::text(title),
        Cell::text(licence.metric.as_str()),
        Cell::text(licence.term.as_str()),
        Cell::text(licence.version.as_str()),
        Cell::text(licence.edition.as_str()),
        Cell::text(licence.site.as_deref().unwrap_or("every site")),
        Cell::text(licence.phase.word()),
        Cell::day(licence.ends_on),
        licence.ends_in.map_or(Cell::Blank, Cell::count),
    ];
    row.extend([licence.quantity, licence.taken, licence.assigned, licence.idle].map(Cell::count));
    if money {
        row.extend([cost(licence.cost, licence.cost.is_none()), Cell::day(licence.notice_on)]);
        row.extend([licence.supplier.as_str(), licence.order_ref.as_str(), licence.place.as_str()].map(Cell::text));
    }
    row
}

/// What changed since the audit before, and why.
fn changes(papers: &Papers) -> Sheet {
    let columns = vec![
        column("Title", 36),
        column("Installed before", 12),
        column("Installed now", 12),
        column("Change", 9),
        column("State before", 14),
        column("State now", 14),
        column("Why", 80),
    ];
    let Some(diff) = &papers.diff else {
        let mut row = vec![Cell::text("This is the first audit: there is none to compare it with.")];
        row.resize(columns.len(), Cell::Blank);
        return Sheet { name: "Changes", columns, rows: vec![row] };
    };
    let mut rows: Vec<_> = diff.titles.iter().map(change).collect();
    if diff.catalogue_changed {
        let since = day(diff.before.outcome.on);
        let mut row = vec![Cell::text(format!("The catalogue of titles has changed since {since}."))];
        row.resize(columns.len(), Cell::Blank);
        rows.insert(0, row);
    }
    Sheet { name: "Changes", columns, rows }
}

fn change(title: &TitleDiff) -> Vec<Cell> {
    let installed = |of: &Option<TitleOutcome>| of.as_ref().map_or(0, |title| i64::from(title.installed));
    let state = |of: &Option<TitleOutcome>| Cell::text(of.as_ref().map_or("not there", |title| title.state.word()));
    let (before, after) = (installed(&title.before), installed(&title.after));
    vec![
        Cell::text(name(title)),
        Cell::Number(before),
        Cell::Number(after),
        Cell::Number(after - before),
        state(&title.before),
        state(&title.after),
        Cell::text(why(title)),
    ]
}

/// What a title that changed is called now.
pub(super) fn name(title: &TitleDiff) -> &str {
    title.after.as_ref().or(title.before.as_ref()).map_or(title.slug.as_str(), |title| title.name.as_str())
}

/// "came: 3 newly enrolled, 1 installed; went: 2 removed; L-0042: quantity 20 -> 30".
pub(super) fn why(title: &TitleDiff) -> String {
    let moved = |what: &str, devices: &[DeviceMove]| {
        let mut reasons: BTreeMap<_, u32> = BTreeMap::new();
        devices.iter().for_each(|device| *reasons.entry(device.reason).or_default() += 1);
        let parts: Vec<_> = reasons.iter().map(|(reason, number)| format!("{number} {}", reason.words())).collect();
        (!parts.is_empty()).then(|| format!("{what}: {}", parts.join(", ")))
    };
    let licences = title.licences.iter().map(|licence| format!("L-{:04}: {}", licence.id, licence.what));
    let parts: Vec<String> =
        moved("came", &title.came).into_iter().chain(moved("went", &title.went)).chain(licences).collect();
    parts.join("; ")
}
