//! All rows of an automaton that stand somewhere in a lattice: every one, also inside or across another.

use super::graph::FIRST_WORD;
use super::lattice::{Disguise, Lattice};
use super::tables::{Automaton, Shape};

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

/// A way through an automaton that gives something out at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where it ends in the automaton.
    pub(super) state: u32,
    /// As in [`Match`].
    pub(super) first: u32,
    /// As in [`Match`].
    pub(super) last: u32,
    /// As in [`Match`].
    pub(super) disguise: Option<Disguise>,
    /// As in [`Match`].
    pub(super) bare: bool,
}

impl Hit {
    /// The match of what is given out there.
    pub(super) fn of(self, number: u32) -> Match {
        let Self { first, last, disguise, bare, .. } = self;
        Match { number, first, last, disguise, bare }
    }
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

    /// Hands on all ways that begin at `start`.
    #[inline]
    pub(super) fn from(&mut self, start: u32, mut each: impl FnMut(Hit)) {
        let Self { lattice, automaton, paths, over_gaps, .. } = self;
        over_gaps.clear();
        lattice.each_edge(start, |to, word, disguise| {
            if let Some(state) =
                automaton.first(word).filter(|&state| leads_on(lattice, automaton, to, state, automaton.shape(state)))
            {
                let guessed = disguise.is_some_and(Disguise::is_guess);
                paths.push(Path { node: to, state, words: 1, guessed, disguise });
            }
        });
        let first = self.lattice.token_at(start);
        let mut left = MOST_STEPS;
        while let Some(path) = self.paths.pop() {
            let shape = self.automaton.shape(path.state);
            let bare = path.guessed && path.words < GUESSED_WORDS;
            let says_little = bare && (Lattice::is_inner(start) || Lattice::is_inner(path.node));
            if shape.gives() && !says_little {
                let last = self.lattice.token_before(path.node);
                each(Hit { state: path.state, first, last, disguise: path.disguise, bare });
            }
            let cost = self.follow(path, shape);
            self.steps += u64::from(cost);
            left = left.saturating_sub(cost);
            if left == 0 {
                self.paths.clear();
            }
        }
    }

    /// Puts what comes after a path on the pile; returns what that cost.
    #[inline]
    fn follow(&mut self, path: Path, shape: Shape) -> u32 {
        let mut cost = 1;
        if shape.has_gaps() {
            let (labels, targets) = self.automaton.graph.edges(path.state);
            for (&label, &target) in labels.iter().zip(targets).take_while(|&(&label, _)| label < FIRST_WORD) {
                cost += self.over_gap(Path { state: target, ..path }, label);
            }
        }
        let Self { lattice, automaton, paths, .. } = self;
        if !shape.has_words() || breaks(lattice, path.node) {
            return cost;
        }
        lattice.each_edge(path.node, |to, word, disguise| {
            cost += 1;
            if word == 0 {
                return;
            }
            let next = automaton.next(path.state, shape, word);
            if let Some(state) = next.filter(|&state| leads_on(lattice, automaton, to, state, automaton.shape(state))) {
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

    /// Goes on from `path` after no word, one word, up to `words` words of any kind; returns what that cost.
    fn over_gap(&mut self, path: Path, words: u32) -> u32 {
        let shape = self.automaton.shape(path.state);
        for (node, over) in (path.node..).zip(0..=words) {
            // Nearly always there is one way: as it is written.
            let Some(token) = self.lattice.plain_token(node) else {
                return over + self.over_branches(Path { node, ..path }, words - over);
            };
            if leads_on(self.lattice, &self.automaton, node, path.state, shape) {
                self.go_on(Path { node, ..path });
            }
            if token.breaks() {
                return over + 1;
            }
        }
        words + 1
    }

    /// The same where what is read may be read in several ways.
    #[inline(never)]
    fn over_branches(&mut self, path: Path, words: u32) -> u32 {
        let mut cost = 1;
        let mut ends = vec![path.node];
        let mut fresh = 0;
        for round in 0..=words {
            let upto = ends.len();
            for at in fresh..upto {
                let Some(&node) = ends.get(at) else { continue };
                cost += 1 + self.go_on(Path { node, ..path });
                if round < words && !breaks(self.lattice, node) {
                    self.lattice.each_edge(node, |to, _, disguise| {
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

    /// Puts a path that went over a gap on the pile, unless another way led to the same; returns what that cost.
    fn go_on(&mut self, path: Path) -> u32 {
        let cost = self.over_gaps.len() as u32 / 8;
        if !self.over_gaps.contains(&path) {
            self.over_gaps.push(path);
            self.paths.push(path);
        }
        cost
    }
}

/// Whether a path at this node and in this state, of this shape, may come to anything. Few do, and those that do not cost
/// least here.
#[inline]
fn leads_on(lattice: &Lattice<'_>, automaton: &Automaton<'_>, node: u32, state: u32, shape: Shape) -> bool {
    let has_step = || {
        let plain = lattice.plain_token(node);
        plain.is_none_or(|token| !token.breaks() && automaton.may_step(state, shape, token.word()))
    };
    shape.gives() || shape.has_gaps() || (shape.has_words() && has_step())
}

/// Whether a sentence ends before the word at a node.
fn breaks(lattice: &Lattice<'_>, node: u32) -> bool {
    lattice.tokens.get(node as usize).is_some_and(|token| token.breaks())
}
