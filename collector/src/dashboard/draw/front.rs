//! The front page.

use caretaker_proto::console::v1::{Band, Compliance, GetDashboardResponse, SitePolicy};
use caretaker_shared::model::Requirement;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::info;
use super::pieces::{bar, cell, cell_right, choice, inked};
use crate::dashboard::app::App;
use crate::dashboard::look::Look;
use crate::dashboard::number::Number;
use crate::dashboard::screen::Front;
use crate::dashboard::spot::Spot;
use crate::render::Ink;
use crate::render::text::{number, safe};

/// Columns of the ages and times at the right: at the least, and at the most.
const RIGHT: (u16, u16) = (24, 40);
/// Columns of a requirement's full name; where there are fewer, it has a short one.
const FULL: usize = 37;
const SHORT: usize = 16;
/// Columns of a requirement's line beside its name and its bar: mark, id, percentage, two numbers, and gaps.
const FIXED: usize = 31;
/// Columns of a band's name and its number.
const LABEL: usize = 8;
const COUNT: usize = 6;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, front: &Front, look: Look) {
    let Some(page) = front.held.get() else { return };
    let roomy = u16::from(area.height > 30);
    let [top, gap, middle] =
        Layout::vertical([Constraint::Length(info::LINES), Constraint::Length(1 + roomy), Constraint::Fill(1)])
            .areas(area);
    let facts = info::Facts { page, on: &front.on, grouped: app.scope.group.is_some(), now: &app.now, look };
    frame.render_widget(Paragraph::new(facts.lines(usize::from(area.width))), top);
    if app.scope.group.is_some() {
        frame.render_widget(Paragraph::new(Line::from(inked(info::NOT_NARROWED, Ink::Faint, look))), gap);
    }
    if page.devices.is_none_or(|devices| devices.enrolled == 0) {
        let told = nobody(page, app, usize::from(area.width));
        let lines: Vec<Line<'_>> = told.lines().map(|line| Line::from(format!(" {line}"))).collect();
        frame.render_widget(Paragraph::new(lines), middle);
        return;
    }
    let right = (area.width.saturating_sub(56)).clamp(RIGHT.0, RIGHT.1).min(area.width * 3 / 10);
    let [left, _, right] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Length(right)]).areas(middle);
    let table = requirements(page, &front.on, usize::from(left.width), look);
    let lines = window(table, &page.requirements, &front.on, usize::from(left.height));
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(lines), left);
    frame.render_widget(Paragraph::new(bands(page, &front.on, usize::from(right.width), look)), right);
    if page.policies.len() > 1 && left.height > used + 4 {
        let below = Rect { y: left.y + used + 1, height: left.height - used - 1, ..left };
        frame.render_widget(Paragraph::new(sites(&page.policies, usize::from(below.height), look)), below);
    }
}

/// What to do where no device is shown.
fn nobody(page: &GetDashboardResponse, app: &App, columns: usize) -> String {
    if let Some(group) = &app.scope.group {
        return format!("No device is in the group {} here.", safe(group));
    }
    let site = app.scope.site.as_deref().or_else(|| page.sites.first().map(String::as_str));
    let screen = crate::render::Screen { width: columns - 2, colour: false, now: app.now.clone() };
    crate::render::status::no_devices(site, &screen)
}

/// A line for each requirement, under a head.
fn requirements(page: &GetDashboardResponse, on: &Spot, columns: usize, look: Look) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(FIXED);
    let name = if room >= FULL + 10 { FULL } else { SHORT };
    let bar_columns = room.saturating_sub(name).min(30);
    let head = format!(
        "  {} {}  {}  {}  {}",
        cell("Requirement", 3 + 1 + name),
        " ".repeat(bar_columns),
        cell_right("met", 4),
        cell_right("not met", 7),
        cell_right("unknown", 7)
    );
    let mut lines = vec![Line::from(inked(head, Ink::Faint, look))];
    for row in &page.requirements {
        let is_on = matches!(on, Spot::Number(Number::Requirement(id)) if *id == row.requirement);
        let full = name == FULL;
        let told = format!("{} {}", cell(short_id(&row.requirement), 3), cell(&named(row, full), name));
        let mut spans = vec![Span::raw(" ")];
        spans.extend(choice(told, Ink::Plain, is_on, look));
        spans.push(Span::raw(" "));
        let parts = [(row.met, '█', Ink::Good), (row.not_met, '▒', Ink::Bad), (row.unknown, '░', Ink::Unsure)];
        spans.extend(bar(&parts, bar_columns, look));
        let met = if row.not_met + row.unknown == 0 { Ink::Good } else { Ink::Plain };
        spans.push(inked(format!(" {}", cell_right(&percent(row), 5)), met, look));
        spans.push(count(row.not_met, Ink::Bad, look));
        spans.push(count(row.unknown, Ink::Unsure, look));
        lines.push(Line::from(spans));
    }
    lines
}

/// As many lines as there is room for, the cursor's among them; the head stays.
fn window(lines: Vec<Line<'static>>, rows: &[Compliance], on: &Spot, room: usize) -> Vec<Line<'static>> {
    if lines.len() <= room {
        return lines;
    }
    let is_on = |row: &Compliance| matches!(on, Spot::Number(Number::Requirement(id)) if *id == row.requirement);
    let at = rows.iter().position(is_on).unwrap_or_default();
    let shown = room.saturating_sub(1).max(1);
    let skip = (at + 1).saturating_sub(shown);
    let mut lines = lines.into_iter();
    let head = lines.next();
    head.into_iter().chain(lines.skip(skip).take(shown)).collect()
}

fn count(n: u32, ink: Ink, look: Look) -> Span<'static> {
    let (told, ink) = if n == 0 { ("-".to_owned(), Ink::Faint) } else { (number(n), ink) };
    inked(format!("  {}", cell_right(&told, 7)), ink, look)
}

