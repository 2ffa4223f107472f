//! Keyword rules: what they are, how a text is matched. No input or output.

use std::collections::BTreeSet;

use crate::model::Severity;

/// A category of concern that a policy can turn on (detection.md 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// "selfharm".
    pub id: &'static str,
    /// "self-harm or suicide".
    pub title: &'static str,
}

/// The categories that the built-in rules cover.
pub const CATEGORIES: &[Category] = &[];

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
pub struct Lexicon;

impl Lexicon {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: Lexicon = Lexicon;
        &BUILTIN
    }

    /// The rules of the given categories that `text` meets, each once, most severe first.
    #[must_use]
    pub fn scan(&self, _text: &str, _categories: &BTreeSet<String>) -> Vec<Hit> {
        Vec::new()
    }
}
