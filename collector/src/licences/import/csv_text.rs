//! CSV in any of its ways: which letters, what separates, where quotes stand; and texts that a spreadsheet would compute.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::sheet::{Cell, SheetError, cell};

/// What a spreadsheet takes for the beginning of a formula.
const COMPUTES: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// What may stand between two cells.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// Rows with something in them, by their numbers.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<(u32, Vec<Cell>)>, SheetError> {
    let text = decoded(bytes)?.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    // Excel's own hint, which is no row of the table but a line of the file.
    let hint = text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n'));
    let (separator, table, mut number) = match hint {
        Some((separator, table)) => (separator.trim_end().chars().next().unwrap_or(','), table, 1),
        None => (guessed(&text), text.as_str(), 0),
    };
    if let Some(line) = open_quote(table, separator) {
        return Err(SheetError::Quote(line + usize::try_from(number).unwrap_or_default()));
    }
    let delimiter = u8::try_from(separator).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(table.as_bytes());
    let (mut rows, mut record, mut next_line) = (Vec::new(), csv::StringRecord::new(), 1);
    while reader.read_record(&mut record).map_err(|_| SheetError::NoTable("it has rows that cannot be read"))? {
        // Lines without anything are passed over by the reader, and are rows of a spreadsheet all the same.
        let within = record.iter().map(|field| field.matches('\n').count()).sum::<usize>();
        let after = reader.position().line();
        let line = after.saturating_sub(u64::try_from(within).unwrap_or_default() + 1);
        number += u32::try_from(line.saturating_sub(next_line)).unwrap_or_default() + 1;
        next_line = after;
        let cells = record.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
        if cells.iter().any(|cell| *cell != Cell::Empty) {
            rows.push((number, cells));
        }
    }
    Ok(rows)
}

/// The text of a file: UTF-8 or UTF-16, else the letters that Windows uses here.
fn decoded(bytes: &[u8]) -> Result<String, SheetError> {
    let (odd, even) = zeros(bytes);
    let wide = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ if odd > bytes.len() / 4 && even == 0 => Some(UTF_16LE),
        _ if even > bytes.len() / 4 && odd == 0 => Some(UTF_16BE),
        _ => None,
    };
    let text = match (wide, std::str::from_utf8(bytes)) {
        (Some(encoding), _) => {
            let (text, _, faulty) = encoding.decode(bytes);
            if faulty {
                return Err(SheetError::NoTable("its letters cannot be read"));
            }
            text.into_owned()
        }
        (None, Ok(text)) => text.trim_start_matches('\u{feff}').to_owned(),
        (None, Err(_)) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    if text.contains('\0') { Err(SheetError::NoTable("it is no text")) } else { Ok(text) }
}

/// How many zero bytes stand at odd places, and at even ones.
fn zeros(bytes: &[u8]) -> (usize, usize) {
    let at = |rest| bytes.iter().enumerate().filter(|(place, byte)| place % 2 == rest && **byte == 0).count();
    (at(1), at(0))
}

/// What separates the cells of the first line that has any, outside quotes.
fn guessed(text: &str) -> char {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let bare: String = line
        .chars()
        .filter(|letter| {
            quoted ^= *letter == '"';
            !quoted
        })
        .collect();
    let often = |separator: &char| bare.matches(*separator).count();
    SEPARATORS.into_iter().rev().max_by_key(often).filter(|separator| often(separator) > 0).unwrap_or(',')
}

/// The line of a quotation mark that opens a cell and is not closed.
fn open_quote(text: &str, separator: char) -> Option<usize> {
    let (mut line, mut opened, mut at_start) = (1, None, true);
    for letter in text.chars() {
        match (opened, letter) {
            (None, '"') if at_start => opened = Some(line),
            (Some(_), '"') => opened = None,
            (_, '\n') => line += 1,
            (None | Some(_), _) => {}
        }
        // A doubled quote closes a cell and opens it again.
        at_start = opened.is_none() && (letter == separator || letter == '\n' || letter == '"');
    }
    opened
}

