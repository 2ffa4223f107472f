//! All rows of an automaton that stand somewhere in a lattice: every one, also inside or across another.

use super::automaton::{Automaton, Shape};
use super::graph::FIRST_WORD;
use super::lattice::{Disguise, Lattice, Token};

/// Steps from one beginning. No rule comes near; a text made to branch without end is cut off here.
const MOST_STEPS: u64 = 1024;
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
    /// Where the walk begins.
    start: u32,
    /// Paths that may go on.
    paths: Vec<Path>,
    /// Paths that went over a gap: several ways may lead to the same.
    over_gaps: Vec<Path>,
    /// What has been done so far.
    pub(super) steps: u64,
}

impl<'a> Walker<'a> {
    pub(super) fn new(lattice: &'a Lattice<'a>, automaton: Automaton<'a>) -> Self {
        Self { lattice, automaton, start: 0, paths: Vec::new(), over_gaps: Vec::new(), steps: 0 }
    }

    /// Hands on all ways that begin at `start`.
    #[inline]
    pub(super) fn from(&mut self, start: u32, mut each: impl FnMut(Hit)) {
        let Self { lattice, automaton, .. } = *self;
        self.start = start;
        self.over_gaps.clear();
        lattice.each_edge(start, |to, word, disguise| {
            if let Some(state) = automaton.first(word) {
                let guessed = disguise.is_some_and(Disguise::is_guess);
                self.arrive(Path { node: to, state, words: 1, guessed, disguise }, false, &mut each);
            }
        });
        let most = self.steps + MOST_STEPS;
        while let Some(path) = self.paths.pop() {
            if self.steps >= most {
                self.paths.clear();
                return;
            }
            self.follow(path, &mut each);
        }
    }

    /// Hands on what a path gives out where it has come to, and puts it on the pile if it may go on. Few do.
    #[inline]
    fn arrive(&mut self, path: Path, over_gap: bool, each: &mut impl FnMut(Hit)) {
        let shape = self.automaton.shape(path.state);
        let goes_on = goes_on(self.lattice, &self.automaton, &path, shape);
        if !goes_on && !shape.gives() {
            return;
        }
        if over_gap {
            self.steps += self.over_gaps.len() as u64 / 8;
            if self.over_gaps.contains(&path) {
                return;
            }
            self.over_gaps.push(path);
        }
        let Path { node, state, disguise, .. } = path;
        let bare = path.guessed && path.words < GUESSED_WORDS;
        let says_little = bare && (Lattice::is_inner(self.start) || Lattice::is_inner(node));
        if shape.gives() && !says_little {
            let (first, last) = (self.lattice.token_at(self.start), self.lattice.token_before(node));
            each(Hit { state, first, last, disguise, bare });
        }
        if goes_on {
            self.paths.push(path);
        }
    }

    /// Goes on from a path by one word, and over the gaps that are there.
    #[inline]
    fn follow(&mut self, path: Path, each: &mut impl FnMut(Hit)) {
        let Self { lattice, automaton, .. } = *self;
        let shape = automaton.shape(path.state);
        self.steps += 1;
        if shape.has_gaps() {
            let (labels, targets) = automaton.graph.edges(path.state);
            for (&label, &target) in labels.iter().zip(targets).take_while(|&(&label, _)| label < FIRST_WORD) {
                self.over_gap(Path { state: target, ..path }, label, each);
            }
        }
        if !shape.has_words() || breaks(lattice, path.node) {
            return;
        }
        lattice.each_edge(path.node, |to, word, disguise| {
            self.steps += 1;
            if word == 0 {
                return;
            }
            if let Some(state) = automaton.next(path.state, shape, word) {
                let next = Path {
                    node: to,
                    state,
                    words: path.words.saturating_add(1),
                    guessed: path.guessed || disguise.is_some_and(Disguise::is_guess),
                    disguise: path.disguise.max(disguise),
                };
                self.arrive(next, false, each);
            }
        });
    }

    /// Goes on from `path` after no word, one word, up to `words` words of any kind.
    fn over_gap(&mut self, path: Path, words: u32, each: &mut impl FnMut(Hit)) {
        let Self { lattice, automaton, .. } = *self;
        let shape = automaton.shape(path.state);
        for (node, over) in (path.node..).zip(0..=words) {
            self.steps += 1;
            // Nearly always there is one way: as it is written.
            let Some(token) = lattice.plain_token(node) else {
                return self.over_branches(Path { node, ..path }, words - over, each);
            };
            if shape.gives() || goes_on_by(&automaton, shape, token) {
                self.arrive(Path { node, ..path }, true, each);
            }
            if token.breaks() {
                return;
            }
        }
    }

    /// The same where what is read may be read in several ways.
    #[inline(never)]
    fn over_branches(&mut self, path: Path, words: u32, each: &mut impl FnMut(Hit)) {
        let lattice = self.lattice;
        let mut ends = vec![path.node];
        let mut fresh = 0;
        for round in 0..=words {
            let upto = ends.len();
            for at in fresh..upto {
                let Some(&node) = ends.get(at) else { continue };
                self.steps += 1;
                self.arrive(Path { node, ..path }, true, each);
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
    }
}

/// Whether a path in a state of this shape may go on. Few may, and those that may not cost least here.
#[inline]
fn goes_on(lattice: &Lattice<'_>, automaton: &Automaton<'_>, path: &Path, shape: Shape) -> bool {
    let next = || lattice.plain_token(path.node);
    shape.has_gaps() || (shape.has_words() && next().is_none_or(|token| goes_on_by(automaton, shape, token)))
}

/// The same where one way leads on, by a word.
#[inline]
fn goes_on_by(automaton: &Automaton<'_>, shape: Shape, next: Token) -> bool {
    shape.has_gaps() || (!next.breaks() && automaton.may_step(shape, next.word()))
}

/// Whether a sentence ends before the word at a node.
fn breaks(lattice: &Lattice<'_>, node: u32) -> bool {
    lattice.tokens.get(node as usize).is_some_and(|token| token.breaks())
}
