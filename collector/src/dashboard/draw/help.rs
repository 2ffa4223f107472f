//! What lies over a screen: the keys, and names to choose from.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::boxed;
use super::pieces::{cell, choice, inked};
use crate::dashboard::app::App;
use crate::dashboard::filter::Filter;
use crate::dashboard::look::Look;
use crate::render::Ink;
use crate::render::time;

const KEYS: [(&str, &str); 10] = [
    ("arrows, j k", "move; page up and down, home, end"),
    ("tab, ←, →", "to the ages and back; another number of a title"),
    ("enter", "what is behind: devices, alerts, licences, mail, log"),
    ("esc, backspace", "back"),
    ("/", "find by part of a name: a device, else in the list"),
    ("s", "choose a site"),
    ("g", "choose a group of devices, which the policy makes"),
    ("r", "ask now; alerts, licences and the log are asked only so"),
    ("?", "this page"),
    ("q, ctrl-c", "quit"),
];

pub(super) fn keys(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let mut lines: Vec<Line<'_>> = KEYS
        .iter()
        .map(|(key, what)| Line::from(vec![inked(cell(key, 16), Ink::Strong, look), Span::raw((*what).to_owned())]))
        .collect();
    lines.push(Line::default());
    lines.push(Line::from(vec![
        inked("█", Ink::Good, look),
        Span::raw(" met   "),
        inked("▒", Ink::Bad, look),
        Span::raw(" not met   "),
        inked("░", Ink::Unsure, look),
        Span::raw(" not known: nobody has said, or not lately"),
    ]));
    lines.push(Line::from("The longest time after which any user's screen locks counts."));
    lines.push(Line::from(format!("Asked anew every {}.", time::stretch(app.every().as_secs()))));
    lines.push(Line::default());
    lines.push(Line::from(inked("any key closes this", Ink::Faint, look)));
    boxed(frame, area, "Keys", lines, look);
}

pub(super) fn names(frame: &mut Frame<'_>, area: Rect, app: &App, of: Filter, on: usize, look: Look) {
    let room = usize::from(area.height.saturating_sub(6)).max(1);
    let first = on / room * room;
    let names = std::iter::once(of.all()).chain(app.names(of).iter().map(String::as_str));
    let lines = names.enumerate().skip(first).take(room).map(|(at, name)| {
        let ink = if at == 0 { Ink::Strong } else { Ink::Plain };
        Line::from(Vec::from(choice(cell(name, 36), ink, at == on, look)))
    });
    boxed(frame, area, of.title(), lines.collect(), look);
}
