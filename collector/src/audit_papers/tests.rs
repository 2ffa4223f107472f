//! Papers are opened and read back: what a cell says, that it does nothing, and what a provider does not read.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use jiff::Zoned;
use serde_json::json;

use super::{Audience, Behind, Form, Papers};
use crate::licences::{Number, Outcome};
use crate::store::licence_audit::{AuditDevice, AuditRow, TrendWeek};

/// Titles that a spreadsheet would take for something to do, or a reader of tables for more than one cell.
pub(crate) const HOSTILE: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1+2",
    "@SUM(1;2)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\"quoted\", with a comma",
    "two\nlines\r\nand more",
    "=HYPERLINK(\"https://attacker.example\",\"x\")",
    "<script>alert(1)</script>&amp;",
];

/// What no provider may read: in the names of a supplier, an order, a place, an account, an operator.
pub(crate) const CANARIES: [&str; 6] =
    ["Canarysupplier", "Canaryorder", "Canaryplace", "canaryaccount", "Canaryoperator", "4711"];

fn outcome() -> Outcome {
    let mut titles: Vec<_> = HOSTILE
        .iter()
        .enumerate()
        .map(|(at, name)| {
            json!({ "slug": format!("hostile-{at:02}"), "name": name, "state": "unknown-name", "permission": "unknown",
                    "installed": at + 1 })
        })
        .collect();
    titles.push(json!({
        "slug": "over", "name": "Drawing Suite", "state": "over", "permission": "approved", "licensing": "paid",
        "owned": { "seats": 30 }, "installed": 34, "over": 4, "used": 21, "unused": 2, "at_risk": 120_840,
        "wasted": 471_100,
        "licences": [{
            "id": 42, "metric": "device", "term": "subscription", "place": "Canaryplace", "quantity": 30, "taken": 30,
            "idle": 2, "phase": "in-force", "ends_on": "2026-12-31", "ends_in": 45, "notice_on": "2026-12-01",
            "cost": 471_100, "supplier": "Canarysupplier", "order_ref": "Canaryorder" }],
    }));
    titles.push(json!({ "slug": "refused", "name": "Remote Hand", "state": "in-order", "permission": "refused",
                        "category": "remote-control", "installed": 3, "refused": 3 }));
    let outcome = json!({
        "on": "2026-11-16",
        "measures": { "stale_days": 30, "unused_days": 90, "warn_days": [30, 60, 90] },
        "fleet": { "enrolled": 1204, "counted": 1187, "stale": 12, "silent": 5, "partial": 1, "without_use": 212,
                   "gone": 7 },
        "totals": { "states": { "over": 1, "unknown-name": 12, "in-order": 1 }, "unapproved": 0, "refused": 1,
                    "unused": 1, "ending": [0, 1, 0], "expired": 0, "at_risk": 120_840, "at_risk_unknown": 0,
                    "wasted": 471_100, "wasted_unknown": 0 },
        "titles": titles,
    });
    serde_json::from_value(outcome).expect("an outcome")
}

fn device(row: i64, name: &str) -> AuditDevice {
    AuditDevice {
        row,
        id: format!("{row:08}-0000-4000-8000-000000000000"),
        name: name.into(),
        site: "North".into(),
        status: "active".into(),
        last_seen_at: "2026-11-15T12:00:00Z".parse().ok(),
    }
}

pub(crate) fn papers(audience: Audience) -> Papers {
    let devices = vec![device(1, "LAB-01"), device(2, "LT-CANARYACCOUNT"), device(3, "=LAB-03")];
    Papers {
        audience,
        school: "Northfield School".into(),
        row: AuditRow {
            id: 7,
            at: "2026-11-16T06:00:00Z".parse().expect("a moment"),
            day: "2026-11-16".parse().expect("a day"),
            asked_by: "weekly".into(),
        },
        outcome: outcome(),
        diff: None,
        trend: Vec::new(),
        names_devices: true,
        behind: vec![Behind { slug: "over".into(), number: Number::Over, devices }],
        people: vec!["pat.canaryaccount@northfield.example".into(), "Kim Canaryoperator".into()],
    }
}

