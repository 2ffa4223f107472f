//! Keyword rules: what they are, how a text is matched. No input or output.
//!
//! A text becomes a row of plain words (`normal`); phrases are looked up in that row all at once (`matching`); a rule
//! (`rule`) is met where one of its phrases stands, with the words around it that it asks for. What comes out names
//! rules and holds no text. No list reads intent: a hit asks a person to look.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::model::Severity;

mod arithmetic;
mod category;
mod fingerprint;
mod letters;
mod matching;
mod normal;
mod rule;
pub mod rules;
mod token;

pub use arithmetic::{Arithmetic, Part, Reason};
pub use category::{AgeProfile, Audience, CATEGORIES, Category, Risk, Stage, category};
use matching::Matcher;

/// One rule that a text met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Id of the rule.
    pub rule: String,
    /// Id of its category.
    pub category: String,
    /// As the rule says.
    pub severity: Severity,
    /// How often it met the text.
    pub count: u32,
}

/// A compiled set of rules.
pub struct Lexicon {
    matcher: Matcher,
}

impl Lexicon {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Lexicon> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let rules = rule::parse(rule::EN_GB).expect("a test loads the rules that are compiled in");
            Self { matcher: Matcher::new(rules) }
        })
    }

    /// The rules of the given categories that `text` meets, each once, most severe first.
    #[must_use]
    pub fn scan(&self, text: &str, categories: &BTreeSet<String>) -> Vec<Hit> {
        if categories.is_empty() {
            return Vec::new();
        }
        let mut hits = self.matcher.scan(&normal::words(text), categories);
        hits.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.rule.cmp(&other.rule)));
        hits
    }
}

#[cfg(test)]
mod tests;
