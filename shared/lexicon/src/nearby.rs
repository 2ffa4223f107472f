//! What stands around phrases: looked for only there, so that common words cost nothing elsewhere.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::graph::Graph;
use super::lattice::{Disguise, Lattice};
use super::rules::{Around, Effect, Side};
use super::tables::Which;
use super::walk::{Hit, Match, Walker};

/// Words that a phrase of a set may have: so far before a window it may begin.
const LONGEST_PHRASE: u32 = 40;

/// Where phrases stand that end in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    first: u32,
    last: u32,
    /// Of the automaton; the sets that it gives out are rarely asked for.
    state: u32,
    /// It is one word, cut from a longer one.
    cut: bool,
}

/// Where the phrases of sets stand, as far as it matters.
pub(super) struct Nearby<'a> {
    pub(super) lattice: &'a Lattice<'a>,
    graph: &'a Graph,
    /// The words around matches, as ranges that do not overlap, in order; all words once something matters anywhere.
    windows: Vec<(u32, u32)>,
    /// In order, those that begin in the windows.
    places: Vec<Place>,
    /// For each word of the row, the first of them that begins with it or after it.
    begins: Vec<u32>,
    /// Words from the first to the last of the longest of them.
    longest: u32,
    /// The places of those sets that matter anywhere.
    anywhere: HashMap<u32, Vec<Place>>,
}

impl<'a> Nearby<'a> {
    /// Looks around `matches`, which are in order: by rule, then by place.
    pub(super) fn new(lattice: &'a Lattice<'a>, matches: &[Match]) -> Self {
        let graph = lattice.tables.automaton(Which::Around).graph;
        let windows = windows(lattice, matches);
        let mut nearby = Self {
            lattice,
            graph,
            windows: Vec::new(),
            places: Vec::new(),
            begins: Vec::new(),
            longest: 0,
            anywhere: HashMap::new(),
        };
        nearby.look_in(windows);
        nearby
    }

    /// Leaves those of `matches` near which all stands that their rules need. Few are.
    pub(super) fn retain_complete(&mut self, matches: &mut Vec<Match>) {
        self.look_everywhere(matches, |effect| effect == Effect::Needed);
        matches.retain(|phrase| {
            let rule = self.lattice.tables.pack.rules.get(phrase.number as usize);
            let mut needed = rule.into_iter().flat_map(|rule| &rule.around).filter(|it| it.effect == Effect::Needed);
            needed.all(|around| self.has(around, phrase))
        });
    }

    /// Looks in the whole text for what matters there, however far from a match it stands.
    pub(super) fn look_everywhere(&mut self, matches: &[Match], matters: impl Fn(Effect) -> bool) {
        let pack = &self.lattice.tables.pack;
        let rules = matches.chunk_by(|one, other| one.number == other.number).filter_map(|group| group.first());
        let around = rules.filter_map(|first| pack.rules.get(first.number as usize)).flat_map(|rule| &rule.around);
        let mut wanted = vec![false; pack.sets.len()];
        let mut any = false;
        for around in around.filter(|around| around.within.is_none() && matters(around.effect)) {
            if let Entry::Vacant(places) = self.anywhere.entry(around.set) {
                places.insert(Vec::new());
                any = true;
                wanted.get_mut(around.set as usize).into_iter().for_each(|wanted| *wanted = true);
            }
        }
        if !any {
            return;
        }
        self.look_in(vec![(0, self.lattice.tokens.len() as u32)]);
        let is_wanted = |set: &u32| wanted.get(*set as usize).is_some_and(|&wanted| wanted);
        // A few states are those of most places, and some of these give out a hundred sets.
        let mut gives_wanted = vec![None; self.graph.states()];
        for place in &self.places {
            let given = self.graph.given(place.state);
            let Some(gives) = gives_wanted.get_mut(place.state as usize) else { continue };
            if *gives.get_or_insert_with(|| given.iter().any(is_wanted)) {
                for &set in given.iter().filter(|set| is_wanted(set)) {
                    self.anywhere.entry(set).or_default().push(*place);
                }
            }
        }
    }

