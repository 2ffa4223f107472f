//! How things look on this terminal: which colours and which letters it has.
//!
//! Blue is well and orange is not, which no kind of colour blindness confuses; and nothing is said by colour alone.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::render::Ink;

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Its colours.
    pub(super) colours: Colours,
    /// Whether it shows letters beyond ASCII.
    pub(super) unicode: bool,
}

/// Colours of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// None, or none wanted.
    None,
    /// The first sixteen.
    Few,
    /// 256.
    Many,
}

/// Bright blue and orange of the 256 colours.
const BLUE: Color = Color::Indexed(75);
const ORANGE: Color = Color::Indexed(208);

impl Look {
    /// What the environment says: `variable` looks one up.
    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
        // The terminals of that name, and those that call themselves so, have none.
        let none = set("NO_COLOR").is_some() || term.starts_with("vt");
        let many = term.contains("256color") || set("COLORTERM").is_some();
        let colours = match (none, many) {
            (true, _) => Colours::None,
            (false, true) => Colours::Many,
            (false, false) => Colours::Few,
        };
        Self { colours, unicode: locale.contains("utf-8") || locale.contains("utf8") }
    }

    /// The style of an ink.
    pub(super) fn style(self, ink: Ink) -> Style {
        let colour = match (ink, self.colours) {
            (_, Colours::None) | (Ink::Plain | Ink::Strong | Ink::Faint | Ink::Unsure, _) => None,
            (Ink::Good, Colours::Few) => Some(Color::LightCyan),
            (Ink::Good, Colours::Many) => Some(BLUE),
            (Ink::Bad, Colours::Few) => Some(Color::LightYellow),
            (Ink::Bad, Colours::Many) => Some(ORANGE),
        };
        let style = colour.map_or(Style::new(), |colour| Style::new().fg(colour));
        match ink {
            Ink::Plain | Ink::Good | Ink::Unsure => style,
            Ink::Strong | Ink::Bad => style.add_modifier(Modifier::BOLD),
            Ink::Faint => style.add_modifier(Modifier::DIM),
        }
    }

    /// Of what the cursor is on.
    pub(super) fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Of a line that must not be overlooked.
    pub(super) fn banner(self) -> Style {
        self.style(Ink::Bad).add_modifier(Modifier::REVERSED)
    }

    /// Takes the place of letters that the terminal does not show.
    pub(super) fn settle(self, buffer: &mut Buffer) {
        if self.unicode {
            return;
        }
        for cell in &mut buffer.content {
            if !cell.symbol().is_ascii() {
                let letter = cell.symbol().chars().next().map_or('?', ascii);
                cell.set_char(letter);
            }
        }
    }
}

fn ascii(letter: char) -> char {
    match letter {
        '█' => '#',
        '▒' => 'x',
        '░' | '·' => '.',
        '▏' => '_',
        '…' => '~',
        '↑' => '^',
        '↓' => 'v',
        '←' => '<',
        '→' | '▸' | '›' => '>',
        '─' | '–' | '—' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' => '+',
        '‘' | '’' => '\'',
        // As pounds were written before there was a sign for them.
        '£' => 'L',
        '\u{a0}' => ' ',
        _ => '?',
    }
}
