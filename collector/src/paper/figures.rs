//! Charts and tables on paper.

use krilla::color::rgb;

use super::sheet::{FIELD, LEADING, LEFT, Mark, RIGHT, SMALL, Sheet, TEXT, Weight};

/// Colours that are told apart without seeing red or green (Okabe and Ito); each stands beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Bars.
    Blue,
    /// Well.
    Green,
    /// To be watched.
    Amber,
    /// Not well.
    Red,
    /// Not known.
    Grey,
}

impl Shade {
    pub(super) fn colour(self) -> rgb::Color {
        match self {
            Self::Blue => rgb::Color::new(0, 114, 178),
            Self::Green => rgb::Color::new(0, 158, 115),
            Self::Amber => rgb::Color::new(230, 159, 0),
            Self::Red => rgb::Color::new(213, 94, 0),
            Self::Grey => rgb::Color::new(138, 144, 153),
        }
    }
}

/// Where bars begin, and how long the longest is.
const BARS: f32 = LEFT + 218.0;
const LONGEST: f32 = RIGHT - BARS - 60.0;
/// Where the questions of a check begin.
const ASKED: f32 = LEFT + 76.0;
/// Least width of a column, and what is left free behind each.
const GAP: f32 = 10.0;

impl Sheet {
    /// Small print.
    pub fn small(&mut self, text: &str) {
        self.flow(LEFT, SMALL + 0.5, true, &[(text, Weight::Plain)]);
        self.y += 4.0;
    }

    /// A little room.
    pub fn gap(&mut self) {
        self.y += 6.0;
    }

    /// A figure that the eye should find, and what it says.
    pub fn field_strong(&mut self, figure: &str, what: &str) {
        self.keep(TEXT * LEADING * 1.6);
        self.y += 3.0;
        let y = self.y + 12.0;
        self.mark(Mark::Text { x: LEFT, y, size: 12.5, weight: Weight::Strong, grey: false, text: figure.to_owned() });
        self.y += 3.0;
        self.flow(FIELD, TEXT, false, &[(what, Weight::Plain)]);
        self.y += 3.0;
    }

    /// A bar of this share of the longest, its name before it and its number behind; without one what stands for it.
    pub fn bar(&mut self, name: &str, share: Option<f32>, told: &str) {
        self.keep(TEXT * LEADING);
        let (top, y) = (self.y, self.y + TEXT);
        let name = self.cut(name, BARS - LEFT - GAP, TEXT);
        self.mark(Mark::Text { x: LEFT, y, size: TEXT, weight: Weight::Plain, grey: false, text: name });
        let length = share.map_or(0.0, |share| (share * LONGEST).clamp(0.0, LONGEST));
        if length > 0.0 {
            self.mark(Mark::Box { x: BARS, y: top + 1.5, width: length.max(1.5), height: TEXT, shade: Shade::Blue });
        }
        let (x, grey) = (BARS + length + 5.0, share.is_none());
        self.mark(Mark::Text { x, y, size: TEXT, weight: Weight::Plain, grey, text: told.to_owned() });
        self.y += TEXT * LEADING;
    }

    /// A line of a check: its colour and the word for it, what is asked, and why.
    pub fn badge(&mut self, word: &str, shade: Shade, question: &str, why: &str) {
        self.keep(TEXT * LEADING * 3.0);
        let (top, y) = (self.y, self.y + TEXT);
        self.mark(Mark::Box { x: LEFT, y: top + 1.0, width: 8.0, height: 8.0, shade });
        self.mark(Mark::Text {
            x: LEFT + 13.0,
            y,
            size: TEXT,
            weight: Weight::Strong,
            grey: false,
            text: word.to_owned(),
        });
        self.flow(ASKED, TEXT, false, &[(question, Weight::Plain)]);
        self.flow(ASKED, SMALL + 0.5, true, &[(why, Weight::Plain)]);
        self.y += 4.0;
    }

    /// A row of a table whose columns share the page as `widths` do, in letters. A cell that does not fit goes on below.
    pub fn row(&mut self, cells: &[String], widths: &[usize], is_head: bool) {
        let (size, weight) = (SMALL + 0.5, if is_head { Weight::Strong } else { Weight::Plain });
        let lines = self.cells(cells, widths, size, weight);
        let high = lines.iter().map(|(_, lines)| lines.len()).max().unwrap_or_default();
        let leading = size * 1.35;
        self.keep(length(high) * leading + 5.0);
        let top = self.y;
        for (x, lines) in lines {
            for (at, text) in lines.into_iter().enumerate() {
                let y = top + size + length(at) * leading;
                self.mark(Mark::Text { x, y, size, weight, grey: false, text });
            }
        }
        self.y = top + length(high) * leading + 3.0;
        let y = self.y;
        self.mark(Mark::Line { y });
        self.y += 3.0;
    }

    /// Each cell with its left edge, broken into lines.
    fn cells(&self, cells: &[String], widths: &[usize], size: f32, weight: Weight) -> Vec<(f32, Vec<String>)> {
        let letters: usize = widths.iter().sum::<usize>().max(1);
        let room = RIGHT - LEFT - GAP * length(widths.len().saturating_sub(1));
        let mut x = LEFT;
        let mut set = Vec::with_capacity(cells.len());
        for (cell, letters_here) in cells.iter().zip(widths) {
            let width = room * length(*letters_here) / length(letters);
            set.push((x, self.broken(cell, width, size, weight)));
            x += width + GAP;
        }
        set
    }

    fn broken(&self, text: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace().flat_map(|word| self.parts(word, weight, size, room)) {
            let line = lines.last().map_or("", String::as_str);
            let longer = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
            if line.is_empty() || self.typeface(weight).width(&longer, size) <= room {
                lines.pop();
                lines.push(longer);
            } else {
                lines.push(word);
            }
        }
        lines
    }

    /// A text that fits so much room.
    fn cut(&self, text: &str, room: f32, size: f32) -> String {
        let typeface = self.typeface(Weight::Plain);
        if typeface.width(text, size) <= room {
            return text.to_owned();
        }
        let mut cut = String::new();
        for letter in text.chars() {
            if typeface.width(&format!("{cut}{letter}…"), size) > room {
                break;
            }
            cut.push(letter);
        }
        cut + "…"
    }
}

#[expect(clippy::cast_precision_loss, reason = "lines of a page and letters of a line are few")]
fn length(count: usize) -> f32 {
    count as f32
}
