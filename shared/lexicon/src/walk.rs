//! All rows of an automaton that stand somewhere in a lattice: every one, also inside or across another.

use super::graph::FIRST_WORD;
use super::lattice::{Disguise, Lattice};
use super::tables::Automaton;

/// Steps from one beginning. No rule comes near; a text made to branch without end is cut off here.
const MOST_STEPS: u32 = 1024;
/// A guessed word alone says little: only within a phrase of at least this many words, or beside what a rule needs.
const GUESSED_WORDS: u8 = 2;

/// A row that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Match {
    /// What the automaton gives out: a rule, or a set.
    pub(super) number: u32,
    /// Its first word, counted from 0.
    pub(super) first: u32,
    /// Its last.
    pub(super) last: u32,
    /// How it was disguised, if it was; a plain match comes before the same in disguise.
    pub(super) disguise: Option<Disguise>,
    /// It is one word, and that is guessed.
    pub(super) bare: bool,
}

/// A way into a lattice and an automaton at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Path {
    node: u32,
    state: u32,
    words: u8,
    guessed: bool,
    disguise: Option<Disguise>,
}

/// Walks an automaton over a lattice.
pub(super) struct Walker<'a> {
    lattice: &'a Lattice<'a>,
    automaton: Automaton<'a>,
    paths: Vec<Path>,
    /// Paths that went over a gap: several ways may lead to the same.
    over_gaps: Vec<Path>,
    /// What has been done so far.
    pub(super) steps: u64,
}

impl<'a> Walker<'a> {
    pub(super) fn new(lattice: &'a Lattice<'a>, automaton: Automaton<'a>) -> Self {
        Self { lattice, automaton, paths: Vec::new(), over_gaps: Vec::new(), steps: 0 }
    }

    /// Hands on all rows that begin at `start` and give out a number that is wanted.
    #[inline]
    pub(super) fn from(&mut self, start: u32, wanted: impl Fn(u32) -> bool, mut each: impl FnMut(Match)) {
        let Self { lattice, automaton, paths, over_gaps, .. } = self;
        over_gaps.clear();
        lattice.each_edge(start, |to, word, disguise| {
            if let Some(state) = automaton.first(word) {
                let guessed = disguise.is_some_and(Disguise::is_guess);
                paths.push(Path { node: to, state, words: 1, guessed, disguise });
            }
        });
        let first = self.lattice.token_at(start);
        let mut left = MOST_STEPS;
        while let Some(path) = self.paths.pop() {
            let numbers = self.automaton.graph.given(path.state);
            let bare = path.guessed && path.words < GUESSED_WORDS;
            let says_little = bare && (Lattice::is_inner(start) || Lattice::is_inner(path.node));
            if !numbers.is_empty() && !says_little {
                let last = self.lattice.token_before(path.node);
                let disguise = path.disguise;
                for &number in numbers.iter().filter(|&&number| wanted(number)) {
                    each(Match { number, first, last, disguise, bare });
                }
            }
            let cost = self.follow(path);
            self.steps += u64::from(cost);
            left = left.saturating_sub(cost);
            if left == 0 {
                self.paths.clear();
            }
        }
    }

    /// Puts what comes after a path on the pile; returns what that cost.
    #[inline]
    fn follow(&mut self, path: Path) -> u32 {
        let Self { lattice, automaton, paths, over_gaps, .. } = self;
        let (labels, targets) = automaton.graph.edges(path.state);
        let mut cost = 1;
        if labels.is_empty() {
            return cost;
        }
        for (&label, &target) in labels.iter().zip(targets).take_while(|&(&label, _)| label < FIRST_WORD) {
            cost += over_gap(lattice, Path { state: target, ..path }, label, paths, over_gaps);
        }
        if breaks(lattice, path.node) {
            return cost;
        }
        lattice.each_edge(path.node, |to, word, disguise| {
            cost += 1;
            if word == 0 {
                return;
            }
            if let Some(state) = automaton.graph.next(path.state, word) {
                paths.push(Path {
                    node: to,
                    state,
                    words: path.words.saturating_add(1),
                    guessed: path.guessed || disguise.is_some_and(Disguise::is_guess),
                    disguise: path.disguise.max(disguise),
                });
            }
        });
        cost
    }
}

/// Whether a sentence ends before the word at a node.
fn breaks(lattice: &Lattice<'_>, node: u32) -> bool {
    lattice.tokens.get(node as usize).is_some_and(|token| token.breaks())
}

/// Goes on from `path` after no word, one word, up to `words` words of any kind.
fn over_gap(lattice: &Lattice<'_>, path: Path, words: u32, paths: &mut Vec<Path>, seen: &mut Vec<Path>) -> u32 {
    let mut cost = 1;
    let mut ends = vec![path.node];
    let mut fresh = 0;
    for round in 0..=words {
        let upto = ends.len();
        for at in fresh..upto {
            let Some(&node) = ends.get(at) else { continue };
            let path = Path { node, ..path };
            cost += 1 + seen.len() as u32 / 8;
            if !seen.contains(&path) {
                seen.push(path);
                paths.push(path);
            }
            if round < words && !breaks(lattice, node) {
                lattice.each_edge(node, |to, _, disguise| {
                    // Of the readings of one word the plain one is enough to step over it; not of a word in pieces.
                    let in_pieces = to > node + 1 && !Lattice::is_inner(to);
                    if disguise.is_none() || in_pieces || Lattice::is_inner(node) {
                        ends.push(to);
                    }
                });
            }
        }
        fresh = upto;
    }
    cost
}
