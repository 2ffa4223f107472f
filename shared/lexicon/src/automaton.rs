//! An automaton that is made ready to be walked.

use super::graph::{FIRST_WORD, Graph, NOWHERE};

/// What a state has, and which words may go on from it: most steps that an automaton does not have end here or in the bits
/// that are pointed to, with a number that has been read already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shape(u64);

impl Shape {
    const GIVES: u64 = 1 << 63;
    const GAPS: u64 = 1 << 62;
    /// The rest says where bits of words are, and how many; else it is such bits itself.
    const MANY: u64 = 1 << 61;
    /// Words told apart by the shape alone.
    const FEW: usize = 6;
    /// Where the size of the bits stands that are pointed to.
    const SIZE_AT: u32 = 32;

    /// Of a state with these labels, in order. Where its words are many, their bits are put behind the others.
    fn of(labels: &[u32], gives: bool, bits: &mut Vec<u64>) -> Self {
        let flag = |set: bool, flag: u64| if set { flag } else { 0 };
        // Gaps come before words.
        let gaps = labels.iter().take_while(|&&label| label < FIRST_WORD).count();
        let words = labels.get(gaps..).unwrap_or_default();
        let rest = if words.len() <= Self::FEW {
            words.iter().fold(0, |mask, &word| mask | 1 << class(word))
        } else {
            // About one of twelve others passes.
            let size = (8 * words.len()).next_power_of_two().ilog2();
            let shape = (bits.len() as u64) | u64::from(u32::BITS - size) << Self::SIZE_AT;
            bits.resize(bits.len() + (1 << (size - 6)), 0);
            for &word in words {
                let (at, one) = Self(shape).place(word);
                bits.get_mut(at).into_iter().for_each(|bits| *bits |= 1 << one);
            }
            shape | Self::MANY
        };
        Self(rest | flag(gives, Self::GIVES) | flag(gaps > 0, Self::GAPS))
    }

    /// Whether it gives something out.
    #[inline]
    pub(super) fn gives(self) -> bool {
        self.0 & Self::GIVES != 0
    }

    /// Whether a gap goes on from it.
    #[inline]
    pub(super) fn has_gaps(self) -> bool {
        self.0 & Self::GAPS != 0
    }

    /// Whether a word goes on from it.
    #[inline]
    pub(super) fn has_words(self) -> bool {
        self.0 & !(Self::GIVES | Self::GAPS) != 0
    }

    /// Where the bit of a word is, of a state with many.
    #[inline]
    fn place(self, word: u32) -> (usize, u32) {
        // Fibonacci hashing: the upper bits depend on all.
        let place = word.wrapping_mul(0x9e37_79b9) >> (self.0 >> Self::SIZE_AT & 31);
        ((self.0 as u32 + (place >> 6)) as usize, place & 63)
    }
}

/// Words of one class are not told apart by the shape of a state.
#[inline]
fn class(word: u32) -> u32 {
    (word & 63).min(60)
}

/// What says of most steps that an automaton does not have them, in few bytes: they stay near the processor, and the
/// automaton does not.
pub(super) struct Ways {
    /// Where each word leads from the root.
    root: Vec<u32>,
    shapes: Vec<Shape>,
    /// Which words may go on from states with many, one state after the other: those that are met often lie together.
    words: Vec<u64>,
}

impl Ways {
    pub(super) fn new(graph: &Graph, words_end: u32) -> Self {
        let mut root = vec![NOWHERE; words_end as usize];
        let (labels, targets) = graph.edges(graph.root());
        for (&label, &target) in labels.iter().zip(targets) {
            if let Some(entry) = root.get_mut(label as usize) {
                *entry = target;
            }
        }
        let mut words = Vec::new();
        // All but the root, which has a table of its own.
        let shape = |state| Shape::of(graph.edges(state).0, !graph.given(state).is_empty(), &mut words);
        let shapes = (0..graph.root()).map(shape).collect();
        Self { root, shapes, words }
    }

    #[inline]
    pub(super) fn first(&self, word: u32) -> Option<u32> {
        self.root.get(word as usize).copied().filter(|&state| state != NOWHERE)
    }
}

/// An automaton with short ways.
#[derive(Clone, Copy)]
pub(super) struct Automaton<'a> {
    pub(super) graph: &'a Graph,
    pub(super) ways: &'a Ways,
}

impl Automaton<'_> {
    /// Where a word leads from the root.
    #[inline]
    pub(super) fn first(&self, word: u32) -> Option<u32> {
        self.ways.first(word)
    }

    /// Where a word leads from a state of this shape.
    #[inline]
    pub(super) fn next(&self, state: u32, shape: Shape, word: u32) -> Option<u32> {
        if self.may_step(shape, word) { self.graph.next(state, word) } else { None }
    }

    /// Whether a word may lead anywhere from a state of this shape.
    #[inline]
    pub(super) fn may_step(&self, shape: Shape, word: u32) -> bool {
        if shape.0 & Shape::MANY == 0 {
            return shape.0 >> class(word) & 1 != 0;
        }
        let (at, one) = shape.place(word);
        self.ways.words.get(at).is_some_and(|bits| bits >> one & 1 != 0)
    }

    /// What a state has.
    #[inline]
    pub(super) fn shape(&self, state: u32) -> Shape {
        self.ways.shapes.get(state as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Automaton, Ways};
    use crate::graph::{FIRST_WORD, Graph};

    proptest! {
        #[test]
        fn short_ways_lead_where_the_long_ones_do(
            firsts in prop::collection::btree_set(FIRST_WORD..200, 1..20),
            seconds in prop_oneof![
                prop::collection::btree_set(prop_oneof![1..5_u32, FIRST_WORD..300], 0..8),
                prop::collection::btree_set(FIRST_WORD..300, 1..300),
            ],
        ) {
            let rows = firsts.iter().flat_map(|&first| {
                let seconds = seconds.iter().filter(move |&&second| second % 3 != first % 3);
                seconds.map(move |&second| (vec![first, second], 0)).chain([(vec![first], 1)])
            });
            let graph = Graph::new(rows.collect());
            let ways = Ways::new(&graph, 300);
            let automaton = Automaton { graph: &graph, ways: &ways };
            for word in 0..300 {
                prop_assert_eq!(automaton.first(word), graph.next(graph.root(), word));
            }
            for first in firsts {
                let state = automaton.first(first).expect("a row begins with it");
                let shape = automaton.shape(state);
                let labels: BTreeSet<u32> = graph.edges(state).0.iter().copied().collect();
                prop_assert_eq!(shape.gives(), !graph.given(state).is_empty());
                prop_assert_eq!(shape.has_gaps(), labels.iter().any(|&label| label < FIRST_WORD));
                prop_assert_eq!(shape.has_words(), labels.iter().any(|&label| label >= FIRST_WORD));
                for word in FIRST_WORD..300 {
                    prop_assert_eq!(automaton.next(state, shape, word), graph.next(state, word), "{}", word);
                }
                // A word that no rule knows.
                prop_assert_eq!(automaton.next(state, shape, 0), None);
            }
        }
    }
}
