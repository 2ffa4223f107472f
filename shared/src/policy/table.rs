//! One section of a policy file, read key by key.
//!
//! Built on TOML's tree with spans rather than on serde, so that every error knows its line, its key and the value as
//! it was written. Nothing here knows what a policy is.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check;
use super::error::PolicyError;

/// As much of a value as an error repeats.
const SHOWN: usize = 80;

/// A whole number that a key may hold.
pub(super) struct Number {
    /// "a whole number of seconds".
    pub(super) what: &'static str,
    pub(super) range: RangeInclusive<u32>,
    pub(super) example: u32,
}

/// Texts that a key may hold.
pub(super) struct Texts {
    /// "a list of folders, for example [\"~/Documents\"]".
    pub(super) list: &'static str,
    /// What is wrong with an entry that is a text, and how one should be; `None` for a good one.
    pub(super) fault: fn(&str) -> Option<String>,
    /// How many entries there may be.
    pub(super) count: RangeInclusive<usize>,
}

/// Some table of the file, whose keys are all known.
pub(super) struct Section<'a> {
    text: &'a str,
    /// Dotted, empty for the whole file.
    path: &'static str,
    at: Range<usize>,
    entries: Option<&'a DeTable<'a>>,
}

impl<'a> Section<'a> {
    /// The whole file; `known` are the names of its sections.
    pub(super) fn whole(text: &'a str, entries: &'a DeTable<'a>, known: &[&str]) -> Result<Self, PolicyError> {
        let whole = Self { text, path: "", at: text.len()..text.len(), entries: Some(entries) };
        whole.only(known)?;
        Ok(whole)
    }

    /// The section `name` of this table; an empty one when the file has none.
    pub(super) fn section(&self, name: &'static str, known: &[&str]) -> Result<Self, PolicyError> {
        let mut section = Self { text: self.text, path: name, at: self.at.clone(), entries: None };
        if let Some(value) = self.value(name) {
            section.at = value.span();
            section.entries = value.get_ref().as_table();
            if section.entries.is_none() {
                let expected = format!("expected a section: [{name}] on a line of its own, with its keys below");
                return Err(self.wrong(name, value, "is not a section", expected));
            }
        }
        section.only(known)?;
        Ok(section)
    }

