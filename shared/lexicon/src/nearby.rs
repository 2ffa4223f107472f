//! What stands around phrases: looked for only there, so that common words cost nothing elsewhere.

use super::lattice::{Disguise, Lattice};
use super::rules::{Around, Effect, Side};
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
        Self::of(lattice, matches, |_| true)
    }

    /// Leaves those of `matches` near which all stands that their rules need. Few are, and what else matters needs to
    /// be looked for around these alone.
    pub(super) fn retain_complete(lattice: &Lattice<'_>, matches: &mut Vec<Match>) {
        let nearby = Nearby::of(lattice, matches, |effect| effect == Effect::Needed);
        matches.retain(|phrase| {
            let rule = lattice.tables.pack.rules.get(phrase.number as usize);
            let mut needed = rule.into_iter().flat_map(|rule| &rule.around).filter(|it| it.effect == Effect::Needed);
            needed.all(|around| nearby.has(around, phrase))
        });
    }

    /// Looks for that around `matches` which has an effect that matters.
    fn of(lattice: &'a Lattice<'a>, matches: &[Match], matters: impl Fn(Effect) -> bool) -> Self {
        let mut sets: Vec<Vec<Place>> = vec![Vec::new(); lattice.tables.pack.sets.len()];
        let wanted = Wanted::around(lattice, matches, matters);
        let mut walker = Walker::new(lattice, lattice.tables.automaton(Which::Around));
        let mut look = |node: u32, is_near: bool| {
            walker.from(
                node,
                |set| wanted.wants(set, is_near),
                |place| {
                    if let Some(places) = sets.get_mut(place.number as usize) {
                        places.push(Place { first: place.first, last: place.last, cut: is_cut(&place) });
                    }
                },
            );
        };
        let mut upto = 0;
        for &(from, to) in &wanted.windows {
            if wanted.has_anywhere {
                (upto..from).for_each(|node| look(node, false));
            }
            (from..to).for_each(|node| look(node, true));
            upto = to;
        }
        if wanted.has_anywhere {
            (upto..lattice.tokens.len() as u32).for_each(|node| look(node, false));
        }
        // Sets are looked for inside of joined words too.
        let mut inner: Vec<u32> =
            lattice.edges.iter().map(|edge| edge.from).filter(|&from| Lattice::is_inner(from)).collect();
        inner.dedup();
        for node in inner {
            let is_near = wanted.is_near(lattice.token_at(node));
            if is_near || wanted.has_anywhere {
                look(node, is_near);
            }
        }
        for places in &mut sets {
            // Of one place, what is no cut comes first and stays.
            places.sort_unstable_by_key(|place| (place.first, place.last, place.cut));
            places.dedup_by_key(|place| (place.first, place.last));
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

/// Which sets matter, and where.
struct Wanted {
    /// For each set, whether it matters near a match, and whether anywhere.
    sets: Vec<(bool, bool)>,
    has_anywhere: bool,
    /// The words around matches that matter, as ranges that do not overlap, in order.
    windows: Vec<(u32, u32)>,
}

impl Wanted {
    fn around(lattice: &Lattice<'_>, matches: &[Match], matters: impl Fn(Effect) -> bool) -> Self {
        let pack = &lattice.tables.pack;
        let mut wanted = Self { sets: vec![(false, false); pack.sets.len()], has_anywhere: false, windows: Vec::new() };
        for group in matches.chunk_by(|one, other| one.number == other.number) {
            let rule = group.first().and_then(|first| pack.rules.get(first.number as usize));
            let around = rule.into_iter().flat_map(|rule| &rule.around).filter(|around| matters(around.effect));
            let reach = around.filter_map(|around| wanted.want(around)).max();
            let Some(reach) = reach else { continue };
            for phrase in group {
                let (first, last) = (lattice.place(phrase.first), lattice.place(phrase.last));
                let from = lattice.at_place(first.saturating_sub(reach + LONGEST_PHRASE));
                wanted.windows.push((from, lattice.at_place(last + reach + 2)));
            }
        }
        wanted.windows.sort_unstable();
        wanted.windows.dedup_by(|next, before| {
            let touch = next.0 <= before.1;
            if touch {
                before.1 = before.1.max(next.1);
            }
            touch
        });
        wanted
    }

    /// Notes a set; says how far around a phrase it matters, unless that is everywhere.
    fn want(&mut self, around: &Around) -> Option<u32> {
        let (near, anywhere) = self.sets.get_mut(around.set as usize)?;
        let Some(within) = around.within else {
            (*anywhere, self.has_anywhere) = (true, true);
            return None;
        };
        *near = true;
        Some(u32::from(within))
    }

    fn wants(&self, set: u32, is_near: bool) -> bool {
        self.sets.get(set as usize).is_some_and(|&(near, anywhere)| anywhere || (near && is_near))
    }

    /// Whether a word stands in a window.
    fn is_near(&self, word: u32) -> bool {
        let before = self.windows.partition_point(|&(from, _)| from <= word);
        before.checked_sub(1).and_then(|window| self.windows.get(window)).is_some_and(|&(_, to)| word < to)
    }
}
