//! A table as other people's programs write it: CSV in any of its ways, or a workbook of Excel.

use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};
use jiff::civil::Date;

use super::csv_text;

/// Bytes of the largest file.
pub const BYTES: usize = 10 * 1024 * 1024;
/// Rows with something in them.
pub const ROWS: usize = 5_001;
/// Columns that are looked at.
const COLUMNS: usize = 200;
/// Letters of the longest cell.
const LETTERS: usize = 10_000;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text; not blank.
    Text(String),
    /// A number of a workbook.
    Number(f64),
    /// A day of a workbook.
    Day(Date),
    /// Something that is computed.
    Formula,
    /// What Excel itself shows as a fault: "#REF!".
    Fault(String),
}

/// A table: rows with something in them, by their numbers as a spreadsheet shows them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Name of the sheet in its workbook, and how many there are; `None` for CSV.
    pub name: Option<(String, usize)>,
    /// Number, from 1, and cells; those at the end of a row may be missing.
    pub rows: Vec<(u32, Vec<Cell>)>,
}

/// Why a file is no table. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is larger than [`BYTES`], or has too many rows or columns, or a huge cell.
    #[error("{0}\n  split it into several files, or remove what is no licence")]
    TooLarge(String),
    /// It is no text and no workbook.
    #[error("the file is no table: {0}\n  save it as CSV or as an Excel workbook (.xlsx)")]
    NoTable(&'static str),
    /// A quote is opened and not closed.
    #[error("line {0}: a quotation mark is opened there and never closed\n  close it, or save the table again")]
    Quote(usize),
    /// There is no sheet of that name.
    #[error("the workbook has no sheet \"{asked}\"\n  its sheets are:  {}", .known.join(", "))]
    NoSheet {
        /// The name.
        asked: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Excel's file cannot be read.
    #[error("the workbook cannot be read: {0}\n  open it in Excel and save it again as .xlsx, without a password")]
    Workbook(String),
}

/// Reads a file; `wanted` is the sheet of a workbook, by default the first that has something in it.
///
/// # Errors
/// When it is no table, or too large.
pub fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Sheet, SheetError> {
    if bytes.len() > BYTES {
        return Err(SheetError::TooLarge("the file is larger than 10 MB".into()));
    }
    let sheet = if bytes.starts_with(b"PK\x03\x04") {
        workbook(bytes, wanted)?
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(SheetError::NoTable("it is a workbook of an old Excel, or one with a password"));
    } else if bytes.starts_with(b"%PDF") {
        return Err(SheetError::NoTable("it is a PDF"));
    } else {
        Sheet { name: None, rows: csv_text::rows(bytes)? }
    };
    if sheet.rows.len() > ROWS {
        return Err(SheetError::TooLarge(format!("the table has more than {} rows", ROWS - 1)));
    }
    Ok(sheet)
}

/// A text as a cell: what begins like a formula is one, unless an apostrophe says that it is text.
///
/// # Errors
/// For a text that no cell of a register has.
pub(super) fn cell(text: &str) -> Result<Cell, SheetError> {
    let text = text.trim_matches([' ', '\n', '\u{a0}']);
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    if text.chars().count() > LETTERS {
        return Err(SheetError::TooLarge(format!("a cell has more than {LETTERS} letters")));
    }
    Ok(if text.starts_with('=') { Cell::Formula } else { Cell::Text(csv_text::plain(text).to_owned()) })
}

fn workbook(bytes: &[u8], wanted: Option<&str>) -> Result<Sheet, SheetError> {
    let fault = |error: calamine::XlsxError| SheetError::Workbook(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fault)?;
    let known = book.sheet_names();
    let names: Vec<&String> = match wanted {
        Some(asked) => known.iter().filter(|name| name.eq_ignore_ascii_case(asked)).collect(),
        None => known.iter().collect(),
    };
    if let (Some(asked), true) = (wanted, names.is_empty()) {
        return Err(SheetError::NoSheet { asked: asked.to_owned(), known });
    }
    for name in names {
        let rows = cells(&mut book, name)?;
        if !rows.is_empty() {
            return Ok(Sheet { name: Some((name.clone(), known.len())), rows });
        }
    }
    Ok(Sheet::default())
}

/// Cell by cell: a workbook that claims a million columns costs nothing that way.
fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<(u32, Vec<Cell>)>, SheetError> {
    let fault = |error: calamine::XlsxError| SheetError::Workbook(error.to_string());
    let mut reader = book.worksheet_cells_reader(name).map_err(fault)?;
    let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(fault)? {
        let value = if record.formula.is_some() { Cell::Formula } else { of_workbook(&record.value)? };
        if value == Cell::Empty {
            continue;
        }
        let (row, column) = (record.pos.0 + 1, usize::try_from(record.pos.1).unwrap_or(usize::MAX));
        if column >= COLUMNS {
            return Err(SheetError::TooLarge(format!("row {row} has more than {COLUMNS} columns")));
        }
        if rows.last().is_none_or(|(last, _)| *last != row) {
            if rows.len() >= ROWS {
                return Err(SheetError::TooLarge(format!("the table has more than {} rows", ROWS - 1)));
            }
            rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells.resize(cells.len().max(column + 1), Cell::Empty);
            cells[column] = value;
        }
    }
    Ok(rows)
}

fn of_workbook(value: &DataRef<'_>) -> Result<Cell, SheetError> {
    Ok(match value {
        DataRef::Empty => Cell::Empty,
        #[expect(clippy::cast_precision_loss, reason = "a number of a spreadsheet is a float")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        // In a workbook a text that begins with = is text.
        DataRef::String(text) => in_workbook(text)?,
        DataRef::SharedString(text) => in_workbook(text)?,
        DataRef::Bool(truth) => Cell::Text(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
            let date = match parts {
                (Ok(year), Ok(month), Ok(day)) if moment.is_datetime() => Date::new(year, month, day).ok(),
                (Ok(_) | Err(_), Ok(_) | Err(_), Ok(_) | Err(_)) => None,
            };
            date.map_or_else(|| Cell::Fault("a time of day or a stretch of time".into()), Cell::Day)
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => in_workbook(text)?,
        DataRef::Error(fault) => Cell::Fault(fault.to_string()),
    })
}

fn in_workbook(text: &str) -> Result<Cell, SheetError> {
    Ok(match cell(text)? {
        Cell::Formula => Cell::Text(text.trim().to_owned()),
        other @ (Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Day(_) | Cell::Fault(_)) => other,
    })
}