/// Rounded down: 100 % is said only where all are meant.
fn percent(row: &Compliance) -> String {
    let all = u64::from(row.met) + u64::from(row.not_met) + u64::from(row.unknown);
    (u64::from(row.met) * 100).checked_div(all).map_or_else(String::new, |percent| format!("{percent} %"))
}

/// The clause of the policy; ids that are no clause stand in the name.
fn short_id(id: &str) -> &str {
    let clause = id.split('.').next().unwrap_or_default();
    if clause.len() <= 3 { clause } else { "" }
}

/// What a requirement asks for, in full or in two words.
fn named(row: &Compliance, full: bool) -> String {
    let short = |requirement| match requirement {
        Requirement::E1 => "antivirus on",
        Requirement::E2 => "screen locks",
        Requirement::A3 => "all users lock",
        Requirement::A1Seen => "seen every week",
        Requirement::A1Signatures => "signatures",
        Requirement::B2 => "updates applied",
        Requirement::B4 => "disks encrypted",
        Requirement::A8 => "media encrypted",
        Requirement::E3 => "passwords",
        Requirement::C2 => "administrators",
        Requirement::D2 => "sessions closed",
        Requirement::E4 => "executables",
        Requirement::E6 => "games, media",
        Requirement::E7 => "filter bypass",
        Requirement::Integrity => "reports agree",
    };
    match Requirement::parse(&row.requirement) {
        Some(requirement) if !full => short(requirement).to_owned(),
        Some(_) | None => row.title.clone(),
    }
}

/// How old signatures are, and when screens lock.
fn bands(page: &GetDashboardResponse, on: &Spot, columns: usize, look: Look) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(inked("  Signatures, days old", Ink::Faint, look))];
    let is_on = |band: &Band| matches!(on, Spot::Number(Number::Signatures(word)) if *word == band.band);
    lines.extend(histogram(&page.signatures, signature, is_on, columns, look));
    lines.push(Line::default());
    lines.push(Line::from(inked("  Screens lock, minutes", Ink::Faint, look)));
    let is_on = |band: &Band| matches!(on, Spot::Number(Number::Lock(word)) if *word == band.band);
    lines.extend(histogram(&page.locks, lock, is_on, columns, look));
    lines
}

fn histogram(
    bands: &[Band],
    named: impl Fn(&str) -> (&'static str, char, Ink),
    is_on: impl Fn(&Band) -> bool,
    columns: usize,
    look: Look,
) -> Vec<Line<'static>> {
    let most = bands.iter().map(|band| band.devices).max().unwrap_or_default();
    let room = columns.saturating_sub(2 + LABEL + 1 + COUNT + 1);
    let line = |band: &Band| {
        let (label, texture, ink) = named(&band.band);
        let mut spans = vec![Span::raw(" ")];
        let told = if band.devices == 0 { "-".to_owned() } else { number(band.devices) };
        let ink_of_number = if band.devices == 0 { Ink::Faint } else { Ink::Plain };
        spans.extend(choice(
            format!("{} {}", cell(label, LABEL), cell_right(&told, COUNT)),
            ink_of_number,
            is_on(band),
            look,
        ));
        spans.push(Span::raw(" "));
        let cells = if most == 0 {
            0
        } else {
            u64::from(band.devices) * u64::try_from(room).unwrap_or_default() / u64::from(most)
        };
        let cells = usize::try_from(cells).unwrap_or(room).max(usize::from(band.devices > 0));
        spans.push(inked(texture.to_string().repeat(cells), ink, look));
        Line::from(spans)
    };
    bands.iter().map(line).collect()
}

fn signature(band: &str) -> (&'static str, char, Ink) {
    match band {
        "1d" => ("0-1", '█', Ink::Good),
        "3d" => ("1-3", '█', Ink::Good),
        "7d" => ("3-7", '█', Ink::Good),
        "older" => ("over 7", '▒', Ink::Bad),
        _ => ("unknown", '░', Ink::Unsure),
    }
}

fn lock(band: &str) -> (&'static str, char, Ink) {
    match band {
        "5min" => ("0-5", '█', Ink::Good),
        "10min" => ("5-10", '▒', Ink::Bad),
        "15min" => ("10-15", '▒', Ink::Bad),
        "longer" => ("over 15", '▒', Ink::Bad),
        "never" => ("never", '▒', Ink::Bad),
        _ => ("unknown", '░', Ink::Unsure),
    }
}

/// The policy of each site, where there is room below.
fn sites(policies: &[SitePolicy], room: usize, look: Look) -> Vec<Line<'static>> {
    let head = format!(
        "   {} {} {}  {}",
        cell("Site", 24),
        cell_right("devices", 8),
        cell_right("policy", 8),
        cell_right("current", 8)
    );
    let mut lines = vec![Line::from(inked(head, Ink::Faint, look))];
    let shown = if policies.len() < room { policies.len() } else { room.saturating_sub(2) };
    for policy in &policies[..shown] {
        let version = if policy.version == 0 { "none".to_owned() } else { policy.version.to_string() };
        let told = format!(
            "   {} {} {}  {}",
            cell(&policy.site, 24),
            cell_right(&number(policy.devices), 8),
            cell_right(&version, 8),
            cell_right(&number(policy.devices_current), 8)
        );
        lines.push(Line::from(told));
    }
    if shown < policies.len() {
        lines.push(Line::from(inked(format!("   and {} more", policies.len() - shown), Ink::Faint, look)));
    }
    lines
}
