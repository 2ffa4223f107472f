//! An automaton as bytes, and back.
//!
//! Most edges of a state lead where others of it lead too: "mum", "dad" and "gran" to what may follow a person. Labels
//! with one target are a group; each group is written once, and those that are used most have the shortest numbers. A
//! target is written by what it nearly always is: the state just before, which nobody led to yet, or where the same
//! group led the last time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::PackError;
use super::bytes::{Bytes, put, put_len};
use crate::graph::{Graph, NOWHERE, slice};

/// Edges of an automaton, at most. A group can be used often, so that few bytes could otherwise become any number.
const MOST_EDGES: usize = 1 << 22;

/// The newest state that nothing led to yet.
const NEWEST: u32 = 0;
/// Where the group led the last time.
const AS_BEFORE: u32 = 1;
/// Added to the number of any other state.
const ANY: u32 = 2;

/// What makes targets short: what both sides know of the states before.
struct Known {
    /// States that nothing led to yet, the newest last.
    waiting: Vec<u32>,
    /// Where each group led the last time.
    before: Vec<u32>,
}

impl Known {
    fn new(groups: usize) -> Self {
        Self { waiting: Vec::new(), before: vec![NOWHERE; groups] }
    }

    /// A target in short.
    fn shorten(&mut self, group: usize, target: u32) -> u32 {
        let before = self.before.get_mut(group).map(|before| std::mem::replace(before, target));
        if self.waiting.pop_if(|waiting| *waiting == target).is_some() {
            NEWEST
        } else if before == Some(target) {
            AS_BEFORE
        } else {
            target + ANY
        }
    }

    /// The target that was shortened.
    fn lengthen(&mut self, group: usize, short: u32) -> Option<u32> {
        let before = self.before.get_mut(group)?;
        let target = match short {
            NEWEST => self.waiting.pop()?,
            AS_BEFORE => *before,
            any => any.checked_sub(ANY)?,
        };
        *before = target;
        Some(target)
    }
}

/// All groups, what each state gives out, the groups of each state, their targets: what is of one kind stands together.
pub(super) fn write(out: &mut Vec<u8>, graph: &Graph) {
    let states: Vec<Vec<(Vec<u32>, u32)>> = (0..=graph.root()).map(|state| groups_of(graph, state)).collect();
    let mut uses: BTreeMap<&[u32], usize> = BTreeMap::new();
    for (labels, _) in states.iter().flatten() {
        *uses.entry(labels).or_default() += 1;
    }
    let mut groups: Vec<&[u32]> = uses.keys().copied().collect();
    groups.sort_by_key(|labels| Reverse(uses.get(labels)));
    let numbers: BTreeMap<&[u32], u32> = groups.iter().copied().zip(0..).collect();
    let number = |labels: &[u32]| numbers.get(labels).copied().unwrap_or_default();
    let given: Vec<&[u32]> = (0..=graph.root()).map(|state| graph.given(state)).collect();
    put_rows(out, &groups);
    put_rows(out, &given);
    for state in &states {
        put_len(out, state.len());
    }
    for (labels, _) in states.iter().flatten() {
        put(out, number(labels));
    }
    let mut known = Known::new(groups.len());
    for (state, edges) in (0..).zip(&states) {
        for (labels, target) in edges {
            put(out, known.shorten(number(labels) as usize, *target));
        }
        known.waiting.push(state);
    }
}

/// Labels with the same target, and the target. Backwards, so that of states that nothing led to yet the newest comes
/// first.
fn groups_of(graph: &Graph, state: u32) -> Vec<(Vec<u32>, u32)> {
    let (labels, targets) = graph.edges(state);
    let mut by_target: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (&label, &target) in labels.iter().zip(targets) {
        by_target.entry(target).or_default().push(label);
    }
    let mut groups: Vec<(Vec<u32>, u32)> = by_target.into_iter().map(|(target, labels)| (labels, target)).collect();
    groups.sort_unstable_by(|one, other| other.cmp(one));
    groups
}

