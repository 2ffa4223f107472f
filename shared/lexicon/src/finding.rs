//! What comes out: which rule, how serious and why, how often. Never a word of the text.

use std::ops::Range;

use zeroize::Zeroizing;

use super::arithmetic::Arithmetic;
use super::category::{Category, Stage};
use super::lattice::Disguise;
use crate::Severity;

/// A rule that a text meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// Its category.
    pub category: &'static Category,
    /// How serious it is: what the arithmetic comes to.
    pub severity: Severity,
    /// How often the text meets it. Phrases that overlap are one occasion.
    pub count: u32,
    /// Why it is as serious as that.
    pub arithmetic: Arithmetic,
    /// Somebody asks for help, or speaks of help close by.
    pub help_seeking: bool,
    /// The step of grooming that the rule stands for.
    pub stage: Option<Stage>,
    /// What it is about; several people with one topic at a time are a lesson.
    pub topic: String,
    /// Where in the text.
    pub places: Places,
}

/// Where in a text something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Places {
    /// The category carries no text, and says of no text where to look.
    Withheld,
    /// Ranges of bytes of the original text, in order.
    At(Vec<Range<usize>>),
}

impl Places {
    /// The only way to make places: nothing is kept for a category that carries no text.
    pub(super) fn of(category: &Category, ranges: impl Iterator<Item = Range<usize>>) -> Self {
        if category.carries_text { Self::At(ranges.collect()) } else { Self::Withheld }
    }
}

/// What the engine saw in a text, for somebody who asks why.
#[derive(Debug)]
pub struct Explanation {
    /// The words, and their plain forms.
    pub words: Vec<Form>,
    /// Every rule of which a phrase stands in the text, in the order of the rules.
    pub met: Vec<Met>,
}

/// A word as it was understood.
#[derive(Debug)]
pub struct Form {
    /// Where it stands, in bytes of the original text.
    pub place: Range<usize>,
    /// Its plain form; wiped when it is dropped.
    pub plain: Zeroizing<String>,
    /// Whether a sentence ended before it.
    pub begins_sentence: bool,
}

/// A rule of which a phrase stands in the text.
#[derive(Debug)]
pub struct Met {
    /// Id of the rule.
    pub rule: String,
    /// Its category.
    pub category: &'static Category,
    /// What came of it.
    pub verdict: Verdict,
    /// How often its phrases stand there with what they need around them.
    pub count: u32,
    /// How its score comes about; of the best place, or of the first where none counts.
    pub arithmetic: Arithmetic,
    /// Where its phrases stand, also those that do not count.
    pub places: Places,
    /// Disguises among them.
    pub disguises: Vec<Disguise>,
}

/// What came of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is a finding.
    Found,
    /// It only adds to others of its category.
    Weak,
    /// The text has more words than may stand beside it.
    NotAlone,
    /// The text lacks what must stand near: the names of the sets, "" for words in the rule itself.
    Lacks(Vec<String>),
    /// Something stands near that rules it out.
    Vetoed(Vec<String>),
    /// Its discounts leave nothing of it.
    Discounted,
}
