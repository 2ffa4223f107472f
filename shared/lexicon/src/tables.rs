//! A pack made ready to be asked.

use std::ops::Range;

use super::automaton::{Automaton, Ways};
use super::fingerprint;
use super::graph::FIRST_WORD;
use super::lattice::Memories;
use super::pack::{LACKS_AT, Pack};

/// Bits that say at once of most fingerprints that they are not among some others.
struct Sieve {
    bits: Vec<u64>,
    /// Bits of a fingerprint that choose none.
    rest: u32,
}

impl Sieve {
    /// Of fingerprints; about one of forty others passes.
    fn new(count: usize, fingerprints: impl Iterator<Item = u64>) -> Self {
        let size = (usize::BITS - count.leading_zeros() + 3).clamp(6, 24);
        let mut sieve = Self { bits: vec![0; 1 << (size - 6)], rest: 64 - size };
        for fingerprint in fingerprints {
            let (at, one, two) = sieve.place(fingerprint);
            if let Some(bits) = sieve.bits.get_mut(at) {
                *bits |= 1 << one | 1 << two;
            }
        }
        sieve
    }

    /// Two bits that lie together, so that one look is enough: where, and which.
    #[inline]
    fn place(&self, fingerprint: u64) -> (usize, u64, u64) {
        let place = fingerprint >> self.rest;
        // Of some only the upper half is at hand.
        ((place >> 6) as usize, place & 63, fingerprint >> 32 & 63)
    }

    #[inline]
    fn passes(&self, fingerprint: u64) -> bool {
        let (at, one, two) = self.place(fingerprint);
        let bits = self.bits.get(at).copied().unwrap_or_default();
        bits >> one & bits >> two & 1 != 0
    }
}

/// Where fingerprints are in a list that is in order: those that begin alike, one or two, are a bucket.
struct Buckets {
    /// Where each begins; one more at the end.
    starts: Vec<u32>,
    /// Bits of a fingerprint that choose no bucket.
    rest: u32,
}

impl Buckets {
    fn new(count: usize, fingerprints: impl Iterator<Item = u64>) -> Self {
        let rest = u64::BITS - (usize::BITS - count.leading_zeros()).max(1);
        let mut starts = vec![0; (1 << (u64::BITS - rest)) + 1];
        for fingerprint in fingerprints {
            starts.get_mut((fingerprint >> rest) as usize + 1).into_iter().for_each(|count| *count += 1);
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        Self { starts, rest }
    }

    /// Where a fingerprint is, if it is anywhere.
    #[inline]
    fn range(&self, fingerprint: u64) -> Range<usize> {
        let bucket = (fingerprint >> self.rest) as usize;
        let start = |bucket: usize| self.starts.get(bucket).map_or(0, |&start| start as usize);
        start(bucket)..start(bucket + 1)
    }
}

/// A pack and what is derived from it.
pub(super) struct Tables {
    pub(super) pack: Pack,
    /// Of its words.
    word_places: Buckets,
    /// Of the words that lack a letter.
    lacking_places: Buckets,
    phrases: Ways,
    around: Ways,
    /// Bits of the sets that each state around gives out.
    sets: Vec<u64>,
    words: Sieve,
    lacking: Sieve,
    /// What words of earlier texts turned out to be.
    pub(super) memories: Memories,
}

impl Tables {
    pub(super) fn new(pack: Pack) -> Self {
        let tags = || pack.lacking.iter().map(|&tag| u64::from(tag) << 32);
        let word_places = Buckets::new(pack.words.len(), pack.words.iter().copied());
        let lacking_places = Buckets::new(pack.lacking.len(), tags());
        let [phrases, around] = [&pack.phrases, &pack.around].map(|graph| Ways::new(graph, pack.words_end()));
        let bits = |state| pack.around.given(state).iter().fold(0, |bits, &set| bits | bit(set));
        let sets = (0..=pack.around.root()).map(bits).collect();
        let aliases = pack.aliases.iter().map(|(alias, _)| *alias);
        let words = Sieve::new(pack.words.len(), pack.words.iter().copied().chain(aliases));
        let lacking = Sieve::new(pack.lacking.len(), tags());
        Self { pack, word_places, lacking_places, phrases, around, sets, words, lacking, memories: Memories::default() }
    }

