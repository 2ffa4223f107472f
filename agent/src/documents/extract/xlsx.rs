//! Excel workbooks: a row is a line, its cells stand apart by tabs. Numbers are left out: rules are about words.

use caretaker_shared::order;
use quick_xml::events::BytesStart;

use super::archive::Archive;
use super::xml::{self, Handler, Mark, attribute};
use super::{Refusal, TEXT_LIMIT_BYTES};

const WORKBOOK: &str = "xl/workbook.xml";
const SHEETS: &str = "xl/worksheets/sheet";
const SHARED: &str = "xl/sharedStrings.xml";
/// What else holds words: remarks on cells, text boxes.
const MORE: &[&str] = &["xl/comments", "xl/threadedComments/", "xl/drawings/drawing"];

/// Whether an archive has what a workbook has.
pub(super) fn is_xlsx(archive: &Archive<'_>) -> bool {
    archive.names().iter().any(|name| name == WORKBOOK)
}

/// The text of the sheets by their number, then remarks and text boxes.
///
/// # Errors
/// When a part is encrypted, broken or too large.
pub(super) fn text(archive: &mut Archive<'_>) -> Result<String, Refusal> {
    let mut shared = Shared::default();
    if let Some(part) = archive.part(SHARED)? {
        xml::walk(&part, &mut shared)?;
    }
    let names = archive.names();
    let mut sheets: Vec<(u32, &String)> = names
        .iter()
        .filter_map(|name| Some((name.strip_prefix(SHEETS)?.strip_suffix(".xml")?.parse().ok()?, name)))
        .collect();
    order::sort(&mut sheets);
    let mut text = String::new();
    for (_, name) in sheets {
        let Some(part) = archive.part(name)? else { continue };
        let mut sheet = Sheet { shared: &shared, lines: text, cell: Cell::Number, words: None };
        xml::walk(&part, &mut sheet)?;
        text = sheet.lines;
        if text.len() > TEXT_LIMIT_BYTES {
            return Err(Refusal::TooLarge);
        }
    }
    for name in names.iter().filter(|name| name.ends_with(".xml") && MORE.iter().any(|more| name.starts_with(more))) {
        if let Some(part) = archive.part(name)? {
            text += &xml::text(&part, meaning)?;
        }
    }
    Ok(text)
}

/// Strings of one workbook that are kept.
const STRINGS: usize = 4_000_000;

/// The strings that cells refer to by number, one behind the other: there may be millions.
#[derive(Default)]
struct Shared {
    words: String,
    begins: Vec<usize>,
    in_text: bool,
    in_reading: bool,
}

impl Shared {
    fn string(&self, number: usize) -> Option<&str> {
        let begin = *self.begins.get(number)?;
        let end = self.begins.get(number + 1).copied().unwrap_or(self.words.len());
        self.words.get(begin..end)
    }
}

impl Handler for Shared {
    fn open(&mut self, element: &BytesStart<'_>) {
        match xml::local(element.name()) {
            "si" if self.begins.len() < STRINGS => self.begins.push(self.words.len()),
            "t" => self.in_text = true,
            // How Japanese words are read aloud: the words themselves stand beside it.
            "rPh" => self.in_reading = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "rPh" => self.in_reading = false,
            _ => {}
        }
    }

    fn write(&mut self, words: &str) {
        if self.in_text && !self.in_reading && self.begins.len() < STRINGS {
            self.words.push_str(words);
        }
    }
}

/// What the value of a cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// A number, a date, yes or no.
    Number,
    /// The number of a shared string.
    Shared,
    /// The words themselves.
    Words,
}

struct Sheet<'a> {
    shared: &'a Shared,
    lines: String,
    cell: Cell,
    /// The words of the value that is being read.
    words: Option<String>,
}

impl Handler for Sheet<'_> {
    fn open(&mut self, element: &BytesStart<'_>) {
        match xml::local(element.name()) {
            "c" => {
                self.cell = match attribute(element, "t").as_deref() {
                    Some("s") => Cell::Shared,
                    Some("str" | "inlineStr") => Cell::Words,
                    _ => Cell::Number,
                }
            }
            "v" | "t" => self.words = Some(String::new()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "v" | "t" => {
                let words = self.words.take().unwrap_or_default();
                match self.cell {
                    Cell::Number => {}
                    Cell::Shared => self.push(words.trim().parse().ok().and_then(|number| self.shared.string(number))),
                    Cell::Words => self.push(Some(&words)),
                }
            }
            "c" if !self.is_at_beginning() => self.push(Some("\t")),
            "row" if !self.is_at_beginning() => self.push(Some("\n")),
            _ => {}
        }
    }

    fn write(&mut self, words: &str) {
        if let Some(value) = &mut self.words {
            value.push_str(words);
        }
    }
}

impl Sheet<'_> {
    /// Stops a little behind the limit: a long string may stand in very many cells.
    fn push(&mut self, words: Option<impl AsRef<str>>) {
        if let Some(words) = words.filter(|_| self.lines.len() <= TEXT_LIMIT_BYTES) {
            self.lines.push_str(words.as_ref());
        }
    }

    fn is_at_beginning(&self) -> bool {
        self.lines.is_empty() || self.lines.ends_with('\n')
    }
}

fn meaning(name: &str) -> Mark {
    match name {
        "t" => Mark::Text,
        "p" | "comment" => Mark::Then('\n'),
        "text" => Mark::TextThen('\n'),
        "Fallback" => Mark::Skipped,
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    fn workbook(parts: &[(&str, &str)]) -> Result<String, Refusal> {
        let mut all: Vec<(&str, &[u8])> = vec![("xl/workbook.xml", b"<workbook/>")];
        all.extend(parts.iter().map(|(name, part)| (*name, part.as_bytes())));
        text(&packed(&all))
    }

    const STRINGS: &str = "<sst><si><t>plan</t></si><si><r><t>to le</t></r><r><t xml:space='preserve'>ave </t></r>\
                           <rPh><t>aloud</t></rPh></si></sst>";

    #[test]
    fn rows_are_lines_and_cells_stand_apart() {
        let sheet = "<worksheet><sheetData><row><c t='s'><v>0</v></c><c t='s'><v>1</v></c><c><v>12</v></c></row>\
                     <row><c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r></is></c>\
                     <c t='str'><f>A1</f><v>made</v></c><c t='s'><v>99</v></c></row></sheetData></worksheet>";
        let text = workbook(&[
            ("xl/sharedStrings.xml", STRINGS),
            ("xl/worksheets/sheet10.xml", "<w><row><c t='s'><v>0</v></c></row></w>"),
            ("xl/worksheets/sheet2.xml", sheet),
            ("xl/comments1.xml", "<c><comment><text><r><t>a rem</t></r><r><t>ark</t></r></text></comment></c>"),
        ]);
        assert_eq!(text.as_deref(), Ok("plan\tto leave \t\t\ninline\tmade\t\t\nplan\t\na remark\n\n"));
    }

    #[test]
    fn a_long_string_in_many_cells_is_too_large() {
        let strings = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(900_000));
        let sheet = format!("<w><row>{}</row></w>", "<c t='s'><v>0</v></c>".repeat(40_000));
        let parts = [("xl/sharedStrings.xml", strings.as_str()), ("xl/worksheets/sheet1.xml", sheet.as_str())];
        assert_eq!(workbook(&parts), Err(Refusal::TooLarge));
    }

    #[test]
    fn a_broken_sheet_breaks_the_workbook() {
        assert_eq!(workbook(&[("xl/worksheets/sheet1.xml", "<w><row>")]), Err(Refusal::Broken));
    }
}
