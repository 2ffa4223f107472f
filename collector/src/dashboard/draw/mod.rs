//! Screens made of the state: pure functions, one file a screen.
//!
//! Each screen has the same frame: where one is and how old it is on the first line, what must not be overlooked on the
//! second, the keys on the last.

mod alerts;
mod ansi;
mod frame;
mod front;
mod help;
mod info;
mod licences;
mod list;
mod page;
mod pieces;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

use super::app::{App, Overlay};
use super::look::Look;
use super::screen::Screen;
use crate::render::Ink;

pub(super) use page::lines as page_lines;

/// The smallest terminal on which nothing is cut that matters.
const LEAST: (u16, u16) = (80, 24);
/// Lines of the frame, and of the head of a list.
const FRAME: u16 = 3;
const LIST_HEAD: u16 = 2;

/// Rows of a page, on a terminal of so many.
pub(super) fn page(height: u16) -> usize {
    usize::from(height.saturating_sub(FRAME + LIST_HEAD).max(1))
}

/// Draws what is to be seen.
pub(super) fn screen(frame: &mut Frame<'_>, app: &App, look: Look) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let (columns, rows) = LEAST;
        let told = format!(
            "Caretaker needs {columns} x {rows} here; this terminal is {} x {}.\nMake it larger, or press q.",
            area.width, area.height
        );
        frame.render_widget(Paragraph::new(told), area);
        look.settle(frame.buffer_mut());
        return;
    }
    let [head, banner, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)])
            .areas(area);
    frame.render_widget(frame::head(app, look, area.width), head);
    frame.render_widget(frame::banner(app, look, area.width), banner);
    match app.screen() {
        Screen::Front(front) => front::draw(frame, body, app, front, look),
        Screen::Devices(devices) => list::devices(frame, body, app, devices, look),
        Screen::Software(software) => list::software(frame, body, app, software, look),
        Screen::Alerts(alerts) => alerts::draw(frame, body, app, alerts, look),
        Screen::Licences(licences) => licences::titles(frame, body, app, licences, look),
        Screen::Holders(holders) => licences::holders(frame, body, app, holders, look),
        Screen::Page(page) => page::draw(frame, body, app, page, look),
    }
    if app.trouble.is_some() {
        // What may be so no longer does not look like what is so.
        frame.buffer_mut().set_style(body, look.style(Ink::Faint).remove_modifier(Modifier::BOLD));
    }
    frame.render_widget(frame::foot(app, look), foot);
    match app.overlay {
        Some(Overlay::Help) => help::keys(frame, area, app, look),
        Some(Overlay::Names { of, on }) => help::names(frame, area, app, of, on, look),
        None => {}
    }
    look.settle(frame.buffer_mut());
}

/// A box in the middle of the screen, with what it says.
fn boxed(frame: &mut Frame<'_>, area: ratatui::layout::Rect, title: &str, lines: Vec<Line<'_>>, look: Look) {
    let widest = lines.iter().map(Line::width).max().unwrap_or_default().max(title.len());
    let width = u16::try_from(widest + 4).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let place = area.centered(Constraint::Length(width), Constraint::Length(height));
    let block = ratatui::widgets::Block::bordered()
        .title(format!(" {title} "))
        .padding(ratatui::widgets::Padding::horizontal(1))
        .border_style(look.style(Ink::Faint));
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(block), place);
}
