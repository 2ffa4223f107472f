//! Compiled rules: what a device loads. No letter of a phrase is in it.
//!
//! Words are fingerprints, phrases are paths of an automaton over their numbers. What can be read are the ids of rules,
//! of categories, of topics, and the names of sets.

mod automaton;
mod bytes;
mod compile;
mod format;

use super::category::{AgeProfile, Category, Stage};
use super::graph::{FIRST_WORD, Graph};
use super::rules::{Around, Effect, Origin, Sureness};

pub(super) use compile::{DROPPED_LENGTHS, FUZZY_LENGTHS, compile, of_terms};

/// Why bytes are no pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// It does not begin as one.
    #[error("this is no pack of keyword rules of this version; compile it again")]
    Foreign,
    /// It ends too early or too late, or its numbers point nowhere.
    #[error("this pack of keyword rules is damaged; fetch or compile it again")]
    Damaged,
    /// A rule has a category that this program does not know.
    #[error("this pack has rules of a category that this version does not know; update the program first")]
    Category,
}

/// A word of a rule that is at least probable, long enough to be recognised with letters masked.
pub(super) const MASKABLE: u8 = 1;
/// A long word of a certain rule, that is found misspelt.
pub(super) const FUZZY: u8 = 2;
/// A word of a rule that is at least probable, of a language whose plain words are known: found with two letters swapped
/// or one dropped, and short ones with a letter masked, where the rest of its phrase is there.
pub(super) const GUESSABLE: u8 = 4;

/// Compiled rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Where they come from.
    pub(super) origins: Vec<Origin>,
    /// Fingerprints of words, in order. A word's number is its place here, plus [`FIRST_WORD`].
    pub(super) words: Vec<u64>,
    /// [`MASKABLE`], [`FUZZY`] and [`GUESSABLE`], for each word.
    pub(super) flags: Vec<u8>,
    /// Fingerprints that stand for a word of another, in order: "2" for "to".
    pub(super) aliases: Vec<(u64, u32)>,
    /// The phrases that rules look for; gives out numbers of rules.
    pub(super) phrases: Graph,
    /// The phrases around them; gives out numbers of sets.
    pub(super) around: Graph,
    /// The name of each set, empty for those without one.
    pub(super) sets: Vec<String>,
    pub(super) rules: Vec<PackedRule>,
    /// Upper halves of the fingerprints of fuzzy words that lack a letter, in order.
    pub(super) lacking: Vec<u32>,
    /// For each, the number of the word, and above [`LACKS_AT`] the place of the letter.
    pub(super) lacking_words: Vec<u32>,
}

/// Bits of an entry of `lacking_words` that are the number of the word.
pub(super) const LACKS_AT: u32 = 24;

/// A rule without its phrases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackedRule {
    pub(super) id: String,
    pub(super) category: &'static Category,
    pub(super) severity: u8,
    pub(super) sureness: Sureness,
    /// Words that the text may have besides; `None` for any number.
    pub(super) alone: Option<u8>,
    pub(super) around: Vec<Around>,
    pub(super) age: [i8; AgeProfile::ALL.len()],
    pub(super) stage: Option<Stage>,
    /// What its phrases are a sign of; empty where it says none.
    pub(super) sign: String,
    pub(super) help_seeking: bool,
    pub(super) topic: String,
}

impl PackedRule {
    /// Whether a phrase alone is not enough for it.
    pub(super) fn needs_more(&self) -> bool {
        self.around.iter().any(|around| around.effect == Effect::Needed)
    }
}

impl Pack {
    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// For any other bytes. Whatever they are, nothing panics, and memory stays in proportion to them.
    pub fn read(bytes: &[u8]) -> Result<Self, PackError> {
        format::read(bytes)
    }

    /// As bytes; the same rules always make the same.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        format::write(self)
    }

    /// Where its rules come from.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// Id and category of each rule.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &'static Category)> {
        self.rules.iter().map(|rule| (rule.id.as_str(), rule.category))
    }

    /// What it takes in memory once it is loaded, in bytes, about.
    #[must_use]
    pub fn resident_bytes(&self) -> usize {
        let graph = |graph: &Graph| {
            4 * (graph.first_edge.len() + 2 * graph.labels.len() + graph.first_given.len() + graph.given.len())
        };
        let rules = self.rules.iter().map(|rule| {
            size_of::<PackedRule>() + rule.id.len() + rule.topic.len() + rule.around.len() * size_of::<Around>()
        });
        9 * self.words.len()
            + graph(&self.phrases)
            + graph(&self.around)
            + 8 * self.lacking.len()
            + rules.sum::<usize>()
    }

    /// One above the highest number of a word.
    pub(super) fn words_end(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX - FIRST_WORD) + FIRST_WORD
    }
}
