//! Text that flows down pages of A4.

use jiff::Zoned;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;

use super::figures::Shade;
use super::typeface::Typeface;

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
pub(super) const LEFT: f32 = 60.0;
pub(super) const RIGHT: f32 = PAGE.0 - 60.0;
const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE.1 - 72.0;
/// Where the texts of fields begin.
pub(super) const FIELD: f32 = LEFT + 96.0;
/// Size of text, and of what is said at the edges.
pub(super) const TEXT: f32 = 9.5;
pub(super) const SMALL: f32 = 7.5;
/// From one line to the next, in sizes.
pub(super) const LEADING: f32 = 1.5;

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As most of it.
    Plain,
    /// What the eye should find.
    Strong,
}

/// What a document says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// Its title.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// Stands at the foot of every page.
    pub footer: String,
    /// When it was made.
    pub made: Zoned,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// A defect: the shipped fonts can be read.
    #[error("the shipped font cannot be read")]
    Font,
    /// A defect.
    #[error("the pages could not be written: {0}")]
    Pages(String),
}

/// A piece of a page.
pub(super) enum Mark {
    Text { x: f32, y: f32, size: f32, weight: Weight, grey: bool, text: String },
    Line { y: f32 },
    Box { x: f32, y: f32, width: f32, height: f32, shade: Shade },
}

/// Pages that are being filled.
pub struct Sheet {
    plain: Typeface,
    strong: Typeface,
    pages: Vec<Vec<Mark>>,
    pub(super) y: f32,
}

impl Sheet {
    /// An empty first page.
    ///
    /// # Errors
    /// [`PaperError::Font`].
    pub fn new() -> Result<Self, PaperError> {
        let plain = Typeface::load(include_bytes!("../../../packaging/fonts/DejaVuSans.ttf"));
        let strong = Typeface::load(include_bytes!("../../../packaging/fonts/DejaVuSans-Bold.ttf"));
        let (Some(plain), Some(strong)) = (plain, strong) else { return Err(PaperError::Font) };
        Ok(Self { plain, strong, pages: vec![Vec::new()], y: TOP })
    }

    /// The title of the document.
    pub fn title(&mut self, text: &str) {
        self.flow(LEFT, 17.0, false, &[(text, Weight::Strong)]);
        self.y += 4.0;
    }

    /// A heading: never the last line of a page.
    pub fn heading(&mut self, text: &str) {
        self.y += 12.0;
        self.keep(TEXT * LEADING * 4.0);
        self.flow(LEFT, 11.5, false, &[(text, Weight::Strong)]);
        self.y += 2.0;
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.flow(LEFT, TEXT, false, &[(text, Weight::Plain)]);
        self.y += 4.0;
    }

    /// A paragraph in pieces of different weight, set in from the left.
    pub fn quote(&mut self, pieces: &[(&str, Weight)]) {
        self.flow(LEFT + 18.0, TEXT, false, pieces);
        self.y += 4.0;
    }

    /// A label and its text beside it.
    pub fn field(&mut self, label: &str, text: &str) {
        self.keep(TEXT * LEADING);
        let y = self.y + TEXT;
        self.mark(Mark::Text { x: LEFT, y, size: TEXT, weight: Weight::Plain, grey: true, text: label.to_owned() });
        let before = (self.pages.len(), self.y);
        self.flow(FIELD, TEXT, false, &[(text, Weight::Plain)]);
        if (self.pages.len(), self.y) == before {
            self.y += TEXT * LEADING;
        }
        self.y += 1.5;
    }

    /// A line across the page.
    pub fn rule(&mut self) {
        self.keep(10.0);
        self.y += 6.0;
        let y = self.y;
        self.mark(Mark::Line { y });
        self.y += 6.0;
    }

    /// Room for a name to be signed: it stays on one page.
    pub fn signature(&mut self, label: &str) {
        self.keep(60.0);
        self.y += 40.0;
        let y = self.y;
        self.mark(Mark::Line { y });
        self.y += 2.0;
        self.flow(LEFT, SMALL, true, &[(label, Weight::Plain)]);
    }

