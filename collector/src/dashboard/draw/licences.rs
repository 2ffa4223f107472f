//! The titles of a licence audit, and the devices behind a number of one.

use caretaker_proto::console::v1::AuditTitle;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::list::{Drawn, counts, found, page};
use super::pieces::{cell, cell_right};
use crate::dashboard::app::App;
use crate::dashboard::holders::{Holders, count, words};
use crate::dashboard::look::Look;
use crate::dashboard::screen::Licences;
use crate::render::licence_audit::{owned, pounds};
use crate::render::text::{counted, number, width};
use crate::render::{Ink, time};

/// Columns of a state, a number, an amount of money, a decision; of a device's name, its site and a time.
const STATE: usize = 13;
const NUMBER: usize = 9;
const MONEY: usize = 10;
const DECISION: usize = 12;
const NAME: usize = 28;
const SITE: usize = 16;
const SEEN: usize = 12;

pub(super) fn titles(frame: &mut Frame<'_>, area: Rect, app: &App, list: &Licences, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = list.list.all() else { return };
    let shown = list.list.shown();
    let name = columns.saturating_sub(3 + STATE + 2 + 2 * (NUMBER + 1) + 1 + MONEY + 2 + DECISION + 1);
    let line = |texts: [&str; 6]| {
        let [state, title, owned, installed, cost, decision] = texts;
        format!(
            "{}  {} {} {}  {}  {}",
            cell(state, STATE),
            cell(title, name),
            cell_right(owned, NUMBER),
            cell_right(installed, NUMBER),
            cell_right(cost, MONEY),
            cell(decision, DECISION)
        )
    };
    let rows = page(&shown, list.list.on, area, |title| {
        let (state, ink) = state(title);
        let cost = title.at_risk_pence.map_or_else(String::new, pounds);
        let decision = decision(title);
        (line([&state, &title.name, &owned(title), &number(title.installed), &cost, decision]), ink)
    });
    let audited = list.audit.as_ref().and_then(|audit| time::parse(&audit.at));
    let audited = audited.map_or_else(String::new, |at| format!(", audited {}", time::when(at, &app.now)));
    let total = format!("{}{audited}", counted(counts(all.len()), "title"));
    let none = match list.left_out {
        0 => "The audit has no title.",
        _ => "No title needs a licence or an approval.",
    };
    let total = found(&list.list.search, shown.len(), total);
    let titles = line(["State", "Title", "owned", "installed", "at risk", "Approval"]);
    Drawn { total, search: &list.list.search, none, titles, rows }.draw(frame, area, look);
}

/// How a title stands: "over by 12".
fn state(title: &AuditTitle) -> (String, Ink) {
    let (word, ink) = match title.state.as_str() {
        "over" => return (format!("over by {}", number(title.over)), Ink::Bad),
        "unlicensed" => ("no licence", Ink::Bad),
        "expired" => ("ended", Ink::Bad),
        "cannot-tell" => ("cannot tell", Ink::Unsure),
        "unknown-name" => ("unknown name", Ink::Unsure),
        "in-suite" => ("in its suite", Ink::Plain),
        "in-order" => ("in order", Ink::Good),
        "not-installed" => ("not installed", Ink::Plain),
        "not-needed" => ("needs none", Ink::Plain),
        other => (other, Ink::Plain),
    };
    (word.to_owned(), ink)
}

fn decision(title: &AuditTitle) -> &str {
    match title.permission.as_str() {
        "missing" => "not approved",
        "not-needed" => "",
        other => other,
    }
}

pub(super) fn holders(frame: &mut Frame<'_>, area: Rect, app: &App, holders: &Holders, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = holders.list.all() else { return };
    let shown = holders.list.shown();
    let name = all.iter().map(|device| width(&device.name)).max().unwrap_or_default().clamp(8, NAME);
    let site = all.iter().map(|device| width(&device.site)).max().unwrap_or_default().clamp(6, SITE);
    let line = |texts: [&str; 4]| {
        let [device, place, seen, status] = texts;
        let line = format!("{}  {}  {}  ", cell(device, name), cell(place, site), cell(seen, SEEN));
        let room = columns.saturating_sub(3 + width(&line));
        line + &cell(status, room)
    };
    let rows = page(&shown, holders.list.on, area, |device| {
        let seen = time::ago_or(&device.last_seen_at, "never", &app.now);
        let status = if device.status == "active" { "" } else { &device.status };
        (line([&device.name, &device.site, &seen, status]), Ink::Plain)
    });
    let total = format!("{} {}", counted(counts(all.len()), "device"), words(holders.number));
    let total = found(&holders.list.search, shown.len(), total);
    let mut drawn = Drawn {
        total,
        search: &holders.list.search,
        none: "No device is behind this number now.",
        titles: line(["Device", "Site", "Seen", ""]),
        rows,
    };
    if let Some(others) = others(holders) {
        drawn.total += &format!("   {others}");
    }
    drawn.draw(frame, area, look);
}

/// The numbers beside the one that is shown: "← 60 installed, 12 over →".
fn others(holders: &Holders) -> Option<String> {
    let numbers = holders.numbers();
    let at = numbers.iter().position(|number| *number == holders.number)?;
    let told = |one: &crate::licences::Number| format!("{} {}", number(count(&holders.title, *one)), one.word());
    let before = at.checked_sub(1).and_then(|at| numbers.get(at)).map(|one| format!("← {}", told(one)));
    let after = numbers.get(at + 1).map(|one| format!("{} →", told(one)));
    let sides: Vec<String> = [before, after].into_iter().flatten().collect();
    (!sides.is_empty()).then(|| sides.join("   "))
}
