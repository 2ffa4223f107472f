//! What is wrong with a file that is not TOML at all, in plain words.

use super::error::PolicyError;
use super::table::{line_of, shown};

/// The error for a file that is not TOML at all.
pub(super) fn unreadable(text: &str, error: &toml::de::Error) -> PolicyError {
    let start = error.span().map_or(text.len(), |span| span.start);
    let line = line_of(text, start);
    PolicyError {
        line,
        field: shown(text.lines().nth(line - 1).unwrap_or_default().trim()),
        problem: "cannot be read".into(),
        expected: format!("this line cannot be read: {}", plain(error.message())),
    }
}

/// How the parser's messages begin, and the same in plain words.
const PLAIN: &[(&str, &str)] = &[
    ("string values must be quoted", "expected a number, true, false, a [list], or a text in quotation marks"),
    ("duplicate key", "this name stands in the file twice"),
    ("unclosed table", "the closing ] is missing"),
    ("unclosed array", "the closing ] of a list is missing, here or above"),
    ("missing comma between array elements", "a comma or the closing ] of a list is missing, here or above"),
    ("key with no value", "expected a name, then =, then a value"),
    ("invalid basic string", "the closing quotation mark is missing, or a backslash needs another one before it"),
    ("too few unicode value digits", "a backslash needs another one before it"),
    ("missing escaped value", "a backslash needs another one before it"),
];

/// The parser's message in plain words where there are such, otherwise as it is, on one line.
fn plain(message: &str) -> String {
    let known = PLAIN.iter().find(|(begin, _)| message.starts_with(begin));
    known.map_or_else(|| message.split_whitespace().collect::<Vec<_>>().join(" "), |(_, plain)| (*plain).to_owned())
}
