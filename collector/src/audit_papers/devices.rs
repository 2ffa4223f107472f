//! The devices that want a look, and how a provider reads their names.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::table::{Cell, Column, Sheet};
use super::{Audience, Behind, Papers};
use crate::licences::Number;
use crate::store::licence_audit::AuditDevice;

/// Rows of the sheet: what is beyond is a command away.
const MOST: usize = 20_000;
/// The shortest part of a name that tells who somebody is. Shorter ones are in too many names of rooms and kinds.
const PART: usize = 4;

/// The numbers whose devices stand in the sheet, what needs attention first.
pub(crate) const SHOWN: [Number; 5] =
    [Number::Over, Number::Refused, Number::Unapproved, Number::Unused, Number::Stale];

/// The sheet.
pub(super) fn sheet(papers: &Papers) -> Sheet {
    if papers.names_devices { named(papers) } else { counted(papers) }
}

/// A row a title, reason and site.
fn counted(papers: &Papers) -> Sheet {
    let column = |title, width| Column { title, width };
    let columns = vec![column("Title", 36), column("Why", 40), column("Site", 24), column("Devices", 10)];
    let mut rows = Vec::new();
    for (behind, why) in in_order(papers) {
        let mut sites: BTreeMap<&str, i64> = BTreeMap::new();
        behind.devices.iter().for_each(|device| *sites.entry(device.site.as_str()).or_default() += 1);
        let row = |(site, count): (&str, i64)| {
            vec![Cell::text(papers.title(&behind.slug)), Cell::text(why), Cell::text(site), Cell::Number(count)]
        };
        rows.extend(sites.into_iter().map(row));
    }
    Sheet { name: "Devices", columns, rows }
}

fn in_order(papers: &Papers) -> impl Iterator<Item = (&Behind, &'static str)> {
    let of =
        |number| papers.behind.iter().filter(move |behind| behind.number == number).map(move |one| (one, why(number)));
    SHOWN.into_iter().flat_map(of)
}

/// A row a device.
fn named(papers: &Papers) -> Sheet {
    let names = Names::of(papers);
    let column = |title, width| Column { title, width };
    let columns = vec![
        column("Title", 36),
        column("Why", 40),
        column("Device", 24),
        column("Site", 20),
        column("Last heard of", 14),
        column("Id", 38),
    ];
    let mut rows = Vec::new();
    for (behind, why) in in_order(papers) {
        let row = |device: &AuditDevice| {
            vec![
                Cell::text(papers.title(&behind.slug)),
                Cell::text(why),
                Cell::text(names.told(device)),
                Cell::text(device.site.as_str()),
                Cell::day(device.last_seen_at.map(|at| at.to_zoned(TimeZone::system()).date())),
                Cell::text(device.id.as_str()),
            ]
        };
        rows.extend(behind.devices.iter().map(row));
    }
    if rows.len() > MOST {
        let left = rows.len() - MOST;
        rows.truncate(MOST);
        let rest = format!("{left} more rows: caretaker-collector audit show TITLE");
        rows.push(vec![Cell::text(rest), Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank]);
    }
    Sheet { name: "Devices", columns, rows }
}

fn why(number: Number) -> &'static str {
    match number {
        Number::Over => "among these, licences are missing",
        Number::Refused => "installed although it was refused",
        Number::Unapproved => "installed, and nobody approved it",
        Number::Unused => "not opened for long",
        Number::Stale => "was installed; not heard of for long",
        Number::Installed => "installed",
        Number::Exempt => "exempt",
        Number::Used => "in use",
    }
}

/// What of a device's name would name somebody.
struct Names(BTreeSet<String>);

impl Names {
    /// Nothing is hidden from the school.
    fn of(papers: &Papers) -> Self {
        Self(match papers.audience {
            Audience::School => BTreeSet::new(),
            Audience::Provider => papers.people.iter().flat_map(|name| parts(name)).collect(),
        })
    }

    fn told(&self, device: &AuditDevice) -> String {
        let folded = device.name.to_lowercase();
        if self.0.iter().any(|part| folded.contains(part.as_str())) {
            format!("device {}", device.id.get(..8).unwrap_or(&device.id))
        } else {
            device.name.clone()
        }
    }
}

/// "a.example@school" gives "example" and "school": also what names nobody, since hiding a name too many costs little.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let parts = name.split(|letter: char| !letter.is_alphabetic()).map(str::to_lowercase);
    parts.filter(|part| part.chars().count() >= PART)
}
