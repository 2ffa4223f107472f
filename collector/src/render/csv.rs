//! Tables for spreadsheets: RFC 4180, with a header. What a spreadsheet would run as a formula is a text.

use std::io;

use csv::{QuoteStyle, Terminator, WriterBuilder};

/// A text as a cell: one that a spreadsheet would take for a formula gets an apostrophe before it. Numbers stay what they
/// are.
#[must_use]
pub fn neutral(text: &str) -> String {
    // The wide forms are what some programs make of them.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if formula && !number(text) { format!("'{text}") } else { text.to_owned() }
}

/// A table: its header and its rows, each cell made neutral.
///
/// # Errors
/// When a row has another number of cells than the header.
pub fn table<'a>(header: &[String], rows: impl IntoIterator<Item = &'a [String]>) -> io::Result<String> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    writer.write_record(header.iter().map(|name| neutral(name))).map_err(io::Error::other)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| neutral(cell))).map_err(io::Error::other)?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Digits, with a sign before them and a point among them.
fn number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].into_iter().all(|part| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{neutral, table};

    #[test]
    fn formulas_are_texts_and_numbers_are_numbers() {
        for formula in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "+.5", "＝1"] {
            assert_eq!(neutral(formula), format!("'{formula}"));
        }
        for plain in ["-5", "+44", "-0.25", "12", "PC-1", "", " =1", "a=b"] {
            assert_eq!(neutral(plain), plain);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let header = ["name".to_owned(), "note".to_owned()];
        let rows = [["PC \"1\", left".to_owned(), "two\nlines".to_owned()], ["=1".to_owned(), "-1".to_owned()]];
        let made = table(&header, rows.iter().map(<[String; 2]>::as_slice)).expect("a table");
        assert_eq!(made, "name,note\r\n\"PC \"\"1\"\", left\",\"two\nlines\"\r\n'=1,-1\r\n");
    }
}