fn now() -> Zoned {
    "2026-11-16T06:01:00[UTC]".parse().expect("a moment")
}

fn written(audience: Audience, form: Form) -> Vec<u8> {
    papers(audience).write(form, &now()).expect("is written")
}

fn book(audience: Audience) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(written(audience, Form::Xlsx))).expect("a spreadsheet")
}

#[test]
fn the_spreadsheet_says_what_was_found_and_holds_no_formula() {
    let mut book = book(Audience::School);
    assert_eq!(book.sheet_names(), ["Summary", "Titles", "Licences", "Changes", "Devices"]);
    for sheet in book.sheet_names() {
        let formulas = book.worksheet_formula(&sheet).expect("a sheet");
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{sheet}");
    }
    let titles = book.worksheet_range("Titles").expect("a sheet");
    let column = |name: &str| {
        let at = titles.rows().next().and_then(|row| row.iter().position(|cell| *cell == Data::String(name.into())));
        at.unwrap_or_else(|| panic!("a column {name}"))
    };
    let first: Vec<&Data> = titles.rows().nth(1).expect("a row").iter().collect();
    assert_eq!(first[0], &Data::String("Drawing Suite".into()), "what needs attention stands first");
    for (name, value) in [("Owned", 30.0), ("Installed", 34.0), ("Over", 4.0), ("Unused", 2.0), ("At risk", 1208.4)] {
        assert_eq!(first[column(name)], &Data::Float(value), "{name}");
    }
    let names: Vec<String> = titles.rows().skip(1).map(|row| row[0].to_string()).collect();
    for hostile in HOSTILE {
        assert!(
            names.iter().any(|name| name.replace("\r\n", "\n") == hostile.replace("\r\n", "\n")),
            "{hostile:?} in {names:?}"
        );
    }
    let licences = book.worksheet_range("Licences").expect("a sheet");
    let licence: Vec<String> = licences.rows().nth(1).expect("a row").iter().map(ToString::to_string).collect();
    assert_eq!(&licence[..4], ["L-0042", "Drawing Suite", "device", "subscription"]);
    assert!(licence.contains(&"Canarysupplier".into()), "the school sees its supplier");
    let devices = book.worksheet_range("Devices").expect("a sheet");
    let devices: Vec<String> = devices.rows().skip(1).map(|row| row[2].to_string()).collect();
    assert_eq!(devices, ["LAB-01", "LT-CANARYACCOUNT", "=LAB-03"]);
}

#[test]
fn no_cell_of_the_table_is_taken_for_a_formula_and_every_title_is_one_row() {
    let text = String::from_utf8(written(Audience::School, Form::Csv)).expect("text");
    let text = text.strip_prefix('\u{feff}').expect("begins with a byte order mark");
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let columns = reader.headers().expect("headings").len();
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), HOSTILE.len() + 2);
    for row in &rows {
        assert_eq!(row.len(), columns);
        for cell in row {
            let begin = cell.trim_start_matches([' ', '\n']).chars().next().unwrap_or('x');
            assert!(!['=', '+', '-', '@', '\t', '\r'].contains(&begin), "{cell:?}");
        }
    }
    for hostile in HOSTILE {
        let neutral = super::csv_cell(hostile);
        assert!(rows.iter().any(|row| row[0] == neutral), "{hostile:?}");
        assert_eq!(neutral.trim_start_matches('\''), hostile, "nothing but an apostrophe is added");
    }
    assert_eq!(super::csv_cell("AutoCAD-2024 = drawing"), "AutoCAD-2024 = drawing", "only what stands first counts");
    assert!(rows[0].iter().any(|cell| cell == "1208.40"), "{:?}", rows[0]);
}

