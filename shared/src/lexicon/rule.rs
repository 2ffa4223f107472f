//! Rules as they are written, and what a rule must have to be loaded.
//!
//! One file, one language, one source: nothing whose licence is unknown can slip in between. A rule brings texts that it
//! must and must not meet, or it is refused; the unit tests hold every rule to its own.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{CATEGORIES, normal};
use crate::model::Severity;

/// The rules that the product ships.
pub(super) const EN_GB: &str = include_str!("../../../packaging/lexicons/en-GB.toml");

/// A checked rule. Phrases are in plain form.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) category: &'static str,
    pub(super) severity: Severity,
    /// Any of these must stand in the text.
    pub(super) any: Vec<String>,
    /// And any of these close to it.
    pub(super) near: Option<Around>,
    /// And none of these close to it.
    pub(super) not_near: Option<Around>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "only tests read the texts; that they are there is checked always")
    )]
    pub(super) tests: Examples,
}

/// Phrases around another.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) any: Vec<String>,
    /// How many words may stand between.
    pub(super) within: usize,
}

/// Texts that a rule is held to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Examples {
    pub(super) hit: Vec<String>,
    pub(super) miss: Vec<String>,
}

/// Why rules are refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum RuleError {
    /// The file is not of the shape that rules have.
    #[error("the rules cannot be read: {0}")]
    Unreadable(String),
    /// Language or source does not say anything.
    #[error("the rules do not say their {0}")]
    Origin(&'static str),
    /// A rule is not one.
    #[error("rule {id}: {problem}")]
    Rule { id: String, problem: &'static str },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRules {
    lang: String,
    source: String,
    rule: Vec<RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    category: String,
    severity: u32,
    any: Vec<String>,
    near: Option<RawAround>,
    not_near: Option<RawAround>,
    tests: Examples,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAround {
    any: Vec<String>,
    within: u8,
}

/// Reads a file of rules: all of them, or none.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, RuleError> {
    let raw: RawRules = toml::from_str(text).map_err(|error| RuleError::Unreadable(error.message().to_owned()))?;
    for (value, name) in [(&raw.lang, "language"), (&raw.source, "source")] {
        if value.trim().is_empty() {
            return Err(RuleError::Origin(name));
        }
    }
    let mut ids = BTreeSet::new();
    let rules = raw.rule.into_iter().map(|rule| {
        let id = rule.id.clone();
        let fresh = ids.insert(id.clone());
        let rule = if fresh { check(rule) } else { Err("its id stands twice") };
        rule.map_err(|problem| RuleError::Rule { id, problem })
    });
    rules.collect()
}

fn check(raw: RawRule) -> Result<Rule, &'static str> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter);
    if raw.id.is_empty() || raw.id.len() > 64 || !raw.id.chars().all(plain) {
        return Err("its id is not made of small letters, digits, full stops and hyphens");
    }
    if raw.tests.hit.is_empty() || raw.tests.miss.is_empty() {
        return Err("it needs texts that it must meet and texts that it must not");
    }
    let category = CATEGORIES.iter().find(|category| category.id == raw.category).ok_or("its category is unknown")?;
    let any = phrases(&raw.any)?;
    // A single word says too little, whatever it is.
    if raw.near.is_none() && any.iter().any(|phrase| length(phrase) < 2) {
        return Err("a phrase of one word needs other words near it");
    }
    Ok(Rule {
        id: raw.id,
        category: category.id,
        severity: Severity::new(raw.severity).ok_or("its severity is not 1 to 5")?,
        any,
        near: raw.near.map(around).transpose()?,
        not_near: raw.not_near.map(around).transpose()?,
        tests: raw.tests,
    })
}

fn around(raw: RawAround) -> Result<Around, &'static str> {
    Ok(Around { any: phrases(&raw.any)?, within: raw.within.into() })
}

fn phrases(written: &[String]) -> Result<Vec<String>, &'static str> {
    let phrases: BTreeSet<String> = written.iter().map(|phrase| normal::words(phrase).to_string()).collect();
    if phrases.is_empty() || phrases.iter().any(|phrase| length(phrase) == 0) {
        return Err("a list of phrases is empty, or a phrase has no word");
    }
    Ok(phrases.into_iter().collect())
}

/// How many words a phrase in plain form has.
pub(super) fn length(phrase: &str) -> usize {
    phrase.split_ascii_whitespace().count()
}
