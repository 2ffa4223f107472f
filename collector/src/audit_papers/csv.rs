//! A table as a file of commas that a spreadsheet opens without doing what a cell says.

use super::table::{Cell, Sheet};

/// What spreadsheets take a formula, a command or a new cell for when a cell begins with it; the last four are the wide
/// forms that some read alike.
const ACTIVE: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A text as a cell of a table for spreadsheets: one that would be taken for a formula begins with an apostrophe, also
/// where blanks or a line break stand before it.
#[must_use]
pub fn cell(text: &str) -> String {
    let begin = text.trim_start_matches([' ', '\u{a0}', '\n', '\u{feff}', '\0']);
    if begin.starts_with(ACTIVE) { format!("'{text}") } else { text.to_owned() }
}

/// Writes a table: UTF-8 with a byte order mark, which Excel needs to see that it is; lines end as RFC 4180 says.
pub(super) fn write(sheet: &Sheet) -> Result<Vec<u8>, csv::Error> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
        writer.write_record(sheet.columns.iter().map(|column| column.title))?;
        for row in &sheet.rows {
            writer.write_record(row.iter().map(written))?;
        }
        writer.flush()?;
    }
    Ok(out)
}

fn written(of: &Cell) -> String {
    match of {
        Cell::Text(text) => cell(text),
        // A number is ours and stays one.
        Cell::Number(number) => number.to_string(),
        Cell::Money(pence) => format!("{}.{:02}", pence.0 / 100, pence.0 % 100),
        Cell::Day(day) => day.to_string(),
        Cell::Blank => String::new(),
    }
}
