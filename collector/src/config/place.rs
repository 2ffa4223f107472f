//! Where in the file something is wrong.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use super::ConfigError;

/// The file, for errors.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Place<'_> {
    /// A value is not as it should be.
    pub(super) fn wrong<T>(&self, value: &Spanned<T>, key: &str, problem: &str, expected: &str) -> ConfigError {
        self.at(value.span().start, key.to_owned(), problem.to_owned(), expected.to_owned())
    }

    /// A key that is needed is not there; `section` is the line that it belongs under.
    pub(super) fn missing(&self, section: &str, key: &str, expected: &str) -> ConfigError {
        let start = self.text.find(section).unwrap_or_default();
        self.at(start, key.to_owned(), "is missing".to_owned(), expected.to_owned())
    }

    /// The file is not TOML, or has keys that are unknown, missing or of the wrong kind.
    pub(super) fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span().unwrap_or_default();
        let message = error.message().trim();
        let key = self.key_at(&span);
        let (problem, expected) = match message.split_once(", expected ") {
            Some((problem, expected)) => (problem.to_owned(), format!("expected {expected}")),
            None if message.starts_with("missing field") => {
                (message.to_owned(), "put the key back; the comments in the file say what it is for".to_owned())
            }
            None => (message.to_owned(), "see the comments in the file for what it takes".to_owned()),
        };
        self.at(span.start, key, format!("is wrong: {problem}"), expected)
    }

    fn at(&self, start: usize, key: String, problem: String, expected: String) -> ConfigError {
        let line = self.text.get(..start).unwrap_or_default().matches('\n').count() + 1;
        ConfigError::Wrong { path: self.path.to_owned(), line, key, problem, expected }
    }

    /// What stands before the equals sign of the line.
    fn key_at(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = &self.text[before.rfind('\n').map_or(0, |end| end + 1)..];
        let line = line.lines().next().unwrap_or_default();
        let key = line.split('=').next().unwrap_or_default().trim();
        if key.is_empty() { "this line".to_owned() } else { key.to_owned() }
    }
}
