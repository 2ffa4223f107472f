//! Screens of other commands, whose inks are escape codes, as lines with styles.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::dashboard::look::Look;
use crate::render::Ink;

/// The lines of a text that [`crate::render::Screen::ink`] has coloured.
pub(super) fn lines(text: &str, look: Look) -> Vec<Line<'static>> {
    let mut style = Style::new();
    let line = |line: &str| {
        let mut spans = Vec::new();
        for (at, piece) in line.split('\u{1b}').enumerate() {
            // The first piece has no code before it.
            let text = match piece.strip_prefix('[').and_then(|piece| piece.split_once('m')) {
                Some((code, text)) if at > 0 => {
                    style = style_of(code, look);
                    text
                }
                Some(_) | None => piece,
            };
            if !text.is_empty() {
                spans.push(Span::styled(text.to_owned(), style));
            }
        }
        Line::from(spans)
    };
    text.lines().map(line).collect()
}

fn style_of(code: &str, look: Look) -> Style {
    let ink = match code {
        "1" => Ink::Strong,
        "2" => Ink::Faint,
        "32" => Ink::Good,
        "1;31" => Ink::Bad,
        "33" => Ink::Unsure,
        _ => Ink::Plain,
    };
    look.style(ink)
}
