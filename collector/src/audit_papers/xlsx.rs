//! Tables as a spreadsheet: text is written as text and never as a formula or a link; headings stay in view; every
//! column can be filtered.

use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Sheet};

/// A cell holds no more letters (32,767), and nobody reads as many.
const LONGEST: usize = 1000;
/// Points of a line of text, and lines of the tallest row: a sheet takes none of more than 409 points.
const LINE: f64 = 15.0;
const TALLEST: u32 = 27;
const MONEY: &str = "\"£\"#,##0.00";
const COUNT: &str = "#,##0";
const DAY: &str = "d mmm yyyy";

/// How cells look.
struct Looks {
    heading: Format,
    text: Format,
    count: Format,
    money: Format,
    day: Format,
}

/// Writes a spreadsheet.
pub(super) fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let top = || Format::new().set_align(FormatAlign::Top);
    let looks = Looks {
        heading: Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_background_color(Color::RGB(0x00E8_EEF4))
            .set_border_bottom(FormatBorder::Thin),
        text: top().set_text_wrap(),
        count: top().set_num_format(COUNT),
        money: top().set_num_format(MONEY),
        day: top().set_num_format(DAY).set_align(FormatAlign::Left),
    };
    let mut book = Workbook::new();
    for sheet in sheets {
        fill(book.add_worksheet(), sheet, &looks)?;
    }
    book.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet, looks: &Looks) -> Result<(), XlsxError> {
    page.set_name(sheet.name)?;
    page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    for (at, column) in (0_u16..).zip(&sheet.columns) {
        page.set_column_width(at, column.width)?;
        page.write_string_with_format(0, at, column.title, &looks.heading)?;
    }
    // Where no height stands, some programs show the first line of a cell over the row below.
    page.set_row_height(0, height(sheet, sheet.columns.iter().map(|column| column.title)))?;
    for (line, row) in (1_u32..).zip(&sheet.rows) {
        for (at, of) in (0_u16..).zip(row) {
            put(page, (line, at), of, looks)?;
        }
        page.set_row_height(line, height(sheet, row.iter().map(Cell::letters)))?;
    }
    page.set_freeze_panes(1, u16::from(sheet.columns.len() > 4))?;
    let (lines, columns) = (u32::try_from(sheet.rows.len()), u16::try_from(sheet.columns.len()));
    if let (Ok(lines @ 1..), Ok(columns @ 3..)) = (lines, columns) {
        page.autofilter(0, 0, lines, columns - 1)?;
    }
    Ok(())
}

/// Points that a row needs for the texts in its cells.
fn height<'a>(sheet: &Sheet, cells: impl Iterator<Item = &'a str>) -> f64 {
    let lines = cells.zip(&sheet.columns).map(|(text, column)| {
        let width = usize::from(column.width);
        // A word that does not fit leaves its line short.
        let wrapped =
            |letters: usize| if letters <= width { 1 } else { letters.div_ceil(width.saturating_sub(2).max(1)) };
        text.lines().map(|line| wrapped(line.chars().count())).sum::<usize>()
    });
    let lines = u32::try_from(lines.max().unwrap_or(1)).unwrap_or(u32::MAX).clamp(1, TALLEST);
    f64::from(lines) * LINE
}

fn put(page: &mut Worksheet, (line, at): (u32, u16), of: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match of {
        Cell::Text(text) => {
            let text: String = text.chars().take(LONGEST).collect();
            page.write_string_with_format(line, at, text, &looks.text)?;
        }
        // No count of devices or seats comes near what a float cannot hold.
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        Cell::Number(number) => {
            page.write_number_with_format(line, at, *number as f64, &looks.count)?;
        }
        #[expect(clippy::cast_precision_loss, reason = "pence up to 2^53 are exact")]
        Cell::Money(pence) => {
            page.write_number_with_format(line, at, pence.0 as f64 / 100.0, &looks.money)?;
        }
        Cell::Day(day) => {
            let parts = (u16::try_from(day.year()), u8::try_from(day.month()), u8::try_from(day.day()));
            match parts {
                (Ok(year @ 1900..), Ok(month), Ok(date)) => {
                    let day = ExcelDateTime::from_ymd(year, month, date)?;
                    page.write_datetime_with_format(line, at, &day, &looks.day)?;
                }
                // A spreadsheet knows no earlier day.
                _ => {
                    page.write_string_with_format(line, at, day.to_string(), &looks.text)?;
                }
            }
        }
        Cell::Blank => {}
    }
    Ok(())
}