/// Every element is closed where it should be; whether the page loads or runs anything.
fn is_balanced(page: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').ok_or("a tag without an end")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if tag.starts_with('!') || tag.ends_with('/') || matches!(name, "meta" | "br") {
            continue;
        }
        if tag.starts_with('/') {
            let last = open.pop().ok_or_else(|| format!("{name} is closed and not open"))?;
            if last != name {
                return Err(format!("{name} is closed inside of {last}"));
            }
        } else {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

#[test]
fn the_page_is_whole_and_loads_and_runs_nothing() {
    for audience in [Audience::School, Audience::Provider] {
        let page = String::from_utf8(written(audience, Form::Html)).expect("text");
        is_balanced(&page).unwrap_or_else(|error| panic!("{error}"));
        for never in ["<script", "http:", "https:", "src=", "href=", "url(", "@import", "onload", "<iframe"] {
            let shown = page.replace("=HYPERLINK(&quot;https://attacker.example", "");
            assert!(!shown.contains(never), "{never}");
        }
        for said in ["Drawing Suite", "week 47 (Mon 16 Nov 2026)", "1,187 of 1,204 devices counted", "<svg", "@page"] {
            assert!(page.contains(said), "{said}");
        }
        assert_eq!(page.contains("£1,208.40"), audience == Audience::School);
    }
    assert!(is_balanced("<p><b></p></b>").is_err() && is_balanced("<p>").is_err(), "the check can fail");
}

#[test]
fn a_provider_reads_no_person_and_no_cost() {
    let mut book = book(Audience::Provider);
    let mut text = String::new();
    for sheet in book.sheet_names() {
        for row in book.worksheet_range(&sheet).expect("a sheet").rows() {
            text.extend(row.iter().map(|cell| format!("{cell}\n")));
        }
    }
    for form in [Form::Csv, Form::Html, Form::Json] {
        text.push_str(&String::from_utf8(written(Audience::Provider, form)).expect("text"));
    }
    let folded = text.to_lowercase();
    for canary in CANARIES {
        assert!(!folded.contains(&canary.to_lowercase()), "{canary}");
    }
    for money in ["£", "1208", "120840", "1,208", "471100", "2026-12-01"] {
        assert!(!folded.contains(money), "{money}");
    }
    assert!(text.contains("LAB-01") && text.contains("device 00000002"), "devices are there to be worked on");
    let school = String::from_utf8(written(Audience::School, Form::Json)).expect("text");
    assert!(school.contains("Canarysupplier") && school.contains("471100"), "the school's own has both");
}

#[test]
fn who_may_not_see_single_devices_reads_how_many_there_are() {
    let papers = Papers { names_devices: false, ..papers(Audience::School) };
    let bytes = papers.write(Form::Xlsx, &now()).expect("is written");
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a spreadsheet");
    let devices = book.worksheet_range("Devices").expect("a sheet");
    let row: Vec<String> = devices.rows().nth(1).expect("a row").iter().map(ToString::to_string).collect();
    assert_eq!(row, ["Drawing Suite", "among these, licences are missing", "North", "3"]);
}

#[test]
fn the_page_shows_how_it_went_once_there_is_something_to_compare() {
    let week = |day: &str, over| TrendWeek { day: day.parse().expect("a day"), owned: 30, installed: 30 + over, over };
    let page = |trend: Vec<TrendWeek>| {
        let written = Papers { trend, ..papers(Audience::Provider) }.write(Form::Html, &now()).expect("is written");
        String::from_utf8(written).expect("text")
    };
    let one = page(vec![week("2026-11-16", 4)]);
    assert!(!one.contains("<polyline") && !one.contains("The last"), "{one}");
    let two = page(vec![week("2026-11-09", 2), week("2026-11-16", 4)]);
    assert_eq!(two.matches("<polyline").count(), 3);
    for part in ["The last 2 audits", ">9 Nov</text>", ">34 installed</text>", "missing: 9 Nov 2, 16 Nov 4"] {
        assert!(two.contains(part), "no '{part}' in {two}");
    }
}