    /// The document.
    ///
    /// # Errors
    /// [`PaperError::Pages`].
    pub fn finish(self, about: &About) -> Result<Vec<u8>, PaperError> {
        let mut document = Document::new();
        let total = self.pages.len();
        for (at, marks) in self.pages.iter().enumerate() {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PaperError::Font)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for mark in marks {
                self.draw(&mut surface, mark);
            }
            let footer = format!("{}   page {} of {total}", about.footer, at + 1);
            let y = PAGE.1 - 40.0;
            let footer = Mark::Text { x: LEFT, y, size: SMALL, weight: Weight::Plain, grey: true, text: footer };
            self.draw(&mut surface, &footer);
            surface.finish();
            page.finish();
        }
        document.set_metadata(metadata(about));
        document.finish().map_err(|error| PaperError::Pages(format!("{error:?}")))
    }

    pub(super) fn typeface(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Plain => &self.plain,
            Weight::Strong => &self.strong,
        }
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Begins a new page unless so much room is left.
    pub(super) fn keep(&mut self, room: f32) {
        if self.y + room > BOTTOM {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    /// Sets words one after the other, broken at the right edge and at the foot of the page.
    pub(super) fn flow(&mut self, left: f32, size: f32, grey: bool, pieces: &[(&str, Weight)]) {
        let words = pieces.iter().flat_map(|(text, weight)| text.split_whitespace().map(move |word| (word, *weight)));
        let blank = self.plain.width(" ", size);
        let (mut x, mut fresh) = (left, true);
        for (word, weight) in words {
            for part in self.parts(word, weight, size, RIGHT - left) {
                let width = self.typeface(weight).width(&part, size);
                if fresh || x + width > RIGHT {
                    if !fresh {
                        self.y += size * LEADING;
                    }
                    self.keep(size * LEADING);
                    (x, fresh) = (left, false);
                }
                // The blank belongs to the word, so that the text of the PDF has it too.
                let y = self.y + size;
                self.mark(Mark::Text { x, y, size, weight, grey, text: format!("{part} ") });
                x += width + blank;
            }
        }
        if !fresh {
            self.y += size * LEADING;
        }
    }

    /// A word in parts that each fit a line: an address may be longer than one.
    pub(super) fn parts(&self, word: &str, weight: Weight, size: f32, room: f32) -> Vec<String> {
        let typeface = self.typeface(weight);
        let (mut parts, mut part) = (Vec::new(), String::new());
        for letter in word.chars() {
            part.push(letter);
            if typeface.width(&part, size) > room {
                part.pop();
                parts.push(std::mem::replace(&mut part, letter.to_string()));
            }
        }
        parts.push(part);
        parts
    }

    fn draw(&self, surface: &mut Surface<'_>, mark: &Mark) {
        match mark {
            Mark::Text { x, y, size, weight, grey, text } => {
                let typeface = self.typeface(*weight);
                surface.set_fill(Some(fill(if *grey { 110 } else { 20 })));
                let glyphs = typeface.glyphs(text);
                surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, typeface.font.clone(), text, *size, false);
            }
            Mark::Box { x, y, width, height, shade } => {
                let mut path = PathBuilder::new();
                path.move_to(*x, *y);
                path.line_to(x + width, *y);
                path.line_to(x + width, y + height);
                path.line_to(*x, y + height);
                path.close();
                if let Some(path) = path.finish() {
                    let paint = shade.colour().into();
                    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::default() }));
                    surface.draw_path(&path);
                }
            }
            Mark::Line { y } => {
                let mut path = PathBuilder::new();
                path.move_to(LEFT, *y);
                path.line_to(RIGHT, *y);
                if let Some(path) = path.finish() {
                    let paint = rgb::Color::new(150, 150, 150).into();
                    surface.set_fill(None);
                    surface.set_stroke(Some(Stroke { paint, width: 0.6, ..Stroke::default() }));
                    surface.draw_path(&path);
                    surface.set_stroke(None);
                }
            }
        }
    }
}

fn fill(shade: u8) -> Fill {
    Fill { paint: rgb::Color::new(shade, shade, shade).into(), opacity: NormalizedF32::ONE, rule: FillRule::default() }
}

fn metadata(about: &About) -> Metadata {
    let made = &about.made;
    let date = DateTime::new(made.year().unsigned_abs())
        .month(made.month().unsigned_abs())
        .day(made.day().unsigned_abs())
        .hour(made.hour().unsigned_abs())
        .minute(made.minute().unsigned_abs())
        .second(made.second().unsigned_abs());
    Metadata::new()
        .title(about.title.clone())
        .authors(vec![about.author.clone()])
        .creator("Caretaker".to_owned())
        .language("en-GB".to_owned())
        .creation_date(date)
}

#[cfg(test)]
mod tests {
    use super::{About, Sheet, Weight};

    fn about() -> About {
        About {
            title: "A title".into(),
            author: "Anna Example".into(),
            footer: "Confidential".into(),
            made: "2026-11-21T14:02:00+00:00[UTC]".parse().expect("a time"),
        }
    }

    #[test]
    fn text_flows_over_as_many_pages_as_it_needs() {
        let mut sheet = Sheet::new().expect("fonts");
        sheet.title("Żółć, naïve, Ελλάδα");
        for _ in 0..200 {
            sheet.paragraph(
                "A paragraph of some words that is about as long as a line of this page can be, and longer.",
            );
            sheet.field("Label", "text");
        }
        sheet.quote(&[("before", Weight::Plain), ("met", Weight::Strong), (&"x".repeat(500), Weight::Plain)]);
        assert!(sheet.pages.len() > 5, "{} pages", sheet.pages.len());
        let pdf = sheet.finish(&about()).expect("a document");
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 5_000);
    }

    #[test]
    fn a_document_without_words_is_one() {
        let mut sheet = Sheet::new().expect("fonts");
        sheet.paragraph("");
        sheet.field("Empty", "");
        assert!(sheet.finish(&about()).expect("a document").starts_with(b"%PDF-"));
    }
}