    /// Looks in these windows, which hold those that it has looked in.
    fn look_in(&mut self, windows: Vec<(u32, u32)>) {
        if windows == self.windows {
            return;
        }
        let Self { lattice, places, .. } = self;
        let before = std::mem::replace(&mut self.windows, windows);
        let mut walker = Walker::new(lattice, lattice.tables.automaton(Which::Around));
        let mut look = |node: u32| {
            walker.from(node, |hit| {
                let Hit { state, first, last, .. } = hit;
                places.push(Place { first, last, state, cut: is_cut(hit.disguise, hit.bare) });
            });
        };
        for &(from, to) in &self.windows {
            let mut upto = from;
            for &(begun, done) in before.iter().filter(|&&(begun, _)| (from..to).contains(&begun)) {
                lattice.each_node(upto..begun, &mut look);
                upto = done;
            }
            lattice.each_node(upto..to, &mut look);
        }
        // Those of each round are in order.
        places.sort_by_key(|place| place.first);
        self.longest = places.iter().map(|place| place.last.saturating_sub(place.first)).max().unwrap_or_default();
        self.begins.clear();
        for (at, place) in (0..).zip(places) {
            if self.begins.len() <= place.first as usize {
                self.begins.resize(place.first as usize + 1, at);
            }
        }
    }

    /// Whether what `around` asks for stands near a phrase. What stands within the phrase, in its gaps too, does not
    /// count: the phrase has said that already.
    pub(super) fn has(&self, around: &Around, phrase: &Match) -> bool {
        let Some(within) = around.within else {
            let places = self.anywhere.get(&around.set).into_iter().flatten();
            return places.into_iter().any(|place| self.says(place, around.side, phrase));
        };
        let lattice = self.lattice;
        let reach = u32::from(within) + 1;
        let (start, end) = (lattice.place(phrase.first), lattice.place(phrase.last));
        let earliest = lattice.at_place(start.saturating_sub(reach));
        let beyond = lattice.at_place(end.saturating_add(reach + 1));
        let begin = earliest.saturating_sub(self.longest) as usize;
        let from = self.begins.get(begin).map_or(self.places.len(), |&at| at as usize);
        let tables = lattice.tables;
        let near = self.places.iter().skip(from).take_while(|place| place.first < beyond);
        let mut likely = near.filter(|place| tables.may_give(place.state, around.set) && place.last >= earliest);
        likely.any(|place| {
            self.says(place, around.side, phrase) && self.graph.given(place.state).binary_search(&around.set).is_ok()
        })
    }

    /// Whether what stands at a place may say something about a phrase, as to where it stands.
    fn says(&self, place: &Place, side: Side, phrase: &Match) -> bool {
        let on_its_side = match side {
            Side::Before => place.last < phrase.first,
            Side::After => place.first > phrase.last,
            Side::Either => place.last < phrase.first || place.first > phrase.last,
        };
        // One word cut from a longer one says something only with another that was cut from the same, and a third: plain
        // words and names are made of two.
        let cut = place.cut || is_cut(phrase.disguise, phrase.bare);
        let (first, last) = (place.first.min(phrase.first), place.last.max(phrase.last));
        on_its_side && (!cut || (last > first + 1 && self.lattice.is_one_word(first, last)))
    }
}

/// Whether what was found is one word that was cut from a longer one.
fn is_cut(disguise: Option<Disguise>, bare: bool) -> bool {
    bare && disguise == Some(Disguise::Joined)
}

/// The words around matches in which may stand what matters to them.
fn windows(lattice: &Lattice<'_>, matches: &[Match]) -> Vec<(u32, u32)> {
    let mut windows = Vec::new();
    for group in matches.chunk_by(|one, other| one.number == other.number) {
        let rule = group.first().and_then(|first| lattice.tables.pack.rules.get(first.number as usize));
        let around = rule.into_iter().flat_map(|rule| &rule.around);
        let Some(reach) = around.filter_map(|around| around.within).max().map(u32::from) else { continue };
        for phrase in group {
            let (first, last) = (lattice.place(phrase.first), lattice.place(phrase.last));
            let from = lattice.at_place(first.saturating_sub(reach + LONGEST_PHRASE));
            windows.push((from, lattice.at_place(last + reach + 2)));
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
