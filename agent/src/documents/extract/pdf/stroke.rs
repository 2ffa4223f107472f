//! One string that a page shows. All of it stands on one straight line, so that its letters are measured along that and
//! only its ends have a place on the page.

use super::font::Run;
use super::place::{Matrix, Ruler};

/// What is taken for a space, for one where a space is written, and for a new line, in sizes of the font. TeX makes spaces
/// of a third of the size, and in a full line down to half of that.
const SPACE: f64 = 0.165;
const WRITTEN_SPACE: f64 = 0.06;
const LINE: f64 = 0.5;
/// Glyphs of one string with wide gaps between them are a word with its letters apart, from so many on; fewer are words
/// of one letter, or the end of one and the beginning of the next.
const LETTERS_APART: usize = 4;

/// How letters are set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    /// Added behind each character, and behind each space.
    pub(super) apart: f64,
    pub(super) words_apart: f64,
    pub(super) stretch: f64,
}

impl Default for Style {
    fn default() -> Self {
        Self { size: 1.0, apart: 0.0, words_apart: 0.0, stretch: 1.0 }
    }
}

/// What was written last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pen {
    /// Where the last glyph ended that is no space.
    at: Option<(f64, f64)>,
    /// Whether spaces were written since, and whether nothing says how wide one of them is.
    wrote_space: bool,
    is_space_unknown: bool,
}

/// What stands between two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing: they are of one word.
    Closed,
    Space,
    Line,
}

/// A string that is being written.
pub(super) struct Stroke {
    /// What the font measures in, in units of the page's text, as all here that is not said to be otherwise.
    scale: f64,
    /// Behind each character, and behind each space.
    apart: f64,
    words_apart: f64,
    /// What gaps are measured with, and how far the last letter ended from here: along the line and across it, in sizes.
    ruler: Ruler,
    gap: Option<(f64, f64)>,
    /// Whether letters follow each other without a gap, and whether that is because all of them stand apart.
    is_close: bool,
    is_spread: bool,
    /// How far it went, and where its last letter ended.
    went: f64,
    ended: Option<f64>,
    pen: Pen,
}

impl Stroke {
    /// Begins a string of so many characters where `place` begins.
    pub(super) fn begin(style: Style, place: &Matrix, pen: Pen, characters: usize) -> Self {
        let Style { size, apart, words_apart, stretch } = style;
        let ruler = place.ruler(size);
        let is_spread = apart > SPACE * size && characters >= LETTERS_APART;
        let is_close = is_spread || (-LINE..=SPACE).contains(&(apart * stretch * ruler.step()));
        Self {
            scale: size * stretch,
            apart: apart * stretch,
            words_apart: words_apart * stretch,
            gap: pen.at.map(|at| ruler.steps(at, place)),
            ruler,
            is_close,
            is_spread,
            went: 0.0,
            ended: None,
            pen,
        }
    }

    /// Whether the next letters may be written as one run.
    pub(super) fn is_close(&self) -> bool {
        self.is_close
    }

    /// Whether a space of that width parts two letters, wherever it stands between them.
    pub(super) fn is_seen(&self, space_width: f64) -> bool {
        let behind_letter = if self.is_spread { 0.0 } else { self.apart };
        let along = (behind_letter + space_width * self.scale + self.behind(true)) * self.ruler.step();
        is_space(along, true, space_width == 0.0)
    }

    /// What stands before the next letter.
    pub(super) fn gap(&self) -> Gap {
        let Some((along, across)) = self.gap else { return Gap::Closed };
        if across.abs() > LINE {
            Gap::Line
        } else if is_space(along, self.pen.wrote_space, self.pen.is_space_unknown) {
            Gap::Space
        } else {
            Gap::Closed
        }
    }

    /// Goes over white space: only a way to the right, and what is set behind letters may take it back.
    pub(super) fn pass(&mut self, width: f64, is_space: bool) {
        self.pen.wrote_space = true;
        self.pen.is_space_unknown |= width == 0.0;
        self.go(width * self.scale + self.behind(is_space));
    }

    /// Goes over one letter.
    pub(super) fn write(&mut self, width: f64, is_space: bool) {
        self.write_to(width * self.scale);
        // Ended before what is set behind each letter: some programs set the space between words so.
        self.go(self.behind(is_space));
    }

    /// Goes over letters that follow each other without a gap.
    pub(super) fn write_run(&mut self, run: Run) {
        let apart = run.characters as f64 * self.apart + run.spaces as f64 * self.words_apart;
        let right = run.width * self.scale + apart;
        if self.is_spread {
            self.write_to(right);
        } else {
            self.write_to(right - self.apart);
            self.go(self.apart);
        }
    }

    /// How far the page's text goes on, and what was written last.
    pub(super) fn end(mut self, place: &Matrix) -> (f64, Pen) {
        if let Some(ended) = self.ended {
            self.pen.at = Some(place.advanced(ended).origin());
        }
        (self.went, self.pen)
    }

    fn behind(&self, is_space: bool) -> f64 {
        if is_space { self.apart + self.words_apart } else { self.apart }
    }

    fn write_to(&mut self, right: f64) {
        self.went += right;
        self.ended = Some(self.went);
        self.gap = Some((0.0, 0.0));
        (self.pen.wrote_space, self.pen.is_space_unknown) = (false, false);
    }

    fn go(&mut self, right: f64) {
        self.went += right;
        if let Some((along, _)) = &mut self.gap {
            *along += right * self.ruler.step();
        }
    }
}

/// Whether there is a space in a gap along the line, in sizes.
fn is_space(along: f64, is_written: bool, is_unknown: bool) -> bool {
    let space = if is_written { WRITTEN_SPACE } else { SPACE };
    is_unknown || !(-LINE..=space).contains(&along)
}
