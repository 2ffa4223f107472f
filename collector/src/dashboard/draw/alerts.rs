//! The open alerts: that they are there, how grave they are, where; never what was written.

use caretaker_proto::console::v1::Alert;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::list::{Drawn, counts, found, page};
use super::pieces::{cell, cell_right};
use crate::dashboard::app::App;
use crate::dashboard::look::Look;
use crate::dashboard::screen::Alerts;
use crate::render::text::{counted, width};
use crate::render::{Ink, time};

/// Columns of a case number, a level, a state, a time, and of a site's name at the most.
const CASE: usize = 8;
const LEVEL: usize = 5;
const STATE: usize = 12;
const RAISED: usize = 11;
const SITE: usize = 14;
/// From this level on it is urgent.
const GRAVE: u32 = 4;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, list: &Alerts, look: Look) {
    let columns = usize::from(area.width);
    let Some(all) = list.list.all() else { return };
    let shown = list.list.shown();
    let sites = list.site.is_none() && app.sites.len() > 1;
    let widest = all.iter().map(|alert| width(&alert.site)).max().unwrap_or_default();
    let site = if sites { widest.clamp(6, SITE) } else { 0 };
    let line = |texts: [&str; 6]| {
        let [case, level, state, raised, place, about] = texts;
        let mut line = format!(
            "{}  {}  {}  {}  ",
            cell(case, CASE),
            cell_right(level, LEVEL),
            cell(state, STATE),
            cell(raised, RAISED)
        );
        if sites {
            line += &format!("{}  ", cell(place, site));
        }
        let room = columns.saturating_sub(3 + width(&line));
        line + &cell(about, room)
    };
    let new = all.iter().filter(|alert| alert.state == "new").count();
    let total = format!("{}, {} new", counted(counts(all.len()), "alert"), counts(new));
    let titles = line(["Case", "Level", "State", "Raised", "Site", "About"]);
    let rows = page(&shown, list.list.on, area, |alert| {
        let raised = time::ago_or(&alert.raised_at, "", &app.now);
        let texts = [&alert.reference, &alert.severity.to_string(), &alert.state, &raised, &alert.site, about(alert)];
        let ink = if alert.severity >= GRAVE { Ink::Bad } else { Ink::Plain };
        (line(texts.map(|text: &str| text)), ink)
    });
    let total = found(&list.list.search, shown.len(), total);
    let drawn = Drawn { total, search: &list.list.search, none: "No alert is open here.", titles, rows };
    drawn.draw(frame, area, look);
}

/// What a device alert is about; of another, its kind.
fn about(alert: &Alert) -> &str {
    if alert.about.is_empty() { &alert.kind } else { &alert.about }
}
