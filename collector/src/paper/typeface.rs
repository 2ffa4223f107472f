//! A font: which glyph a letter is, and how wide.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};

/// One weight of the shipped font.
pub(super) struct Typeface {
    pub(super) font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units_per_em: f32,
}

impl Typeface {
    /// A font from its bytes; `None` when it is none.
    pub(super) fn load(bytes: &'static [u8]) -> Option<Self> {
        let file = FontRef::new(bytes).ok()?;
        let font = Font::new(bytes.to_vec().into(), 0)?;
        let metrics = file.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units_per_em = font.units_per_em();
        Some(Self { font, charmap: file.charmap(), metrics, units_per_em })
    }

    /// Width of a text at a size, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum::<f32>() * size
    }

    /// The glyphs of a text, each with its letter.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, letter): (usize, char)| {
            let range = at..at + letter.len_utf8();
            KrillaGlyph::new(GlyphId::new(self.glyph(letter)), self.advance(letter), 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// Glyph 0 is the box of every font for what it lacks.
    fn glyph(&self, letter: char) -> u32 {
        self.charmap.map(letter).map_or(0, |glyph| glyph.to_u32())
    }

    fn advance(&self, letter: char) -> f32 {
        let glyph = skrifa::GlyphId::new(self.glyph(letter));
        self.metrics.advance_width(glyph).unwrap_or_default() / self.units_per_em
    }
}
