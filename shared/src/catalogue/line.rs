//! How one line of the catalogue is compared with what a program says.

use super::Match;
use crate::model::SoftwareClass;

/// What a line is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Name,
    Company,
    Signer,
    Original,
    File,
    Package,
    Id,
}

/// What stands behind a name when it is still the same product.
const OF_VERSIONS: [&str; 13] =
    ["v", "x64", "x86", "amd64", "arm64", "bit", "beta", "alpha", "rc", "version", "en", "us", "gb"];
/// What stands behind a product in the name of a file that was downloaded.
const OF_FILES: [&str; 21] = [
    "win",
    "win32",
    "win64",
    "windows",
    "linux",
    "linux32",
    "linux64",
    "mac",
    "macos",
    "osx",
    "portable",
    "setup",
    "installer",
    "install",
    "latest",
    "release",
    "client",
    "arm",
    "aarch64",
    "universal",
    "stable",
];
/// Endings of files that run.
const ENDINGS: [&str; 8] = [".exe", ".msi", ".jar", ".appimage", ".com", ".scr", ".bin", ".run"];
/// What Apple puts before the name of a signer.
const APPLE: &str = "Developer ID Application:";

/// One way in which a product is recognised.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) class: SoftwareClass,
    pub(super) name: String,
    words: Vec<String>,
    /// Whether any words may follow.
    open: bool,
}

impl Line {
    /// `None` for a pattern that says nothing, and so would meet everything.
    pub(super) fn new(class: SoftwareClass, name: &str, field: Field, pattern: &str) -> Option<Self> {
        let (pattern, open) = match pattern.strip_suffix(" *") {
            Some(front) => (front, field == Field::Name),
            None => (pattern, false),
        };
        let words = said(field, pattern);
        let sound = !words.is_empty() && !pattern.contains('*');
        sound.then(|| Self { class, name: name.to_owned(), words, open })
    }

    pub(super) fn first_word(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    #[cfg(test)]
    pub(super) fn letters(&self) -> usize {
        self.words.iter().map(String::len).sum()
    }

    pub(super) fn meets(&self, field: Field, said: &[String]) -> bool {
        let Some(behind) = said.strip_prefix(self.words.as_slice()) else { return false };
        let behind_is_version = || behind.iter().all(|word| is_version(word));
        match field {
            Field::Name => self.open || behind_is_version(),
            Field::File => behind.iter().all(|word| is_version(word) || OF_FILES.contains(&word.as_str())),
            Field::Company | Field::Signer | Field::Original | Field::Package | Field::Id => behind.is_empty(),
        }
    }

    pub(super) fn matched(&'static self, what: &str, text: &str) -> Match {
        Match { class: self.class, name: &self.name, why: format!("{what} \"{text}\"") }
    }
}

/// A text as it is compared in that field.
pub(super) fn said(field: Field, text: &str) -> Vec<String> {
    match field {
        Field::Name | Field::Company => words(text),
        Field::Signer => match text.strip_prefix(APPLE) {
            // Behind the name stands the team in brackets.
            Some(name) => words(name.split('(').next().unwrap_or_default()),
            None => words(text),
        },
        Field::Original | Field::File => words(without_ending(text)),
        // Identifiers, where every character counts.
        Field::Package | Field::Id => Some(text.to_lowercase()).filter(|text| !text.is_empty()).into_iter().collect(),
    }
}

/// Runs of letters and digits, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn without_ending(name: &str) -> &str {
    let ending = ENDINGS.iter().find_map(|ending| {
        let at = name.len().checked_sub(ending.len())?;
        name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ending)).then_some(at)
    });
    ending.and_then(|at| name.get(..at)).unwrap_or(name)
}

fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit()) || OF_VERSIONS.contains(&word)
}
