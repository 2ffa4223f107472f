//! One table of a file of rules, read key by key. Every error knows its line, its rule, and the value as it was written.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::RuleError;

/// As much of a value as an error repeats.
const SHOWN: usize = 80;

/// Some table of a file.
#[derive(Clone)]
pub(super) struct Table<'a> {
    file: &'a str,
    text: &'a str,
    at: Range<usize>,
    entries: &'a DeTable<'a>,
    rule: Option<&'a str>,
}

impl<'a> Table<'a> {
    pub(super) fn whole(file: &'a str, text: &'a str, entries: &'a DeTable<'a>) -> Self {
        Self { file, text, at: 0..0, entries, rule: None }
    }

    /// The same, in whose errors a rule is named.
    pub(super) fn of_rule(self, rule: Option<&'a str>) -> Self {
        Self { rule, ..self }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.keys().map(|key| key.get_ref().as_ref())
    }

    /// Refuses a key that is not among `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), RuleError> {
        let unknown = self.entries.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        let Some((key, _)) = unknown.min_by_key(|(key, _)| key.span().start) else { return Ok(()) };
        let expected = format!("there is no such key; there are: {}", known.join(", "));
        Err(self.error(key.span().start, key.get_ref().to_string(), expected))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.get(key).is_some()
    }

    /// A text that is there and says something.
    pub(super) fn text(&self, key: &str, expected: &str) -> Result<&'a str, RuleError> {
        self.maybe_text(key, expected)?.ok_or_else(|| self.missing(key, expected))
    }

    pub(super) fn maybe_text(&self, key: &str, expected: &str) -> Result<Option<&'a str>, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(None) };
        let text = value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        // A pack that held others would not be read.
        let text = text.filter(|text| !text.contains(char::is_control));
        text.map(Some).ok_or_else(|| self.wrong(key, value, expected))
    }

    pub(super) fn number(&self, key: &str, range: &RangeInclusive<i8>) -> Result<Option<i8>, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(None) };
        let written = value.get_ref().as_integer();
        let number = written.and_then(|written| i8::from_str_radix(written.as_str(), written.radix()).ok());
        let expected = || format!("expected a whole number from {} to {}", range.start(), range.end());
        let number = number.filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| self.wrong(key, value, &expected()))
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(false) };
        value.get_ref().as_bool().ok_or_else(|| self.wrong(key, value, "expected true or false"))
    }

    /// A list of texts; an empty one where there is no such key.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<Written<'a>>, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(Vec::new()) };
        let expected = "expected a list of texts in quotation marks: [\"...\", \"...\"]";
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(key, value, expected))?;
        let read = |entry: &'a Spanned<DeValue<'a>>| {
            let text = entry.get_ref().as_str().filter(|text| !text.trim().is_empty());
            let text = text.ok_or_else(|| self.wrong(key, entry, expected))?;
            Ok(Written { text, at: entry.span().start })
        };
        list.iter().map(read).collect()
    }

    /// A table within this one.
    pub(super) fn table(&self, key: &str) -> Result<Option<Self>, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(None) };
        self.inner(key, value).map(Some)
    }

    /// A list of tables, or a single one; none where there is no such key.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Self>, RuleError> {
        let Some(value) = self.entries.get(key) else { return Ok(Vec::new()) };
        match value.get_ref().as_array() {
            Some(list) => list.iter().map(|entry| self.inner(key, entry)).collect(),
            None => Ok(vec![self.inner(key, value)?]),
        }
    }

    fn inner(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Result<Self, RuleError> {
        match value.get_ref().as_table() {
            Some(entries) => Ok(Self { at: value.span(), entries, ..self.clone() }),
            None => Err(self.wrong(key, value, "expected { key = value, ... }")),
        }
    }

    /// The error for a key that must be there and is not.
    pub(super) fn missing(&self, key: &str, expected: &str) -> RuleError {
        self.error(self.at.start, key.to_owned(), format!("missing: {expected}"))
    }

    /// The error for what a key says.
    pub(super) fn refused(&self, key: &str, expected: &str) -> RuleError {
        match self.entries.get(key) {
            Some(value) => self.wrong(key, value, expected),
            None => self.missing(key, expected),
        }
    }

    /// The error for something that stands at `at`.
    pub(super) fn error(&self, at: usize, field: String, expected: String) -> RuleError {
        RuleError {
            file: self.file.to_owned(),
            line: line_of(self.text, at),
            rule: self.rule.map(str::to_owned),
            field,
            expected,
        }
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> RuleError {
        let written = shown(self.text.get(value.span()).unwrap_or_default());
        self.error(value.span().start, format!("{key} = {written}"), expected.to_owned())
    }
}

/// An entry of a list of texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    /// Where it stands in the file.
    pub(super) at: usize,
}

/// The error for a file that is not TOML at all.
pub(super) fn unreadable(file: &str, text: &str, error: &toml::de::Error) -> RuleError {
    let line = line_of(text, error.span().map_or(text.len(), |span| span.start));
    RuleError {
        file: file.to_owned(),
        line,
        rule: None,
        field: shown(text.lines().nth(line - 1).unwrap_or_default().trim()),
        expected: format!(
            "this line cannot be read: {}",
            error.message().split_whitespace().collect::<Vec<_>>().join(" ")
        ),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

/// What fits one line of a terminal, and cannot steer one.
pub(super) fn shown(written: &str) -> String {
    let mut lines = written.lines();
    let first = lines.next().unwrap_or_default();
    let cut = first.chars().count() > SHOWN || lines.next().is_some();
    let kept = first.chars().take(SHOWN).filter(|letter| !letter.is_control());
    kept.chain(if cut { " ...".chars() } else { "".chars() }).collect()
}
