//! A document as PDF, set by this program in the shipped font.

use jiff::Zoned;

use super::{Bar, Block, Leaflet, Mark, longest};
use crate::paper::{About, PaperError, Shade, Sheet, Weight};

/// Sets a document on pages.
///
/// # Errors
/// [`PaperError`].
pub fn write(leaflet: &Leaflet, author: &str, now: &Zoned) -> Result<Vec<u8>, PaperError> {
    let mut sheet = Sheet::new()?;
    sheet.title(&leaflet.title);
    leaflet.under.iter().for_each(|line| sheet.paragraph(line));
    for block in &leaflet.blocks {
        set(&mut sheet, block);
    }
    let about = About {
        title: leaflet.title.clone(),
        author: author.to_owned(),
        footer: leaflet.footer.clone(),
        made: now.clone(),
    };
    sheet.finish(&about)
}

fn set(sheet: &mut Sheet, block: &Block) {
    match block {
        Block::Heading(text) => sheet.heading(text),
        Block::Text(text) => sheet.paragraph(text),
        Block::Note(text) => sheet.small(text),
        Block::Points(points) => {
            points.iter().for_each(|point| sheet.quote(&[("–", Weight::Plain), (point, Weight::Plain)]))
        }
        Block::Figures(figures) => {
            sheet.gap();
            figures.iter().for_each(|(figure, what)| sheet.field_strong(figure, what));
            sheet.gap();
        }
        Block::Bars(bars) | Block::Columns(bars) => {
            let most = longest(bars);
            bars.iter().for_each(|bar| self::bar(sheet, bar, most));
            sheet.gap();
        }
        Block::Course(course) => {
            let (columns, rows) = course.table("Week");
            table(sheet, &columns, &rows);
        }
        Block::Table(columns, rows) => table(sheet, columns, rows),
        Block::Checks(marks) => marks.iter().for_each(|mark| check(sheet, mark)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a length on paper")]
fn bar(sheet: &mut Sheet, bar: &Bar, most: u32) {
    let share = bar.value.map(|value| value as f32 / most as f32);
    sheet.bar(&bar.name, share, &bar.told());
}

fn table(sheet: &mut Sheet, columns: &[String], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return sheet.small("None.");
    }
    let widest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).chain(columns.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default().clamp(4, 42)
    };
    let widths: Vec<usize> = (0..columns.len()).map(widest).collect();
    sheet.row(columns, &widths, true);
    rows.iter().for_each(|row| sheet.row(row, &widths, false));
    sheet.gap();
}

fn check(sheet: &mut Sheet, mark: &Mark) {
    let shade = match mark.state.as_str() {
        "green" => Shade::Green,
        "amber" => Shade::Amber,
        "red" => Shade::Red,
        _ => Shade::Grey,
    };
    sheet.badge(&mark.state, shade, &mark.question, &format!("{}. Green when: {}.", mark.figure, mark.rule));
}
