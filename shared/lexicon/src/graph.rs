//! Rows of words as an automaton: rows that begin alike share their beginnings, rows that end alike their ends.
//!
//! Labels are numbers of words, or of gaps (1 to 4: up to that many words of any kind). What a state gives out are
//! numbers of rules, or of sets.

use std::collections::HashMap;

/// Labels below are no words: 0 for a word that no rule knows, 1 to 4 for gaps.
pub(super) const FIRST_WORD: u32 = 8;
/// No state.
pub(super) const NOWHERE: u32 = u32::MAX;

/// An automaton without cycles. The root is its last state.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Graph {
    /// Where the edges of each state begin; one more at the end.
    pub(super) first_edge: Vec<u32>,
    /// Labels, in order within a state.
    pub(super) labels: Vec<u32>,
    pub(super) targets: Vec<u32>,
    /// Where that which each state gives out begins; one more at the end.
    pub(super) first_given: Vec<u32>,
    pub(super) given: Vec<u32>,
}

impl Graph {
    /// The automaton of rows of labels; each comes with the number that it gives out.
    pub(super) fn new(mut rows: Vec<(Vec<u32>, u32)>) -> Self {
        rows.sort_unstable();
        rows.dedup();
        let mut build = Build { graph: Self::default(), known: HashMap::new() };
        build.graph.first_edge.push(0);
        build.graph.first_given.push(0);
        build.state(&rows, 0);
        build.graph
    }

    pub(super) fn states(&self) -> usize {
        self.first_edge.len().saturating_sub(1)
    }

    pub(super) fn root(&self) -> u32 {
        u32::try_from(self.states()).unwrap_or(0).saturating_sub(1)
    }

    /// What a state gives out.
    #[inline]
    pub(super) fn given(&self, state: u32) -> &[u32] {
        slice(&self.first_given, &self.given, state)
    }

    /// Labels and targets of a state.
    #[inline]
    pub(super) fn edges(&self, state: u32) -> (&[u32], &[u32]) {
        (slice(&self.first_edge, &self.labels, state), slice(&self.first_edge, &self.targets, state))
    }

    /// Where a word leads.
    #[inline]
    pub(super) fn next(&self, state: u32, word: u32) -> Option<u32> {
        let (labels, targets) = self.edges(state);
        let at = if labels.len() <= 8 { labels.iter().position(|&label| label == word) } else { place(labels, word) };
        targets.get(at?).copied()
    }

    /// Whether all numbers point to something, and no cycle can be: a state leads to earlier ones only.
    pub(super) fn holds(&self, words: u32, given: u32) -> bool {
        let in_order = |starts: &[u32], total: usize| {
            starts.first() == Some(&0) && starts.is_sorted() && starts.last().copied() == u32::try_from(total).ok()
        };
        let edges_lead_back = (0..self.root() + 1).all(|state| {
            let (labels, targets) = self.edges(state);
            labels.is_sorted_by(|one, other| one < other) && targets.iter().all(|&target| target < state)
        });
        self.labels.len() == self.targets.len()
            && self.first_edge.len() == self.first_given.len()
            && self.states() > 0
            && in_order(&self.first_edge, self.labels.len())
            && in_order(&self.first_given, self.given.len())
            && self.labels.iter().all(|&label| (1..=4).contains(&label) || (FIRST_WORD..words).contains(&label))
            && self.given.iter().all(|&number| number < given)
            && edges_lead_back
    }
}

/// Labels on either side of the place where one probably is.
const NEAR: usize = 16;

/// Where a label is among many. The numbers of words are in the order of their fingerprints, and those of a state spread
/// evenly: nearly always it is close to where it would be if they did so exactly, and little memory is asked.
fn place(labels: &[u32], label: u32) -> Option<usize> {
    let (first, last) = (*labels.first()?, *labels.last()?);
    let above = u64::from(label.checked_sub(first)?) * (labels.len() as u64 - 1);
    let probable = (above / u64::from(last.checked_sub(first)?).max(1)) as usize;
    let (from, to) = (probable.saturating_sub(NEAR), probable.saturating_add(NEAR).min(labels.len()));
    let near = labels.get(from..to).unwrap_or_default();
    let holds = near.first().is_some_and(|&first| first <= label) && near.last().is_some_and(|&last| label <= last);
    if holds { near.binary_search(&label).ok().map(|at| from + at) } else { labels.binary_search(&label).ok() }
}

/// A row of `all`, which holds rows one after the other.
#[inline]
pub(super) fn slice<'a>(starts: &[u32], all: &'a [u32], state: u32) -> &'a [u32] {
    let state = state as usize;
    match (starts.get(state), starts.get(state + 1)) {
        (Some(&start), Some(&end)) => all.get(start as usize..end as usize).unwrap_or_default(),
        (None, _) | (_, None) => &[],
    }
}

/// What a state gives out, and its edges.
type Shape = (Vec<u32>, Vec<(u32, u32)>);

struct Build {
    graph: Graph,
    known: HashMap<Shape, u32>,
}

impl Build {
    /// The state for what is left of `rows` after `depth` steps; they are in order.
    fn state(&mut self, rows: &[(Vec<u32>, u32)], depth: usize) -> u32 {
        let ended = rows.iter().take_while(|(row, _)| row.len() == depth).count();
        let (here, further) = rows.split_at(ended);
        let given: Vec<u32> = here.iter().map(|(_, number)| *number).collect();
        let same_step = |one: &(Vec<u32>, u32), other: &(Vec<u32>, u32)| one.0.get(depth) == other.0.get(depth);
        let mut edges = Vec::new();
        for group in further.chunk_by(same_step) {
            let label = group.first().and_then(|(row, _)| row.get(depth)).copied().unwrap_or_default();
            edges.push((label, self.state(group, depth + 1)));
        }
        let graph = &mut self.graph;
        *self.known.entry((given, edges)).or_insert_with_key(|(given, edges)| {
            graph.labels.extend(edges.iter().map(|(label, _)| *label));
            graph.targets.extend(edges.iter().map(|(_, target)| *target));
            graph.given.extend(given);
            graph.first_edge.push(u32::try_from(graph.labels.len()).unwrap_or(u32::MAX));
            graph.first_given.push(u32::try_from(graph.given.len()).unwrap_or(u32::MAX));
            u32::try_from(graph.first_edge.len() - 2).unwrap_or(u32::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{FIRST_WORD, Graph};

    proptest! {
        #[test]
        fn each_label_of_a_state_is_found_and_no_other(
            labels in prop_oneof![
                prop::collection::btree_set(FIRST_WORD..4000, 1..400),
                // Far from even.
                prop::collection::btree_set(prop_oneof![1..5_u32, FIRST_WORD..90, 3900..4000_u32], 1..200),
            ],
            others in prop::collection::vec(0..5000_u32, 50),
        ) {
            let graph = Graph::new(labels.iter().map(|&label| (vec![label], label)).collect());
            let found = |label: u32| graph.next(graph.root(), label).map(|state| graph.given(state).to_vec());
            for label in labels.iter().copied().chain(others).collect::<BTreeSet<u32>>() {
                prop_assert_eq!(found(label), labels.contains(&label).then(|| vec![label]), "{}", label);
            }
        }
    }
}
