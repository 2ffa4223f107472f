//! Texts with what must be found in each: one JSON object a line.

use std::fmt;
use std::io::{self, BufRead, Read as _};

use caretaker_shared::digest::Sha256;
use caretaker_shared::lexicon::{CATEGORIES, Category, category};
use caretaker_shared::model::Severity;
use serde_json::{Map, Value};

use super::Place;

/// Longest line that is read, in bytes: a file without line ends must not fill the memory.
pub const LINE_BYTES: u64 = 16 << 20;
/// One in so many texts is held out.
const HELD_OUT: u64 = 5;
/// What stands at `expect` where nothing may be found.
const NONE: &str = "none";

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// What must be found in it; `None` when nothing may be.
    pub expect: Option<&'static Category>,
    /// The least severity that the finding must have.
    pub min_severity: Option<Severity>,
    /// The same before it was disguised.
    pub plain: Option<String>,
    /// What the text tries: "quotation", "leet".
    pub behaviour: Option<String>,
    /// BCP 47, where the corpus says so.
    pub lang: Option<String>,
}

/// Why a corpus cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A line is not as it should be.
    #[error("{}, line {}: {mistake}", .place.file, .place.line)]
    Line {
        /// Where.
        place: Place,
        /// What is wrong, and on a line of its own how it should be.
        mistake: Mistake,
    },
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
}

/// What is wrong with a line. It says nothing of the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    problem: String,
    expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n  {}", self.problem, self.expected)
    }
}

impl Mistake {
    fn new(problem: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { problem: problem.into(), expected: expected.into() }
    }
}

/// Whether a text belongs to the fifth that is held out: the first eight bytes of its SHA-256, read as a number with
/// the highest first, are a multiple of five. No file says so, so that nobody has to keep it up, and it never changes.
#[must_use]
pub fn held_out(text: &str) -> bool {
    let digest = Sha256::of(text.as_bytes());
    let number = digest.as_bytes().iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    number.is_multiple_of(HELD_OUT)
}

/// The texts of a file, one after the other. Lines without anything are passed over.
pub struct Samples<R> {
    source: R,
    place: Place,
}

impl<R: BufRead> Samples<R> {
    /// Reads `source`, the file `file` and the `order`th of those that were named.
    pub fn new(source: R, order: usize, file: &str) -> Self {
        Self { source, place: Place { order, file: file.to_owned(), line: 0 } }
    }

    fn line(&mut self) -> Option<Result<Vec<u8>, CorpusError>> {
        let mut line = Vec::new();
        match self.source.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => self.place.line += 1,
            Err(source) => return Some(Err(CorpusError::Unreadable { file: self.place.file.clone(), source })),
        }
        if u64::try_from(line.len()).is_ok_and(|length| length == LINE_BYTES) && line.last() != Some(&b'\n') {
            let mistake = Mistake::new("this line is longer than 16 MiB", "put one JSON object on each line");
            return Some(Err(CorpusError::Line { place: self.place.clone(), mistake }));
        }
        Some(Ok(line))
    }
}

impl<R: BufRead> Iterator for Samples<R> {
    type Item = Result<(Place, Sample), CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.line()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            // Some editors of Windows put this mark before the first letter.
            let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
            if line.is_empty() {
                continue;
            }
            let place = self.place.clone();
            return Some(match sample(line) {
                Ok(sample) => Ok((place, sample)),
                Err(mistake) => Err(CorpusError::Line { place, mistake }),
            });
        }
    }
}

fn sample(line: &[u8]) -> Result<Sample, Mistake> {
    const SHAPE: &str = "expected one JSON object a line: {\"text\": \"...\", \"expect\": \"none\"}";
    let value: Value = serde_json::from_slice(line)
        .map_err(|error| Mistake::new(format!("this line is not JSON (at column {})", error.column()), SHAPE))?;
    let Value::Object(object) = value else {
        return Err(Mistake::new("this line is not a JSON object", SHAPE));
    };
    let text = optional(&object, "text")?.ok_or_else(|| Mistake::new("text is missing", "expected the text itself"))?;
    if text.trim().is_empty() {
        return Err(Mistake::new("text is empty", "expected the text itself; take lines out that have none"));
    }
    let expect = expect(&object)?;
    let min_severity = min_severity(&object, expect)?;
    Ok(Sample {
        text,
        expect,
        min_severity,
        plain: optional(&object, "plain")?,
        behaviour: optional(&object, "behaviour")?,
        lang: optional(&object, "lang")?,
    })
}

fn expect(object: &Map<String, Value>) -> Result<Option<&'static Category>, Mistake> {
    let known = || {
        let ids: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
        format!("expected \"none\" or a category: {}", ids.join(", "))
    };
    match optional(object, "expect")? {
        None => Err(Mistake::new("expect is missing", known())),
        Some(id) if id == NONE => Ok(None),
        Some(id) => match category(&id) {
            Some(category) => Ok(Some(category)),
            None => Err(Mistake::new(format!("expect = {} is not a category", shown(&id)), known())),
        },
    }
}

