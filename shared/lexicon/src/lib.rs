//! Keyword rules: what they are, how a text is held against them. No input or output.
//!
//! People write rules (`rules`); they are compiled into a pack without letters (`pack`). A text becomes a row of words
//! (`token`) with further readings of words that nobody knows (`lattice`, `disguise`); all phrases of all rules are
//! found in one walk (`walk`); what stands around them (`nearby`) decides, and makes the score (`judge`). What comes out
//! names rules and holds no text. No list reads intent: a finding asks a person to look.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use flate2::{Decompress, FlushDecompress, Status};

mod arithmetic;
mod automaton;
mod category;
mod disguise;
mod finding;
mod fingerprint;
mod graph;
mod judge;
mod known;
mod lattice;
mod letters;
mod nearby;
mod pack;
pub mod rules;
mod severity;
mod tables;
mod token;
mod walk;

pub use arithmetic::{Arithmetic, Part, Reason};
pub use category::{AgeProfile, Audience, CATEGORIES, Category, Risk, Stage, category};
pub use finding::{Explanation, Finding, Form, Met, Places, Verdict};
pub use known::{KnownWords, build as build_known_words};
pub use lattice::Disguise;
pub use pack::{Pack, PackError};
pub use severity::Severity;
pub use token::plain_words;

use judge::Judgement;
use lattice::Lattice;
use nearby::Nearby;
use pack::PackedRule;
use tables::{Tables, Which};
use walk::{Match, Walker};
use zeroize::Zeroizing;

/// What is asked of a text.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Ids of the categories that are looked for.
    pub categories: &'a BTreeSet<String>,
    /// Whom the text comes from.
    pub age: AgeProfile,
}

/// A compiled set of rules.
pub struct Lexicon {
    /// The built-in rules, then each imported pack.
    packs: Vec<Tables>,
    known: KnownWords<'static>,
}

/// The packed form of `packaging/lexicons`, deflated, made by a test of this module.
const BUILTIN: &[u8] = include_bytes!("../../../packaging/lexicons/builtin.pack");

/// The packed rules that are compiled in: what a digest of them is made over.
#[must_use]
pub fn builtin_bytes() -> &'static [u8] {
    BUILTIN
}

/// The pack that is compiled in, as it is read.
fn builtin() -> Vec<u8> {
    // It becomes less than half as long again; at once and in one piece takes the least time.
    let mut pack = Vec::with_capacity(2 * BUILTIN.len());
    let inflated = Decompress::new(false).decompress_vec(BUILTIN, &mut pack, FlushDecompress::Finish);
    assert_eq!(inflated.ok(), Some(Status::StreamEnd), "what is compiled in is deflated to less than half its length");
    pack
}

