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
use crate::licences::{TitleState, Verdict};
use crate::render::licence_audit::{owned, pounds};
use crate::render::text::{counted, number, width};
use crate::render::{Ink, time};

/// Columns of a state, of how many are owned and installed, of a decision; of a device's name, its site and a time.
const STATE: usize = 13;
const OWNED: usize = 6;
const INSTALLED: usize = 9;
const DECISION: usize = 8;
const AT_RISK: &str = "at risk";
const NAME: usize = 28;
const SITE: usize = 16;
const SEEN: usize = 12;

pub(super) fn titles(frame: &mut Frame<'_>, area: Rect, app: &App, list: &Licences, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = list.list.all() else { return };
    let shown = list.list.shown();
    let cost = |title: &AuditTitle| title.at_risk_pence.map_or_else(String::new, pounds);
    let money = all.iter().map(|title| width(&cost(title))).max().unwrap_or_default().max(width(AT_RISK));
    let used = [3, STATE, 2, 1, OWNED, 1, INSTALLED, 2, money, 2, DECISION];
    let name = columns.saturating_sub(used.iter().sum());
    let line = |texts: [&str; 6]| {
        let [state, title, owned, installed, cost, decision] = texts;
        format!(
            "{}  {} {} {}  {}  {}",
            cell(state, STATE),
            cell(title, name),
            cell_right(owned, OWNED),
            cell_right(installed, INSTALLED),
            cell_right(cost, money),
            cell(decision, DECISION)
        )
    };
    let rows = page(&shown, list.list.on, area, |title| {
        let (state, ink) = state(title);
        let texts = [&state, &title.name, &owned(title), &number(title.installed), &cost(title), decision(title)];
        (line(texts.map(|text: &str| text)), ink)
    });
    let audited = list.audit.as_ref().and_then(|audit| time::parse(&audit.at));
    let audited = audited.map_or_else(String::new, |at| format!("; audited {}", time::when(at, &app.now)));
    let total = counted_by_state(all) + &audited;
    let none = match list.left_out {
        0 => "The audit has no title.",
        _ => "No title needs a licence or an approval.",
    };
    let total = found(&list.list.search, shown.len(), total);
    let titles = line(["State", "Title", "owned", "installed", AT_RISK, "Approval"]);
    Drawn { total, search: &list.list.search, none, titles, rows }.draw(frame, area, look);
}

/// "498 titles: 171 not in order, 135 unknown": as the front page counts them.
fn counted_by_state(all: &[AuditTitle]) -> String {
    let of = |verdict: Verdict| {
        let is_so =
            |title: &&AuditTitle| TitleState::parse(&title.state).is_some_and(|state| state.verdict() == verdict);
        all.iter().filter(is_so).count()
    };
    let parts = [(of(Verdict::NotMet), "not in order"), (of(Verdict::Unknown), "unknown")];
    let told =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", number(counts(*count))));
    let told: Vec<String> = told.collect();
    let titles = counted(counts(all.len()), "title");
    if told.is_empty() { titles } else { format!("{titles}: {}", told.join(", ")) }
}

/// How a title stands: "over by 12".
fn state(title: &AuditTitle) -> (String, Ink) {
    let Some(state) = TitleState::parse(&title.state) else { return (title.state.clone(), Ink::Plain) };
    let word = match state {
        TitleState::Over => return (format!("over by {}", number(title.over)), Ink::Bad),
        TitleState::Unlicensed => "no licence",
        TitleState::Expired => "ended",
        TitleState::CannotTell => "cannot tell",
        TitleState::UnknownName => "unknown name",
        TitleState::Exempt => "exempt",
        TitleState::InSuite => "in its suite",
        TitleState::InOrder => "in order",
        TitleState::NotInstalled => "not installed",
        TitleState::NotNeeded => "needs none",
    };
    let ink = match state.verdict() {
        Verdict::NotMet => Ink::Bad,
        Verdict::Unknown => Ink::Unsure,
        Verdict::Met => Ink::Good,
        Verdict::NotJudged => Ink::Plain,
    };
    (word.to_owned(), ink)
}

fn decision(title: &AuditTitle) -> &str {
    match title.permission.as_str() {
        "missing" => "none",
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
