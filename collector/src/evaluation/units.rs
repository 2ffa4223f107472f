//! Ordinary text, cut into the pieces that are counted.

use std::io::{self, BufRead, Read as _};

use super::corpus::LINE_BYTES;
use super::{CorpusError, Place};

/// What one text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A line: a name, a word of a dictionary, a title.
    Line,
    /// What stands between empty lines.
    Paragraph,
    /// The whole file.
    File,
}

/// The texts of a file, one after the other. What is not UTF-8 becomes U+FFFD.
pub struct Units<R> {
    source: R,
    unit: Unit,
    file: String,
    order: usize,
    lines: u64,
    ended: bool,
}

impl<R: BufRead> Units<R> {
    /// Cuts `source`, the file `file` and the `order`th of those that were named.
    pub fn new(source: R, unit: Unit, order: usize, file: &str) -> Self {
        Self { source, unit, file: file.to_owned(), order, lines: 0, ended: false }
    }

    /// The next text and its first line. A line or paragraph that goes on for more than [`LINE_BYTES`] is cut there.
    fn read(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        let (mut text, mut first) = (Vec::new(), 0);
        loop {
            let mut line = Vec::new();
            if self.source.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
                self.ended = true;
                return Ok((first > 0).then_some((first, text)));
            }
            self.lines += 1;
            let empty = line.trim_ascii().is_empty();
            match self.unit {
                Unit::Line if empty => {}
                Unit::Line => return Ok(Some((self.lines, line))),
                Unit::Paragraph if empty && first == 0 => {}
                Unit::Paragraph if empty => return Ok(Some((first, text))),
                Unit::Paragraph | Unit::File => {
                    first = if first == 0 { self.lines } else { first };
                    text.append(&mut line);
                }
            }
            if self.unit == Unit::Paragraph && u64::try_from(text.len()).is_ok_and(|length| length >= LINE_BYTES) {
                return Ok(Some((first, text)));
            }
        }
    }
}

impl<R: BufRead> Iterator for Units<R> {
    type Item = Result<(Place, String), CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(None) => None,
            Ok(Some((line, text))) => {
                let place = Place { order: self.order, file: self.file.clone(), line };
                Some(Ok((place, String::from_utf8_lossy(&text).into_owned())))
            }
            Err(source) => {
                self.ended = true;
                Some(Err(CorpusError::Unreadable { file: self.file.clone(), source }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, Units};

    fn cut(text: &[u8], unit: Unit) -> Vec<(u64, String)> {
        let units = Units::new(text, unit, 0, "play.txt");
        units.map(|unit| unit.expect("reads")).map(|(place, text)| (place.line, text)).collect()
    }

    #[test]
    fn a_text_is_a_line_a_paragraph_or_the_file() {
        let play = b"\nEnter two\n  Enter three\n\n \nExeunt\xff\n";
        let row = |line, text: &str| (line, text.to_owned());
        assert_eq!(
            cut(play, Unit::Line),
            [row(2, "Enter two\n"), row(3, "  Enter three\n"), row(6, "Exeunt\u{fffd}\n")]
        );
        assert_eq!(cut(play, Unit::Paragraph), [row(2, "Enter two\n  Enter three\n"), row(6, "Exeunt\u{fffd}\n")]);
        assert_eq!(cut(play, Unit::File), [row(1, "\nEnter two\n  Enter three\n\n \nExeunt\u{fffd}\n")]);
        assert_eq!(cut(b"", Unit::File), []);
    }
}