/// Reads what [`write()`] wrote. Whether the numbers of states, words and rules point to something is asked later.
pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Graph, PackError> {
    let (first_label, all_labels) = rows(bytes)?;
    let (first_given, given) = rows(bytes)?;
    let groups = first_label.len() - 1;
    let labels = |group: u32| slice(&first_label, &all_labels, group);
    let first_used = starts(bytes, first_given.len() - 1)?;
    let used = bytes.room(total(&first_used))?;
    let used = (0..used).map(|_| bytes.number()).collect::<Result<Vec<u32>, PackError>>()?;
    let edges = used.iter().map(|&group| labels(group).len()).fold(0, usize::saturating_add);
    if edges > MOST_EDGES {
        return Err(PackError::Damaged);
    }
    let mut graph = Graph { first_given, given, first_edge: vec![0], ..Graph::default() };
    graph.labels.reserve_exact(edges);
    graph.targets.reserve_exact(edges);
    let mut known = Known::new(groups);
    let mut edges = Vec::new();
    for state in 0..(first_used.len() - 1) as u32 {
        let used = slice(&first_used, &used, state);
        for &group in used {
            let target = known.lengthen(group as usize, bytes.number()?).ok_or(PackError::Damaged)?;
            // A label and where it leads, as one number.
            edges.extend(labels(group).iter().map(|&label| u64::from(label) << 32 | u64::from(target)));
        }
        if used.len() > 1 {
            edges.sort_unstable();
        }
        graph.labels.extend(edges.iter().map(|edge| (edge >> 32) as u32));
        graph.targets.extend(edges.drain(..).map(|edge| edge as u32));
        graph.first_edge.push(u32::try_from(graph.labels.len()).map_err(|_| PackError::Damaged)?);
        known.waiting.push(state);
    }
    Ok(graph)
}

/// Rows of numbers that rise: how long each is, then each.
fn put_rows(out: &mut Vec<u8>, rows: &[&[u32]]) {
    put_len(out, rows.len());
    for row in rows {
        put_len(out, row.len());
    }
    for row in rows {
        let mut before = 0;
        for &number in *row {
            put(out, number - before);
            before = number;
        }
    }
}

/// Where each row begins and where the last one ends, and the numbers of all.
fn rows(bytes: &mut Bytes<'_>) -> Result<(Vec<u32>, Vec<u32>), PackError> {
    let count = bytes.count(1)?;
    let starts = starts(bytes, count)?;
    let mut numbers = Vec::with_capacity(bytes.room(total(&starts))?);
    for row in starts.windows(2) {
        let &[start, end] = row else { continue };
        let mut number = 0_u32;
        for _ in start..end {
            number = number.checked_add(bytes.number()?).ok_or(PackError::Damaged)?;
            numbers.push(number);
        }
    }
    Ok((starts, numbers))
}

/// Where each of so many rows begins and where the last one ends, of how long each is.
fn starts(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<u32>, PackError> {
    let mut starts = Vec::with_capacity(count + 1);
    starts.push(0);
    let mut end = 0_u32;
    for _ in 0..count {
        end = end.checked_add(bytes.number()?).ok_or(PackError::Damaged)?;
        starts.push(end);
    }
    Ok(starts)
}

/// How much the rows hold that begin and end there.
fn total(starts: &[u32]) -> usize {
    starts.last().map_or(0, |&end| end as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST_EDGES, put, put_len, put_rows, read, write};
    use crate::graph::{FIRST_WORD, Graph};
    use crate::pack::PackError;
    use crate::pack::bytes::Bytes;

    proptest! {
        #[test]
        fn what_was_written_is_read(
            rows in proptest::collection::vec((proptest::collection::vec(1..FIRST_WORD + 4, 0..6), 0..4_u32), 0..60),
        ) {
            let graph = Graph::new(rows);
            let mut bytes = Vec::new();
            write(&mut bytes, &graph);
            let mut bytes = Bytes(&bytes);
            prop_assert_eq!(read(&mut bytes), Ok(graph));
            prop_assert_eq!(bytes.0, [0_u8; 0]);
        }

        #[test]
        fn other_bytes_are_refused_or_written_again(bytes in proptest::collection::vec(0..12_u8, 0..60)) {
            let read_first = read(&mut Bytes(&bytes)).ok().filter(|graph| graph.holds(FIRST_WORD + 4, 4));
            if let Some(graph) = read_first {
                let mut bytes = Vec::new();
                write(&mut bytes, &graph);
                prop_assert_eq!(read(&mut Bytes(&bytes)), Ok(graph));
            }
        }
    }

    /// A group of a thousand labels, used by each of so many states.
    fn one_group(states: usize) -> Vec<u8> {
        let labels: Vec<u32> = (FIRST_WORD..).take(1000).collect();
        let mut bytes = Vec::new();
        put_rows(&mut bytes, &[&labels]);
        put_rows(&mut bytes, &vec![&[][..]; states]);
        for _ in 0..states {
            put_len(&mut bytes, 1);
        }
        // Group 0, to state 0.
        for number in std::iter::repeat_n(0, states).chain(std::iter::repeat_n(super::ANY, states)) {
            put(&mut bytes, number);
        }
        bytes
    }

    #[test]
    fn few_bytes_do_not_become_any_number_of_edges() {
        let edges = read(&mut Bytes(&one_group(MOST_EDGES / 1000))).map(|graph| graph.labels.len());
        assert_eq!(edges, Ok(MOST_EDGES / 1000 * 1000));
        assert_eq!(read(&mut Bytes(&one_group(MOST_EDGES / 1000 + 1))), Err(PackError::Damaged));
    }
}
