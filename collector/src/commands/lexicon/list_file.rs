//! A list of words and phrases as it is bought or written, made into rules. Its words go nowhere else: no error and no
//! screen repeats one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use caretaker_shared::lexicon::rules::{self, Origin};
use caretaker_shared::lexicon::{Category, Pack, plain_words};
use caretaker_shared::model::Severity;

use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};

/// Words that a phrase of a rule may have.
const LONGEST: usize = 24;
/// Phrases of one rule; a longer list becomes several.
const OF_ONE_RULE: usize = 10_000;

/// The phrases of a list, in plain form, each once.
#[derive(Default)]
pub(super) struct List {
    /// Of two words or more.
    phrases: BTreeSet<Vec<String>>,
    /// Of one.
    words: BTreeSet<Vec<String>>,
}

/// What becomes of a list.
pub(super) struct Imported<'a> {
    pub(super) name: &'a str,
    pub(super) category: &'static Category,
    pub(super) severity: Severity,
    pub(super) origin: Origin,
}

impl List {
    /// Reads a list: a word or phrase a line, or the first column of a CSV file. Empty lines, and what follows a # at
    /// the beginning of a line, are passed over.
    pub(super) fn read(file: &Path, text: &str) -> Result<Self, Failure> {
        let csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let mut list = Self::default();
        for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1..) {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let term = if csv { first_column(line) } else { line.to_owned() };
            let words = plain_words(&term);
            if words.len() > LONGEST {
                return Err(wrong(file, number, "has more than 24 words", "put one word or phrase on each line"));
            }
            match words.len() {
                0 => {
                    return Err(wrong(
                        file,
                        number,
                        "holds no word",
                        "begin it with # if it is a comment, or take it out",
                    ));
                }
                1 => list.words.insert(words),
                _ => list.phrases.insert(words),
            };
        }
        if list.phrases.is_empty() && list.words.is_empty() {
            let told = format!("{} holds no word\n  expected one word or phrase a line", file.display());
            return Err(failure(Exit::Usage, told));
        }
        Ok(list)
    }

    /// How many phrases, and how many single words.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.phrases.len(), self.words.len())
    }

    /// Makes a pack of it. Each phrase and each word is a finding: the school answers for the list.
    pub(super) fn compile(&self, imported: &Imported<'_>) -> Result<Pack, Failure> {
        let mut toml = head(&imported.origin);
        for (rows, kind) in [(&self.phrases, "phrases"), (&self.words, "words")] {
            let rows: Vec<&Vec<String>> = rows.iter().collect();
            for (part, rows) in (1..).zip(rows.chunks(OF_ONE_RULE)) {
                let any: Vec<String> = rows.iter().map(|words| quoted(&words.join(" "))).collect();
                let _ = write!(
                    toml,
                    "[[rule]]\nid = \"{category}.{name}.{kind}-{part}\"\ncategory = \"{category}\"\n\
                     severity = {severity}\nsureness = 1\nany = [{any}]\n\
                     tests = {{ hit = [{hit}], miss = [\"an ordinary sentence\"] }}\n",
                    category = imported.category.id,
                    name = imported.name,
                    severity = imported.severity,
                    any = any.join(", "),
                    hit = any.first().map_or("", String::as_str),
                );
            }
        }
        // The error would repeat a phrase.
        let rules = rules::parse_list(&[("import", &toml)]).map_err(|_| {
            let told = format!(
                "the list cannot be made into rules of the category {}\n  extremism takes no single words",
                imported.category.id
            );
            failure(Exit::Usage, told)
        })?;
        Ok(rules::compile(&[rules]))
    }
}

fn wrong(file: &Path, line: usize, problem: &str, expected: &str) -> Failure {
    let told = format!("{}, line {line}: {problem}\n  {expected}; nothing was imported", file.display());
    failure(Exit::Usage, told)
}

fn head(origin: &Origin) -> String {
    let Origin { lang, title, source, licence, reviewed } = origin;
    let rows = [("lang", lang), ("title", title), ("source", source), ("licence", licence), ("reviewed", reviewed)];
    rows.map(|(key, value)| format!("{key} = {}\n", quoted(value))).concat()
}

/// A basic string of TOML: those of JSON are such.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The first column of a line of CSV; quotation marks around it are taken off.
fn first_column(line: &str) -> String {
    let Some(rest) = line.trim_start().strip_prefix('"') else {
        return line.split([',', ';', '\t']).next().unwrap_or_default().to_owned();
    };
    let mut column = String::new();
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '"' {
            column.push(letter);
        } else if letters.next_if_eq(&'"').is_some() {
            column.push('"');
        } else {
            break;
        }
    }
    column
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{List, first_column};

    #[test]
    fn a_list_is_read_in_plain_form_each_term_once() {
        let list = List::read(Path::new("x.txt"), "\u{feff}# bought\nBlue Walrus\nblue  walrus!\n\n  teapot\n").ok();
        assert_eq!(list.map(|list| list.counts()), Some((1, 1)));
    }

    #[test]
    fn the_first_column_is_the_term() {
        assert_eq!(first_column("blue walrus,3,high"), "blue walrus");
        assert_eq!(first_column("\"blue, \"\"walrus\"\"\",3"), "blue, \"walrus\"");
        assert_eq!(first_column("blue walrus;3"), "blue walrus");
    }

    #[test]
    fn an_error_names_the_line_and_never_the_words() {
        let long = format!("blue walrus\n{}\n", "teapot ".repeat(25));
        for (text, told) in
            [(long.as_str(), "line 2: has more than 24 words"), ("blue walrus\n!!\n", "line 2: holds no word")]
        {
            let error = List::read(Path::new("x.txt"), text).err().expect("is refused").message;
            assert!(error.contains(told) && !error.contains("teapot") && !error.contains("walrus"), "{error}");
        }
    }
}
