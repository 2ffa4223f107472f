//! Phrases as they are written, and all the rows of words that they stand for.

use std::collections::BTreeMap;

use super::super::token;

/// A phrase may stand for this many rows of words, and a rule, and a set.
pub(super) const MOST_ROWS: usize = 20_000;
/// A row may have this many words.
const LONGEST: usize = 24;
/// How deep sets and brackets may stand in each other.
const DEEPEST: usize = 8;

/// A step of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// Up to this many words of any kind, 1 to 4.
    Gap(u8),
    /// A word, by its number.
    Word(u32),
}

/// The words of a pack, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    numbers: BTreeMap<String, u32>,
    words: Vec<String>,
}

impl Vocabulary {
    /// The number of a word in plain form.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.numbers.insert(word.to_owned(), number);
        self.words.push(word.to_owned());
        number
    }

    /// The word of a number.
    pub(crate) fn word(&self, number: u32) -> &str {
        self.words.get(number as usize).map_or("", String::as_str)
    }
}

/// A part of a phrase.
#[derive(Debug)]
enum Part {
    Words(Vec<u32>),
    Gap(u8),
    Set(String),
    /// One of these rows of parts; an empty one stands for nothing.
    Choice(Vec<Vec<Part>>),
}

/// The sets of a pack as they are written.
pub(super) type Sets<'a> = BTreeMap<&'a str, Vec<super::table::Written<'a>>>;

/// Writes phrases out.
pub(super) struct Expander<'a, 'b> {
    pub(super) vocabulary: &'b mut Vocabulary,
    pub(super) sets: &'b Sets<'a>,
}

impl Expander<'_, '_> {
    /// All rows of a phrase.
    ///
    /// # Errors
    /// What is wrong with it, and how it should be.
    pub(super) fn rows(&mut self, phrase: &str) -> Result<Vec<Vec<Step>>, String> {
        let mut rows = Vec::new();
        for row in self.expand(phrase, 0)? {
            let row = merged(row);
            if row.iter().all(|step| matches!(step, Step::Gap(_))) {
                return Err("a phrase must have a word, whatever is left out of it".into());
            }
            if matches!(row.first(), Some(Step::Gap(_))) || matches!(row.last(), Some(Step::Gap(_))) {
                return Err("~ stands between words, never first or last; check what [...] leaves over".into());
            }
            if row.len() > LONGEST {
                return Err(format!("expected at most {LONGEST} words"));
            }
            rows.push(row);
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn expand(&mut self, phrase: &str, depth: usize) -> Result<Vec<Vec<Step>>, String> {
        if depth > DEEPEST {
            return Err("sets that name each other, or too many brackets within brackets".into());
        }
        let mut rest = phrase;
        let parts = self.parts(&mut rest, depth)?;
        if !rest.is_empty() {
            return Err(format!("a closing bracket too many, or a | outside of brackets, before {rest:?}"));
        }
        self.combine(&parts, depth)
    }

    /// Parts up to the end, a closing bracket or a bar.
    fn parts(&mut self, rest: &mut &str, depth: usize) -> Result<Vec<Part>, String> {
        if depth > DEEPEST {
            return Err("too many brackets within brackets".into());
        }
        let mut parts = Vec::new();
        while let Some(next) = rest.chars().next() {
            match next {
                ')' | ']' | '|' => break,
                '(' | '[' => parts.push(self.choice(rest, next, depth)?),
                '{' => {
                    let (name, after) = rest[1..].split_once('}').ok_or("the closing } is missing")?;
                    parts.push(Part::Set(name.trim().to_owned()));
                    *rest = after;
                }
                '~' => {
                    let digit = rest[1..].chars().next().and_then(|digit| digit.to_digit(10));
                    let words =
                        digit.and_then(|digit| u8::try_from(digit).ok()).filter(|words| (1..=4).contains(words));
                    parts.push(Part::Gap(words.ok_or("expected ~1 to ~4: up to that many words between")?));
                    *rest = rest.get(2..).unwrap_or_default();
                }
                _ => {
                    let end = rest.find(['(', '[', '{', '~', ')', ']', '|', '}']).unwrap_or(rest.len());
                    if end == 0 {
                        return Err("a } without its {".into());
                    }
                    let (written, after) = rest.split_at(end);
                    let words = token::plain_words(written);
                    if written.ends_with(|last: char| last.is_alphanumeric()) && after.starts_with(['(', '[', '{']) {
                        return Err(format!("a bracket touches a word in {written:?}; put a space between"));
                    }
                    parts.push(Part::Words(words.iter().map(|word| self.vocabulary.number(word)).collect()));
                    *rest = after;
                }
            }
        }
        Ok(parts)
    }

    fn choice(&mut self, rest: &mut &str, open: char, depth: usize) -> Result<Part, String> {
        let close = if open == '(' { ')' } else { ']' };
        let mut rows = Vec::new();
        loop {
            *rest = &rest[1..];
            rows.push(self.parts(rest, depth + 1)?);
            match rest.chars().next() {
                Some('|') => {}
                Some(other) if other == close => break,
                Some(_) | None => return Err(format!("the closing {close} is missing")),
            }
        }
        *rest = &rest[1..];
        let empty = |row: &Vec<Part>| row.iter().all(|part| matches!(part, Part::Words(words) if words.is_empty()));
        if rows.iter().any(empty) {
            return Err(
                "nothing stands between two bars or brackets; for words that may be missing, write [...]".into()
            );
        }
        if open == '[' {
            rows.push(Vec::new());
        }
        Ok(Part::Choice(rows))
    }

    fn combine(&mut self, parts: &[Part], depth: usize) -> Result<Vec<Vec<Step>>, String> {
        let mut rows = vec![Vec::new()];
        for part in parts {
            let more = match part {
                Part::Words(words) => vec![words.iter().map(|&word| Step::Word(word)).collect()],
                Part::Gap(words) => vec![vec![Step::Gap(*words)]],
                Part::Choice(choices) => {
                    let mut all = Vec::new();
                    for choice in choices {
                        all.extend(self.combine(choice, depth + 1)?);
                    }
                    all
                }
                Part::Set(name) => {
                    let sets = self.sets;
                    let phrases = sets.get(name.as_str()).ok_or_else(|| format!("there is no set {{{name}}}"))?;
                    let mut all = Vec::new();
                    for phrase in phrases {
                        all.extend(self.expand(phrase.text, depth + 1)?);
                    }
                    all
                }
            };
            if rows.len().saturating_mul(more.len()) > MOST_ROWS {
                return Err(format!("this stands for more than {MOST_ROWS} rows of words; write fewer choices"));
            }
            rows = rows
                .iter()
                .flat_map(|row| more.iter().map(|more: &Vec<Step>| [row.as_slice(), more].concat()))
                .collect();
        }
        Ok(rows)
    }
}

/// Gaps that touch become one.
fn merged(row: Vec<Step>) -> Vec<Step> {
    let mut merged: Vec<Step> = Vec::with_capacity(row.len());
    for step in row {
        match (merged.last_mut(), step) {
            (Some(Step::Gap(before)), Step::Gap(more)) => *before = (*before + more).min(4),
            (_, step) => merged.push(step),
        }
    }
    merged
}
