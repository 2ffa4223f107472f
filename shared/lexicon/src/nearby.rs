//! What stands around phrases: looked for only there, so that common words cost nothing elsewhere.

use super::lattice::{Disguise, Lattice};
use super::pack::{Pack, PackedRule};
use super::rules::{Around, Side};
use super::tables::Which;
use super::walk::{Match, Walker};

/// Words that a phrase of a set may have: so far before a window it may begin.
const LONGEST_PHRASE: u32 = 40;

/// Where a phrase of a set stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    first: u32,
    last: u32,
    /// It is one word, cut from a longer one.
    cut: bool,
}

/// Where the phrases of sets stand, as far as it matters.
pub(super) struct Nearby<'a> {
    lattice: &'a Lattice<'a>,
    /// For each set, places in the order of their beginnings, each once.
    sets: Vec<Vec<Place>>,
}

impl<'a> Nearby<'a> {
    /// Looks around `matches`, which are in order: by rule, then by place.
    pub(super) fn new(lattice: &'a Lattice<'a>, matches: &[Match]) -> Self {
        let pack = &lattice.tables.pack;
        let windows = windows(pack, matches, lattice.tokens.len() as u32);
        let mut found = Vec::new();
        let mut walker = Walker::new(lattice, lattice.tables.automaton(Which::Around));
        let mut edges =
            lattice.edges.iter().map(|edge| edge.from).filter(|&from| Lattice::is_inner(from)).collect::<Vec<_>>();
        edges.dedup();
        for &(from, to) in &windows {
            for node in from..to {
                walker.from(node, &mut found);
            }
        }
        // Sets are looked for inside of joined words too.
        for node in edges {
            let at = lattice.token_at(node);
            let before = windows.partition_point(|&(from, _)| from <= at);
            if before.checked_sub(1).and_then(|window| windows.get(window)).is_some_and(|&(_, to)| at < to) {
                walker.from(node, &mut found);
            }
        }
        let mut sets = vec![Vec::new(); pack.sets.len()];
        found.sort_unstable_by_key(|place| (place.number, place.first, place.last, is_cut(place)));
        found.dedup_by_key(|place| (place.number, place.first, place.last));
        for place in &found {
            let Some(places): Option<&mut Vec<Place>> = sets.get_mut(place.number as usize) else { continue };
            places.push(Place { first: place.first, last: place.last, cut: is_cut(place) });
        }
        Self { lattice, sets }
    }

    /// Whether what `around` asks for stands near a phrase. What stands within the phrase, in its gaps too, does not
    /// count: the phrase has said that already.
    pub(super) fn has(&self, around: &Around, phrase: &Match) -> bool {
        let Some(places) = self.sets.get(around.set as usize) else { return false };
        let lattice = self.lattice;
        let reach = around.within.map_or(u32::MAX, |within| u32::from(within) + 1);
        let (start, end) = (lattice.place(phrase.first), lattice.place(phrase.last));
        let (earliest, latest) = (start.saturating_sub(reach), end.saturating_add(reach));
        let from = places.partition_point(|place| lattice.place(place.first) < earliest.saturating_sub(LONGEST_PHRASE));
        let near = places.iter().skip(from).take_while(|place| lattice.place(place.first) <= latest);
        let on_its_side = |place: &Place| match around.side {
            Side::Before => place.last < phrase.first,
            Side::After => place.first > phrase.last,
            Side::Either => place.last < phrase.first || place.first > phrase.last,
        };
        // One word cut from a longer one says something only with another that was cut from the same, and a third: plain
        // words and names are made of two.
        let cut = is_cut(phrase);
        near.filter(|place| lattice.place(place.last) >= earliest && on_its_side(place)).any(|place| {
            let (first, last) = (place.first.min(phrase.first), place.last.max(phrase.last));
            !(cut || place.cut) || (last > first + 1 && lattice.is_one_word(first, last))
        })
    }
}

/// Whether a match is one word that was cut from a longer one.
fn is_cut(found: &Match) -> bool {
    found.bare && found.disguise == Some(Disguise::Joined)
}

/// The words around matches that matter, as ranges that do not overlap.
fn windows(pack: &Pack, matches: &[Match], words: u32) -> Vec<(u32, u32)> {
    let mut windows: Vec<(u32, u32)> = Vec::new();
    for group in matches.chunk_by(|one, other| one.number == other.number) {
        let rule = group.first().and_then(|first| pack.rules.get(first.number as usize));
        let Some(reach) = rule.and_then(reach) else { continue };
        if reach == u32::MAX {
            return vec![(0, words)];
        }
        for phrase in group {
            let from = phrase.first.saturating_sub(reach + LONGEST_PHRASE);
            windows.push((from, (phrase.last + reach + 2).min(words)));
        }
    }
    windows.sort_unstable();
    windows.dedup_by(|next, before| {
        let touch = next.0 <= before.1;
        if touch {
            before.1 = before.1.max(next.1);
        }
        touch
    });
    windows
}

/// How far around its phrases a rule looks; `None` when it does not.
fn reach(rule: &PackedRule) -> Option<u32> {
    rule.around.iter().map(|around| around.within.map_or(u32::MAX, u32::from)).max()
}
