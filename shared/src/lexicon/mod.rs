//! Keyword rules: what they are, how a text is matched. No input or output.
//!
//! A text becomes a row of plain words (`normal`); phrases are looked up in that row all at once (`matching`); a rule
//! (`rule`) is met where one of its phrases stands, with the words around it that it asks for. What comes out names
//! rules and holds no text. No list reads intent: a hit asks a person to look.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::model::Severity;

mod matching;
mod normal;
mod rule;

use matching::Matcher;

/// A category of concern that a policy can turn on (detection.md 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Category {
    /// "selfharm".
    pub id: &'static str,
    /// "self-harm".
    pub title: &'static str,
}

/// The categories that the built-in rules cover, the gravest first.
pub const CATEGORIES: &[Category] = &[
    Category { id: "suicide", title: "suicide" },
    Category { id: "selfharm", title: "self-harm" },
    Category { id: "disclosure", title: "harm at home, running away, a call for help" },
    Category { id: "grooming", title: "grooming" },
    Category { id: "violence", title: "threats of violence" },
    Category { id: "weapons", title: "carrying weapons" },
    Category { id: "extremism", title: "support for violent extremism" },
    Category { id: "hate", title: "hatred of a group" },
    Category { id: "bullying", title: "bullying" },
    Category { id: "drugs", title: "buying, selling or carrying drugs" },
    Category { id: "bypass", title: "getting round the school's filter or protection" },
    Category { id: "demonstration", title: "a made-up sentence, to test the way of an alert" },
];

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