impl Lexicon {
    /// The rules that the product ships.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SHARED: OnceLock<Lexicon> = OnceLock::new();
        SHARED.get_or_init(|| Self::with(&[]))
    }

    /// The rules that the product ships, and more: licensed lists, a school's own terms.
    #[must_use]
    pub fn with(extra: &[Pack]) -> Self {
        let builtin = Pack::read(&builtin()).expect("a test holds the pack that is compiled in against its rules");
        Self::of(std::iter::once(builtin).chain(extra.iter().cloned()))
    }

    /// The rules of one pack alone.
    #[must_use]
    pub fn of_pack(pack: Pack) -> Self {
        Self::of(std::iter::once(pack))
    }

    /// Plain words and phrases, each a rule of its own of the category "demonstration": "term.0", "term.1" and so on.
    #[must_use]
    pub fn of_terms(terms: &[&str]) -> Self {
        Self::of(std::iter::once(pack::of_terms(terms)))
    }

    fn of(packs: impl Iterator<Item = Pack>) -> Self {
        Self { packs: packs.map(Tables::new).collect(), known: KnownWords::builtin() }
    }

    /// The packs that it is made of.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.packs.iter().map(|tables| &tables.pack)
    }

    /// What `text` meets of the rules that are asked for, each rule once, the gravest first.
    ///
    /// Of a text beyond 2 GiB only the beginning is read.
    #[must_use]
    pub fn read(&self, text: &str, ask: &Ask<'_>) -> Vec<Finding> {
        if ask.categories.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<Finding> = Vec::new();
        for tables in &self.packs {
            let lattice = Lattice::new(text, tables, self.known);
            let mut matches = matches(&lattice, ask);
            let mut nearby = Nearby::new(&lattice, &matches);
            nearby.retain_complete(&mut matches);
            if !matches.is_empty() {
                nearby.look_everywhere(&matches, |_| true);
                found.extend(Judgement::new(&tables.pack, &matches, &nearby, ask).findings(&lattice));
            }
        }
        if self.packs.len() > 1 {
            found.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.arithmetic.sum())));
        }
        found
    }

    /// How `text` was understood, and what came of each rule that it touches.
    #[must_use]
    pub fn explain(&self, text: &str, ask: &Ask<'_>) -> Explanation {
        let mut met = Vec::new();
        for tables in &self.packs {
            let lattice = Lattice::new(text, tables, self.known);
            let matches = matches(&lattice, ask);
            let mut nearby = Nearby::new(&lattice, &matches);
            nearby.look_everywhere(&matches, |_| true);
            met.extend(Judgement::new(&tables.pack, &matches, &nearby, ask).met(&lattice));
        }
        let mut words = Vec::new();
        token::plain_words_of(text, |place, plain, begins_sentence| {
            words.push(Form { place, plain: Zeroizing::new(plain), begins_sentence });
        });
        Explanation { words, met }
    }
}

/// Matches of one rule around which is looked in one text, the first of them: a book has fewer, and one phrase pasted a
/// hundred thousand times would take seconds and a hundred megabytes.
const MOST_MATCHES: u32 = 1 << 14;
/// From this many matches on, those beyond the most of a rule are looked for.
const MANY_MATCHES: usize = 1 << 17;

/// Where phrases of the rules that are asked for stand: by rule, then by place, each once.
fn matches(lattice: &Lattice<'_>, ask: &Ask<'_>) -> Vec<Match> {
    let phrases = lattice.tables.automaton(Which::Phrases);
    let mut walker = Walker::new(lattice, phrases);
    let rules = &lattice.tables.pack.rules;
    let mut found = Vec::new();
    let mut many = MANY_MATCHES;
    for &start in &lattice.starts {
        walker.from(start, |hit| found.extend(phrases.graph.given(hit.state).iter().map(|&rule| hit.of(rule))));
        if found.len() >= many {
            leave_first(&mut found, rules);
            many = MANY_MATCHES.max(2 * found.len());
        }
    }
    leave_first(&mut found, rules);
    found.sort_unstable();
    // The same place in disguise says nothing more.
    found.dedup_by_key(|found| (found.number, found.first, found.last));
    // One rule after the other.
    let (mut number, mut rule) = (u32::MAX, None);
    found.retain(|found| {
        if found.number != number {
            let asked = |rule: &&PackedRule| ask.categories.contains(rule.category.id);
            (number, rule) = (found.number, rules.get(found.number as usize).filter(asked));
        }
        rule.is_some_and(|rule| !found.bare || rule.needs_more())
    });
    found
}

/// Leaves the first matches of each rule that looks around them.
fn leave_first(found: &mut Vec<Match>, rules: &[PackedRule]) {
    if found.len() <= MOST_MATCHES as usize {
        return;
    }
    let most = |rule: &PackedRule| if rule.around.is_empty() { u32::MAX } else { MOST_MATCHES };
    let mut left: Vec<u32> = rules.iter().map(most).collect();
    found.retain(|found| match left.get_mut(found.number as usize) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        Some(0) | None => false,
    });
}

#[cfg(test)]
mod tests;
