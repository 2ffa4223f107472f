//! Lists: the devices behind a number, and what is installed on one.

use caretaker_proto::console::v1::BehindDevice;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::LIST_HEAD;
use super::pieces::{cell, choice, edges, inked};
use crate::dashboard::app::App;
use crate::dashboard::list::Search;
use crate::dashboard::look::Look;
use crate::dashboard::number::Number;
use crate::dashboard::screen::{Devices, Software};
use crate::render::text::{counted, number, safe, width};
use crate::render::{Ink, time};

/// Columns of a device's name at the most, and where there are few; of a site's name, of a time, of a verdict.
const NAME: usize = 28;
const NARROW_NAME: usize = 20;
const SITE: usize = 14;
const SEEN: usize = 12;
const VERDICT: usize = 7;

pub(super) fn devices(frame: &mut Frame<'_>, area: Rect, app: &App, list: &Devices, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = list.list.all() else { return };
    let shown = list.list.shown();
    let verdicts = matches!(list.number, Number::Requirement(_));
    let widest = |of: fn(&BehindDevice) -> &str| all.iter().map(|device| width(of(device))).max();
    let most = if columns < 100 { NARROW_NAME } else { NAME };
    let name = widest(|device| &device.name).unwrap_or_default().clamp(8, most);
    let sites = app.scope.site.is_none() && app.sites.len() > 1;
    let site = if sites { widest(|device| &device.site).unwrap_or_default().clamp(6, SITE) } else { 0 };
    let line = |texts: [&str; 5]| {
        let mut line = String::new();
        if verdicts {
            line += &format!("{}  ", cell(texts[0], VERDICT));
        }
        line += &format!("{}  ", cell(texts[1], name));
        if sites {
            line += &format!("{}  ", cell(texts[2], site));
        }
        line += &format!("{}  ", cell(texts[3], SEEN));
        let room = columns.saturating_sub(3 + width(&line));
        line + &cell(texts[4], room)
    };
    let row = |device: &&BehindDevice| {
        let seen = time::ago_or(&device.last_seen_at, "never", &app.now);
        let word = match device.verdict.as_str() {
            "fails" => "not met",
            other => other,
        };
        line([word, &device.name, &device.site, &seen, &device.note])
    };
    let total = found(&list.list.search, shown.len(), total(list, all));
    let none = "No device is counted here now.";
    let titles = line(["", "Device", "Site", "Seen", ""]);
    let rows = page(&shown, list.list.on, area, |device| {
        let ink = if device.verdict == "fails" { Ink::Bad } else { Ink::Plain };
        (row(device), ink)
    });
    Drawn { total, search: &list.list.search, none, titles, rows }.draw(frame, area, look);
}

/// "E2 locks within 5 minutes: 142 not met, 7 unknown".
fn total(list: &Devices, all: &[BehindDevice]) -> String {
    let left_out = list.left_out;
    let more = if left_out > 0 { format!(", and {} more that do not fit", number(left_out)) } else { String::new() };
    if let Number::Requirement(_) = list.number {
        let fails = all.iter().filter(|device| device.verdict == "fails").count();
        let (fails, unknown) = (number(counts(fails)), number(counts(all.len() - fails)));
        return format!("{fails} not met, {unknown} unknown{more}");
    }
    format!("{}{more}", counted(counts(all.len()), "device"))
}

/// As many as there are.
pub(super) fn counts(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// "24 of 200 devices" while something is looked for.
pub(super) fn found(search: &Search, shown: usize, total: String) -> String {
    if search.text.is_empty() {
        return total;
    }
    format!("{} of {total}", number(counts(shown)))
}

pub(super) fn software(frame: &mut Frame<'_>, area: Rect, app: &App, list: &Software, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = list.list.all() else { return };
    let shown = list.list.shown();
    let room = columns.saturating_sub(3 + 2 + 2 + 2 + SEEN);
    let (name, version) = (room / 2, room / 4);
    let publisher = room - name - version;
    let line = |texts: [&str; 4]| {
        let [one, two, three, four] = texts;
        format!("{}  {}  {}  {}", cell(one, name), cell(two, version), cell(three, SEEN), cell(four, publisher))
    };
    let total = found(&list.list.search, shown.len(), counted(counts(all.len()), "title"));
    let none = "Nothing installed was reported.";
    let titles = line(["Title", "Version", "Installed", "Publisher"]);
    let rows = page(&shown, list.list.on, area, |title| {
        let installed = time::parse(&title.installed_at).map_or_else(|| "-".into(), |at| time::ago(at, &app.now));
        (line([&title.name, &title.version, &installed, &title.publisher]), Ink::Plain)
    });
    Drawn { total, search: &list.list.search, none, titles, rows }.draw(frame, area, look);
}

/// A list as it is drawn.
pub(super) struct Drawn<'a> {
    /// What stands above it.
    pub(super) total: String,
    pub(super) search: &'a Search,
    /// What is said where there is nothing to list.
    pub(super) none: &'static str,
    /// Over the columns.
    pub(super) titles: String,
    /// Text and ink of each line, and whether the cursor is on it.
    pub(super) rows: Vec<(String, Ink, bool)>,
}

impl Drawn<'_> {
    pub(super) fn draw(self, frame: &mut Frame<'_>, area: Rect, look: Look) {
        frame.render_widget(Paragraph::new(self.lines(usize::from(area.width), look)), area);
    }

    fn lines(self, columns: usize, look: Look) -> Vec<Line<'static>> {
        let search = match (self.search.text.as_str(), self.search.typing) {
            ("", false) => String::new(),
            (text, true) => format!("search: {}▏", safe(text)),
            (text, false) => format!("search: {} (esc shows all)", safe(text)),
        };
        let mut lines = vec![edges(&[(self.total, Ink::Strong)], &search, Ink::Strong, columns, look)];
        if self.rows.is_empty() {
            let told = if self.search.text.is_empty() { self.none } else { "No name has that in it." };
            lines.push(Line::from(inked(format!(" {told}"), Ink::Plain, look)));
            return lines;
        }
        lines.push(Line::from(inked(format!("  {}", self.titles), Ink::Faint, look)));
        for (text, ink, is_on) in self.rows {
            let mut spans = vec![Span::raw(" ")];
            spans.extend(choice(text, ink, is_on, look));
            lines.push(Line::from(spans));
        }
        lines
    }
}

/// The page of rows that the cursor is on.
pub(super) fn page<T>(
    rows: &[T],
    on: usize,
    area: Rect,
    text: impl Fn(&T) -> (String, Ink),
) -> Vec<(String, Ink, bool)> {
    let room = usize::from(area.height.saturating_sub(LIST_HEAD)).max(1);
    let first = on / room * room;
    let row = |(at, row): (usize, &T)| {
        let (text, ink) = text(row);
        (text, ink, at == on)
    };
    rows.iter().enumerate().skip(first).take(room).map(row).collect()
}
