//! A pack made ready to be asked.

use super::fingerprint;
use super::graph::{FIRST_WORD, Graph, NOWHERE};
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

/// A pack and what is derived from it.
pub(super) struct Tables {
    pub(super) pack: Pack,
    /// Where the words begin whose fingerprints begin with these bits.
    buckets: Vec<u32>,
    /// Bits of a fingerprint that choose no bucket.
    rest: u32,
    /// Where each word leads from the root of the phrases.
    phrases_root: Vec<u32>,
    /// The same for what stands around them.
    around_root: Vec<u32>,
    words: Sieve,
    lacking: Sieve,
    /// What words of earlier texts turned out to be.
    pub(super) memories: Memories,
}

impl Tables {
    pub(super) fn new(pack: Pack) -> Self {
        let bits = usize::BITS - pack.words.len().leading_zeros();
        let rest = 64 - bits.max(1);
        let mut buckets = Vec::with_capacity((1 << (64 - rest)) + 1);
        let mut at = 0;
        for bucket in 0..1_u64 << (64 - rest) {
            while pack.words.get(at).is_some_and(|word| word >> rest < bucket) {
                at += 1;
            }
            buckets.push(at as u32);
        }
        buckets.push(pack.words.len() as u32);
        let root = |graph: &Graph| {
            let mut root = vec![NOWHERE; pack.words_end() as usize];
            let (labels, targets) = graph.edges(graph.root());
            for (&label, &target) in labels.iter().zip(targets) {
                if let Some(entry) = root.get_mut(label as usize) {
                    *entry = target;
                }
            }
            root
        };
        let (phrases_root, around_root) = (root(&pack.phrases), root(&pack.around));
        let aliases = pack.aliases.iter().map(|(alias, _)| *alias);
        let words = Sieve::new(pack.words.len(), pack.words.iter().copied().chain(aliases));
        let lacking = Sieve::new(pack.lacking.len(), pack.lacking.iter().map(|&tag| u64::from(tag) << 32));
        Self { pack, buckets, rest, phrases_root, around_root, words, lacking, memories: Memories::default() }
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
        let bucket = (fingerprint >> self.rest) as usize;
        let (Some(&start), Some(&end)) = (self.buckets.get(bucket), self.buckets.get(bucket + 1)) else { return 0 };
        let words = self.pack.words.get(start as usize..end as usize).unwrap_or_default();
        match words.iter().position(|&word| word == fingerprint) {
            Some(at) => start + at as u32 + FIRST_WORD,
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
        let tags = if self.lacking.passes(fingerprint) { self.pack.lacking.as_slice() } else { &[] };
        let from = tags.partition_point(|&other| other < tag);
        let same = tags.iter().skip(from).take_while(move |&&other| other == tag).count();
        let entries = self.pack.lacking_words.get(from..from + same).unwrap_or_default();
        entries.iter().map(|entry| ((entry >> LACKS_AT) as usize, entry & ((1 << LACKS_AT) - 1)))
    }

    /// The fingerprint of a word.
    pub(super) fn fingerprint(&self, word: u32) -> Option<u64> {
        self.pack.words.get(word.checked_sub(FIRST_WORD)? as usize).copied()
    }

    /// Whether a phrase begins with the word.
    #[inline]
    pub(super) fn begins(&self, word: u32) -> bool {
        self.phrases_root.get(word as usize).is_some_and(|&state| state != NOWHERE)
    }

    /// An automaton of the pack.
    pub(super) fn automaton(&self, which: Which) -> Automaton<'_> {
        match which {
            Which::Phrases => Automaton { graph: &self.pack.phrases, root: &self.phrases_root },
            Which::Around => Automaton { graph: &self.pack.around, root: &self.around_root },
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

/// An automaton with a short way from its root.
#[derive(Clone, Copy)]
pub(super) struct Automaton<'a> {
    pub(super) graph: &'a Graph,
    root: &'a [u32],
}

impl Automaton<'_> {
    /// Where a word leads from the root.
    #[inline]
    pub(super) fn first(&self, word: u32) -> Option<u32> {
        self.root.get(word as usize).copied().filter(|&state| state != NOWHERE)
    }
}
