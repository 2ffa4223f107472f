//! Rules as people write them: read, held to their own texts, and compiled into a pack.
//!
//! What must be there, or nothing loads: language, title, source, licence and how far it was reviewed; and for each rule
//! texts that it must meet and texts that it must not.

mod error;
pub(super) mod phrase;
mod proof;
mod read;
mod table;

use super::arithmetic::Reason;
use super::category::{AgeProfile, Category, Stage};
use super::pack::{self, Pack};
use phrase::{Step, Vocabulary};

pub use error::{Problem, RuleError};
pub use proof::check;
pub use read::{parse, parse_list};

/// Compiles packs into one. Of two rules with the same id, the first stays.
#[must_use]
pub fn compile(packs: &[Rules]) -> Pack {
    pack::compile(packs)
}

/// Where rules come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// BCP 47: "en-GB".
    pub lang: String,
    /// "British English".
    pub title: String,
    /// "written for this project".
    pub source: String,
    /// SPDX: "Apache-2.0".
    pub licence: String,
    /// How far, and by whom.
    pub reviewed: String,
}

/// A checked pack of rules.
#[derive(Debug)]
pub struct Rules {
    /// Where they come from.
    pub origin: Origin,
    pub(super) vocabulary: Vocabulary,
    /// Each list of phrases that rules look for around theirs, once.
    pub(super) sets: Vec<Set>,
    pub(super) rules: Vec<Rule>,
}

impl Rules {
    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Id and category of each rule, in the order of the files.
    pub fn ids(&self) -> impl Iterator<Item = (&str, &'static Category)> {
        self.rules.iter().map(|rule| (rule.id.as_str(), rule.category))
    }

    /// The texts that each rule is held to: its id, the text, and whether the rule must meet it.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.rules.iter().flat_map(|rule| {
            let hits = rule.hit.iter().map(|text| (rule.id.as_str(), text.as_str(), true));
            hits.chain(rule.miss.iter().map(|text| (rule.id.as_str(), text.as_str(), false)))
        })
    }
}

/// Phrases that rules look for around theirs.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// Empty for one that stands in a rule itself.
    pub(super) name: String,
    pub(super) rows: Vec<Vec<Step>>,
}

/// How sure a rule is of what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sureness {
    /// Only adds to others.
    Weak,
    /// A finding.
    Probable,
    /// A finding also where a long word is misspelt.
    Certain,
}

/// Words beside a phrase with which it still stands alone.
pub(super) const MOST_BESIDE: u8 = 9;

/// A checked rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) category: &'static Category,
    pub(super) severity: u8,
    pub(super) sureness: Sureness,
    pub(super) any: Vec<Vec<Step>>,
    /// Words that the text may have besides, at most [`MOST_BESIDE`]; `None` for any number.
    pub(super) alone: Option<u8>,
    pub(super) around: Vec<Around>,
    /// Points by [`AgeProfile::ALL`].
    pub(super) age: [i8; AgeProfile::ALL.len()],
    pub(super) stage: Option<Stage>,
    /// What its phrases are a sign of; empty where it says none.
    pub(super) sign: String,
    pub(super) help_seeking: bool,
    pub(super) topic: String,
    pub(super) hit: Vec<String>,
    pub(super) miss: Vec<String>,
}

/// A set that a rule looks for around its phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Around {
    /// Number of the set.
    pub(super) set: u32,
    /// Words that may stand between; `None` for anywhere in the text.
    pub(super) within: Option<u8>,
    pub(super) side: Side,
    pub(super) effect: Effect,
}

/// On which side of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
    Either,
}

/// What it does that a set stands near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The rule is only met with it.
    Needed,
    /// The rule is not met with it.
    Veto,
    /// More points, or fewer.
    Points(Reason, i8),
}
