//! One device, as `device show` says it.

use jiff::Zoned;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::ansi;
use crate::dashboard::app::App;
use crate::dashboard::look::Look;
use crate::dashboard::screen::Card;
use crate::render;

/// Columns beyond which a line of words is hard to read.
const WIDEST: u16 = 120;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, card: &Card, look: Look) {
    let lines = styled(card, area.width, &app.now, look);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(card.scroll).collect();
    let inside = Rect { x: area.x + 1, width: area.width - 1, ..area };
    frame.render_widget(Paragraph::new(shown), inside);
}

/// The lines of a device's card on a terminal of that width.
pub(in crate::dashboard) fn lines(card: &Card, width: u16, now: &Zoned) -> Vec<String> {
    text(card, width, now).lines().map(str::to_owned).collect()
}

fn styled(card: &Card, width: u16, now: &Zoned, look: Look) -> Vec<Line<'static>> {
    ansi::lines(&text(card, width, now), look)
}

fn text(card: &Card, width: u16, now: &Zoned) -> String {
    let Some(device) = card.held.get() else { return String::new() };
    // Its inks are taken for ours, whatever colours there are.
    let screen =
        render::Screen { width: usize::from(width.min(WIDEST).saturating_sub(2)), colour: true, now: now.clone() };
    render::device::show(device, &screen)
}