    /// The tables of the list `key`, each of the path `path`; none when the file has no such list.
    pub(super) fn tables(
        &self,
        key: &str,
        path: &'static str,
        known: &[&str],
        most: usize,
    ) -> Result<Vec<Self>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let expected = || format!("expected [[{path}]] on a line of its own, with its keys below");
        let Some(list) = value.get_ref().as_array() else {
            return Err(self.wrong(key, value, "is not a list of sections", expected()));
        };
        if list.len() > most {
            return Err(self.wrong(key, value, "is too long", format!("expected at most {most} of [[{path}]]")));
        }
        let table = |entry: &'a Spanned<DeValue<'a>>| {
            let entries = entry.get_ref().as_table();
            let entries = entries.ok_or_else(|| self.wrong(key, entry, "is not a section", expected()))?;
            let table = Self { text: self.text, path, at: entry.span(), entries: Some(entries) };
            table.only(known)?;
            Ok(table)
        };
        list.iter().map(table).collect()
    }

    /// The keys that are there.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.entries.into_iter().flat_map(|entries| entries.keys().map(|key| key.get_ref().as_ref()))
    }

    /// A whole number within its range.
    pub(super) fn number(&self, key: &str, number: &Number) -> Result<Option<u32>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let Number { what, range, example } = number;
        let Some(written) = value.get_ref().as_integer() else {
            let expected = format!("expected {what}, for example {example}");
            return Err(self.wrong(key, value, "is not a whole number", expected));
        };
        match u32::from_str_radix(written.as_str(), written.radix()).ok().filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                let expected =
                    format!("expected {what} from {} to {}, for example {example}", range.start(), range.end());
                Err(self.wrong(key, value, "is out of range", expected))
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let expected = "expected true or false, without quotation marks".to_owned();
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.wrong(key, value, "is neither true nor false", expected))
    }

    /// One text, a good one. `fault` is as in [`Texts`].
    pub(super) fn text(
        &self,
        key: &str,
        what: &str,
        fault: fn(&str) -> Option<String>,
    ) -> Result<Option<String>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let Some(text) = value.get_ref().as_str() else {
            return Err(self.wrong(key, value, "is not a text in quotation marks", format!("expected {what}")));
        };
        match fault(text) {
            Some(fault) => Err(self.wrong(key, value, "is not accepted", fault)),
            None => Ok(Some(text.to_owned())),
        }
    }

    /// A list of texts, each a good one.
    pub(super) fn texts(&self, key: &str, texts: &Texts) -> Result<Option<Vec<String>>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let expected = || format!("expected {}", texts.list);
        let Some(list) = value.get_ref().as_array() else {
            return Err(self.wrong(key, value, "is not a list", expected()));
        };
        let mut read = Vec::with_capacity(list.len());
        for (entry, number) in list.iter().zip(1..) {
            let place = format!("{key} entry {number}");
            let Some(text) = entry.get_ref().as_str() else {
                return Err(self.wrong(&place, entry, "is not a text in quotation marks", expected()));
            };
            if let Some(fault) = (texts.fault)(text) {
                return Err(self.wrong(&place, entry, "is not accepted", fault));
            }
            read.push(text.to_owned());
        }
        if read.len() < *texts.count.start() {
            return Err(self.wrong(key, value, "is empty", format!("expected at least one entry: {}", texts.list)));
        }
        if read.len() > *texts.count.end() {
            let expected = format!("expected at most {} entries", texts.count.end());
            return Err(self.wrong(key, value, "is too long", expected));
        }
        Ok(Some(read))
    }

    /// A list of so many different whole numbers, each within the range; they come in ascending order.
    pub(super) fn numbers<const N: usize>(&self, key: &str, number: &Number) -> Result<Option<[u32; N]>, PolicyError> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let Number { what, range, .. } = number;
        let (least, most) = (range.start(), range.end());
        let expected = || format!("expected a list of {N} different whole numbers of {what} from {least} to {most}");
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(key, value, "is not a list", expected()))?;
        let read = |entry: &Spanned<DeValue<'_>>| {
            let written = entry.get_ref().as_integer()?;
            u32::from_str_radix(written.as_str(), written.radix()).ok().filter(|number| range.contains(number))
        };
        let read: BTreeSet<u32> = list.iter().filter_map(read).collect();
        let read = read.into_iter().collect::<Vec<_>>().try_into().ok().filter(|_| list.len() == N);
        read.map(Some).ok_or_else(|| self.wrong(key, value, "is not accepted", expected()))
    }

    /// The error for a key that must be there and is not.
    pub(super) fn missing(&self, key: &str, expected: &str) -> PolicyError {
        let line = line_of(self.text, self.at.start);
        let expected = format!("missing: add {expected}");
        PolicyError { line, field: self.dotted(key), problem: "is missing".into(), expected }
    }

    /// The error for a key whose value is good by itself, and does not fit the rest of the file.
    pub(super) fn fault(&self, key: &str, problem: &str, expected: &str) -> PolicyError {
        match self.value(key) {
            Some(value) => self.wrong(key, value, problem, expected.to_owned()),
            None => PolicyError {
                line: self.line(),
                field: self.dotted(key),
                problem: problem.to_owned(),
                expected: expected.to_owned(),
            },
        }
    }

    /// Where the section begins.
    pub(super) fn line(&self) -> usize {
        line_of(self.text, self.at.start)
    }

    /// Where the value of `key` stands; where the section begins without one.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.value(key).map_or_else(|| self.line(), |value| line_of(self.text, value.span().start))
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.and_then(|entries| entries.get(key))
    }

    /// Refuses the first key, in the order of the file, that is not among `known`.
    fn only(&self, known: &[&str]) -> Result<(), PolicyError> {
        let unknown = |(key, _): &(&Spanned<_>, _)| {
            let key: &Spanned<std::borrow::Cow<'_, str>> = key;
            !known.contains(&key.get_ref().as_ref())
        };
        let entries = self.entries.into_iter().flat_map(DeTable::iter);
        let Some((key, value)) = entries.filter(unknown).min_by_key(|(key, _)| key.span().start) else {
            return Ok(());
        };
        let is_section = value.get_ref().is_table();
        let name = if is_section { format!("[{}]", self.dotted(key.get_ref())) } else { self.dotted(key.get_ref()) };
        let field = if is_section { name } else { format!("{name} = {}", self.written(&value.span())) };
        let what = if self.path.is_empty() { "section" } else { "key" };
        let expected = match check::nearest(key.get_ref(), known) {
            Some(near) if self.path.is_empty() => format!("there is no such section; did you mean [{near}]?"),
            Some(near) => format!("there is no such key; did you mean {}?", self.dotted(near)),
            None => format!("there is no such {what}; there are: {}", known.join(", ")),
        };
        let line = line_of(self.text, key.span().start);
        Err(PolicyError { line, field, problem: format!("is not a known {what}"), expected })
    }

    fn wrong(&self, place: &str, value: &Spanned<DeValue<'_>>, problem: &str, expected: String) -> PolicyError {
        PolicyError {
            line: line_of(self.text, value.span().start),
            field: format!("{} = {}", self.dotted(place), self.written(&value.span())),
            problem: problem.to_owned(),
            expected,
        }
    }

    /// The key with the path of its section: "alerts.routes.to".
    pub(super) fn dotted(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn written(&self, span: &Range<usize>) -> String {
        shown(self.text.get(span.clone()).unwrap_or_default())
    }
}

pub(super) fn line_of(text: &str, offset: usize) -> usize {
    // A file that ends with a line break has no line after it.
    let end = if offset >= text.len() { text.trim_end_matches(['\n', '\r']).len() } else { offset };
    1 + text.as_bytes().iter().take(end).filter(|&&byte| byte == b'\n').count()
}

/// What fits one line of a terminal, and cannot steer one.
pub(super) fn shown(written: &str) -> String {
    let mut lines = written.lines();
    let first = lines.next().unwrap_or_default();
    let cut = first.chars().count() > SHOWN || lines.next().is_some();
    let kept = first.chars().take(SHOWN).filter(|letter| !letter.is_control());
    kept.chain(if cut { " ...".chars() } else { "".chars() }).collect()
}