    /// Whether a rule may know the word: one of forty others passes too.
    #[inline]
    pub(super) fn may_have(&self, fingerprint: u64) -> bool {
        self.words.passes(fingerprint)
    }

    /// The number of a word; 0 for one that no rule knows.
    #[inline]
    pub(super) fn word(&self, fingerprint: u64) -> u32 {
        if !self.words.passes(fingerprint) {
            return 0;
        }
        let place = self.word_places.range(fingerprint);
        let words = self.pack.words.get(place.clone()).unwrap_or_default();
        match words.iter().position(|&word| word == fingerprint) {
            Some(at) => (place.start + at) as u32 + FIRST_WORD,
            None => self.alias(fingerprint),
        }
    }

    fn alias(&self, fingerprint: u64) -> u32 {
        let alias = self.pack.aliases.iter().find(|(alias, _)| *alias == fingerprint);
        alias.map_or(0, |(_, word)| *word)
    }

    /// The number of a word that may be found with the disguise of `flag`; 0 for any other.
    pub(super) fn word_with(&self, fingerprint: u64, flag: u8) -> u32 {
        let word = self.word(fingerprint);
        if word != 0 && self.has_flag(word, flag) { word } else { 0 }
    }

    /// Whether a word may be found with the disguise of `flag`.
    pub(super) fn has_flag(&self, word: u32, flag: u8) -> bool {
        let flags = word.checked_sub(FIRST_WORD).and_then(|at| self.pack.flags.get(at as usize));
        flags.is_some_and(|flags| flags & flag != 0)
    }

    /// The number of the word with these letters that may be found with the disguise of `flag`; 0 for any other.
    pub(super) fn found_with(&self, letters: &[u8], flag: u8) -> u32 {
        self.word_with(fingerprint::of(letters), flag)
    }

    /// Fuzzy words that without one letter may have this fingerprint: the place of the letter, and the word.
    pub(super) fn lacking(&self, fingerprint: u64) -> impl Iterator<Item = (usize, u32)> {
        let tag = (fingerprint >> 32) as u32;
        let place = if self.lacking.passes(fingerprint) { self.lacking_places.range(fingerprint) } else { 0..0 };
        let tags = self.pack.lacking.get(place.clone()).unwrap_or_default();
        let entries = self.pack.lacking_words.get(place).unwrap_or_default();
        let same = tags.iter().zip(entries).filter(move |&(&other, _)| other == tag);
        same.map(|(_, entry)| ((entry >> LACKS_AT) as usize, entry & ((1 << LACKS_AT) - 1)))
    }

    /// The fingerprint of a word.
    pub(super) fn fingerprint(&self, word: u32) -> Option<u64> {
        self.pack.words.get(word.checked_sub(FIRST_WORD)? as usize).copied()
    }

    /// Whether a phrase begins with the word.
    #[inline]
    pub(super) fn begins(&self, word: u32) -> bool {
        self.phrases.first(word).is_some()
    }

    /// Whether a state around may give out a set. Of other sets those pass too that have a bit with one that it gives out.
    #[inline]
    pub(super) fn may_give(&self, state: u32, set: u32) -> bool {
        self.sets.get(state as usize).is_some_and(|sets| sets & bit(set) != 0)
    }

    /// An automaton of the pack.
    pub(super) fn automaton(&self, which: Which) -> Automaton<'_> {
        match which {
            Which::Phrases => Automaton { graph: &self.pack.phrases, ways: &self.phrases },
            Which::Around => Automaton { graph: &self.pack.around, ways: &self.around },
        }
    }
}

/// One of the two automata of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// What rules look for; gives out rules.
    Phrases,
    /// What stands around; gives out sets.
    Around,
}

/// The bit of a set.
#[inline]
fn bit(set: u32) -> u64 {
    1 << (set & 63)
}