/// A text that a spreadsheet shows and does not compute: an apostrophe is put before what looks like a formula.
#[must_use]
pub fn neutral(text: &str) -> String {
    if looks_computed(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text that [`neutral`] was given.
#[must_use]
pub fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| looks_computed(rest)).unwrap_or(text)
}

/// Whether it begins like a formula, or did before an apostrophe was put there.
fn looks_computed(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(COMPUTES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sheet::{Cell, SheetError, read};
    use super::{neutral, plain};

    fn table(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let text = |cell: Cell| match cell {
            Cell::Text(text) => text,
            Cell::Empty => String::new(),
            other @ (Cell::Number(_) | Cell::Day(_) | Cell::Formula | Cell::Fault(_)) => format!("{other:?}"),
        };
        let rows = read(bytes, None).expect("a table").rows;
        rows.into_iter().map(|(row, cells)| (row, cells.into_iter().map(text).collect())).collect()
    }

    fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (number, cells.iter().map(|&cell| cell.to_owned()).collect())
    }

    #[test]
    fn every_way_of_writing_a_table_is_the_same_table() {
        let wanted = [row(1, &["Title", "Cost"]), row(2, &["Tŷ Maths", "£5"])];
        let wide = |little: bool, mark: bool| -> Vec<u8> {
            let text = format!("{}Title,Cost\r\nTŷ Maths,£5\r\n", if mark { "\u{feff}" } else { "" });
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let cases: Vec<Vec<u8>> = vec![
            "Title,Cost\nTŷ Maths,£5\n".into(),
            "\u{feff}Title,Cost\r\nTŷ Maths,£5".into(),
            "Title;Cost\nTŷ Maths;£5\n".into(),
            "Title\tCost\rTŷ Maths\t£5\r".into(),
            "\"Title\",\"Cost\"\n\"Tŷ Maths\" ,£5\n".replace("\" ,", "\",").into(),
            wide(true, true),
            wide(false, true),
        ];
        for bytes in cases {
            assert_eq!(table(&bytes), wanted, "{:?}", String::from_utf8_lossy(&bytes));
        }
        assert_eq!(table(b"Title,Cost\nCaf\xe9,\xa35"), [row(1, &["Title", "Cost"]), row(2, &["Café", "£5"])]);
        assert_eq!(table(&wide(true, false)[..])[0], wanted[0], "a mark at its beginning is not needed");
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let text = "sep=;\nTitle;Note\n\n\"One\";\"two\nlines\"\n;;\nTwo;x\n";
        let wanted = [row(2, &["Title", "Note"]), row(4, &["One", "two\nlines"]), row(6, &["Two", "x"])];
        assert_eq!(table(text.as_bytes()), wanted);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let refused = |bytes: &[u8]| read(bytes, None).expect_err("no table");
        assert_eq!(refused(b"Title\n\"One,2\nTwo,3\n"), SheetError::Quote(2));
        assert!(matches!(refused(b"\xd0\xcf\x11\xe0\xa1\xb1"), SheetError::NoTable(_)));
        assert!(matches!(refused(b"%PDF-1.7"), SheetError::NoTable(_)));
        assert!(matches!(refused(b"Title\0\x01\x02,x"), SheetError::NoTable(_)));
        assert!(matches!(refused(b"PK\x03\x04 not a zip"), SheetError::Workbook(_)));
        assert!(matches!(refused(&vec![b'a'; super::super::sheet::BYTES + 1]), SheetError::TooLarge(_)));
        assert!(matches!(refused("a\n".repeat(6_000).as_bytes()), SheetError::TooLarge(_)));
    }

    proptest! {
        #[test]
        fn a_text_that_was_made_harmless_is_read_back(text in "['=+@a\\-]{0,6}") {
            let written = neutral(&text);
            prop_assert!(!written.starts_with(super::COMPUTES));
            prop_assert_eq!(plain(&written), text);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, None);
        }
    }
}