fn min_severity(object: &Map<String, Value>, expect: Option<&Category>) -> Result<Option<Severity>, Mistake> {
    let Some(value) = object.get("min_severity").filter(|value| !value.is_null()) else { return Ok(None) };
    let wrong = |expected: String| Err(Mistake::new(format!("min_severity = {}", shown(&value.to_string())), expected));
    let level = value.as_u64().and_then(|level| u32::try_from(level).ok()).and_then(Severity::new);
    match (level, expect) {
        (None, _) => wrong("expected a whole number from 1 to 5, without quotation marks".into()),
        (Some(_), None) => wrong("expected none of it, because expect is \"none\": nothing may be found here".into()),
        (Some(level), Some(_)) => Ok(Some(level)),
    }
}

fn optional(object: &Map<String, Value>, field: &str) -> Result<Option<String>, Mistake> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Mistake::new(format!("{field} is not a text"), format!("expected \"{field}\": \"...\"")))
        }
    }
}

/// A value in an error: short, and nothing that a terminal obeys.
fn shown(value: &str) -> String {
    let start: String = value.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if start.len() < value.len() { format!("{start}...") } else { start }
}

#[cfg(test)]
mod tests {
    use super::{Sample, Samples, held_out};

    fn read(corpus: &str) -> Result<Vec<(u64, Sample)>, String> {
        let samples = Samples::new(corpus.as_bytes(), 0, "corpus.jsonl");
        samples
            .map(|sample| sample.map(|(place, sample)| (place.line, sample)).map_err(|error| error.to_string()))
            .collect()
    }

    #[test]
    fn lines_are_read_and_what_is_not_known_is_passed_over() {
        let corpus = "\u{feff}{\"text\": \"one\", \"expect\": \"none\", \"note\": [1]}\r\n\n\
                      {\"text\": \"two\", \"expect\": \"violence\", \"min_severity\": 4, \"plain\": \"tow\", \
                      \"behaviour\": \"swapped\", \"lang\": \"cy\"}";
        let read = read(corpus).expect("is a corpus");
        let (first, second) = (&read[0], &read[1]);
        assert_eq!((first.0, first.1.text.as_str(), first.1.expect), (1, "one", None));
        assert_eq!(second.0, 3, "an empty line counts as one");
        assert_eq!(second.1.expect.map(|category| category.id), Some("violence"));
        assert_eq!(second.1.min_severity.map(|severity| severity.level()), Some(4));
        assert_eq!(second.1.plain.as_deref(), Some("tow"));
    }

    #[test]
    fn a_mistake_names_file_line_field_and_remedy() {
        let cases = [
            (r#"{"text": "x", "expect": "none""#, "not JSON (at column 30)"),
            (r#"["text"]"#, "not a JSON object"),
            (r#"{"expect": "none"}"#, "text is missing"),
            (r#"{"text": "  ", "expect": "none"}"#, "text is empty"),
            (r#"{"text": 7, "expect": "none"}"#, "text is not a text\n  expected \"text\": \"...\""),
            (r#"{"text": "x"}"#, "expect is missing\n  expected \"none\" or a category: csa, suicide"),
            (r#"{"text": "x", "expect": "knives"}"#, "expect = knives is not a category"),
            (
                r#"{"text": "x", "expect": "violence", "min_severity": "4"}"#,
                "min_severity = \"4\"\n  expected a whole number",
            ),
            (r#"{"text": "x", "expect": "violence", "min_severity": 6}"#, "min_severity = 6\n  expected a whole"),
            (r#"{"text": "x", "expect": "none", "min_severity": 3}"#, "nothing may be found here"),
        ];
        for (line, told) in cases {
            let error = read(&format!("{{\"text\": \"fine\", \"expect\": \"none\"}}\n{line}\n")).expect_err(line);
            assert!(error.starts_with("corpus.jsonl, line 2: ") && error.contains(told), "{line}\n{error}");
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let endless = std::io::BufReader::new(std::io::Read::take(std::io::repeat(b'x'), 64 << 20));
        let error = Samples::new(endless, 0, "corpus.jsonl").next().expect("something").expect_err("is refused");
        assert!(error.to_string().contains("longer than 16 MiB"), "{error}");
    }

    #[test]
    fn the_held_out_fifth_never_moves() {
        // SHA-256 of "abc" begins ba7816bf8f01cfea (FIPS 180-4), of nothing e3b0c44298fc1c14.
        assert_eq!(held_out("abc"), 0xba78_16bf_8f01_cfea_u64.is_multiple_of(5));
        assert_eq!(held_out(""), 0xe3b0_c442_98fc_1c14_u64.is_multiple_of(5));
        let chosen: Vec<u32> = (0..40).filter(|number| held_out(&format!("text {number}"))).collect();
        assert_eq!(chosen, [1, 12, 21, 24, 25, 33], "as computed with Python");
        let out = (0..10_000).filter(|number| held_out(&number.to_string())).count();
        assert!((1_880..2_120).contains(&out), "{out} of 10,000 is no fifth");
    }
}
