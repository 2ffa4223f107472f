//! Words run together: "killmyself".

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice, Span};
use crate::fingerprint;
use crate::tables::Tables;

/// How long words are that are taken apart.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=LONGEST_JOINED;
const LONGEST_JOINED: usize = 48;
/// Letters of the longest word within.
const LONGEST: usize = 18;
/// Letters of the shortest word within that no rule has, but for those below.
const FILLER: usize = 3;

/// A word within: where it begins and ends, and its number, 0 for a filler.
struct Part {
    start: usize,
    end: usize,
    word: u32,
}

/// Words run together, in every way to tell them apart.
struct Run {
    length: usize,
    /// Those that leave nothing over, the last first.
    parts: Vec<Part>,
}

/// Takes the word that is just being read apart: the row gets the words instead of it that it most probably is.
pub(super) fn cut(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let Some(run) = run(lattice, word) else { return false };
    let parts = run.likeliest();
    let pair = |pair: &[&Part]| pair.iter().all(|part| part.word != 0 && part.end - part.start > 1);
    let whole = parts.windows(3).all(|three| three.iter().any(|part| part.word != 0));
    if !whole || !parts.windows(2).any(pair) {
        // Written so that it shows where its words begin, it is read.
        lattice.by_case = true;
        return false;
    }
    let first = span.from;
    let mut nodes = [u32::MAX; LONGEST_JOINED + 1];
    nodes[0] = first;
    for (part, behind) in parts.iter().zip(first + 1..) {
        nodes[part.end] = behind;
    }
    // Whoever steps over it steps over one word.
    let to = first + parts.len() as u32;
    lattice.edges.push(Edge { from: first, to, word: 0, disguise: Disguise::Joined });
    run.add(lattice, nodes, first);
    lattice.cuts = parts.iter().map(|part| part.end).collect();
    true
}

/// Takes apart what stands at `span` of the row, in every way; the parts stand beside what is there.
pub(super) fn beside(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let Some(run) = run(lattice, word) else { return false };
    let mut nodes = [u32::MAX; LONGEST_JOINED + 1];
    nodes[0] = span.from;
    nodes[run.length] = span.to;
    run.add(lattice, nodes, span.from);
    true
}

/// Takes a word apart in every way that leaves nothing over; `None` unless two words of rules stand beside each other.
fn run(lattice: &mut Lattice<'_>, word: &[u8]) -> Option<Run> {
    if !LENGTHS.contains(&word.len()) || !has_pair(lattice, word) {
        return None;
    }
    let mut parts = forward(lattice, word);
    // Only what leads to the end.
    let mut leads = [false; LONGEST_JOINED + 1];
    leads[word.len()] = true;
    parts.sort_unstable_by_key(|part| std::cmp::Reverse(part.start));
    parts.retain(|part| {
        let good = leads[part.end];
        leads[part.start] |= good;
        good
    });
    let pair = |part: &Part| part.word != 0 && parts.iter().any(|next| next.start == part.end && next.word != 0);
    (leads[0] && parts.iter().any(pair)).then_some(Run { length: word.len(), parts })
}

impl Run {
    /// Adds all parts to the row. `nodes` are those between them that are there already, `first` the word they begin at.
    fn add(&self, lattice: &mut Lattice<'_>, mut nodes: [u32; LONGEST_JOINED + 1], first: u32) {
        let mut within = first;
        for (at, node) in nodes.iter_mut().enumerate().take(self.length + 1) {
            if *node != u32::MAX {
                within = *node;
            } else if self.parts.iter().any(|part| part.start == at) {
                *node = lattice.inner_node(within);
            }
        }
        for part in &self.parts {
            let (from, to) = (nodes[part.start], nodes[part.end]);
            lattice.edges.push(Edge { from, to, word: part.word, disguise: Disguise::Joined });
        }
    }

    /// The words that it most probably is: few, and of rules before others.
    fn likeliest(&self) -> Vec<&Part> {
        // From each place on: what the best way to the end costs, and its first word.
        let mut best = [(u32::MAX, None::<&Part>); LONGEST_JOINED + 1];
        best[self.length].0 = 0;
        for part in &self.parts {
            let cost = best[part.end].0.saturating_add(part.cost());
            if cost < best[part.start].0 {
                best[part.start] = (cost, Some(part));
            }
        }
        std::iter::successors(best[0].1, |part| best[part.end].1).collect()
    }
}

impl Part {
    /// How improbable it is.
    fn cost(&self) -> u32 {
        match (self.end - self.start, self.word) {
            (1, _) => 15,
            (2, _) => 12,
            (_, 0) => 25,
            (..) => 10,
        }
    }
}

/// Whether two words of rules may stand beside each other somewhere: nearly no word that nobody knows gets further.
fn has_pair(lattice: &mut Lattice<'_>, word: &[u8]) -> bool {
    let tables = lattice.tables;
    let mut padded = Zeroizing::new([0; 64]);
    padded.iter_mut().zip(word).for_each(|(slot, letter)| *slot = *letter);
    // First by a look that is sometimes wrong, and never asks whether to go on: most words end here.
    let mut probable = [0_u64; LONGEST + 1];
    probable[1] = single(tables, word);
    fingerprint::of_all_within(&*padded, word.len(), LONGEST, |start, length, print| {
        if let Some(probable) = probable.get_mut(length) {
            *probable |= u64::from(tables.may_have(print)) << start;
        }
    });
    // A letter that is left over at either end must be a word.
    let is_left = |letter: Option<&u8>| letter.is_some_and(|letter| !is_short(&[*letter]));
    let starts = if is_left(word.first()) { !2 } else { !0 };
    let ends = if is_left(word.last()) { !(1 << (word.len() - 1)) } else { !0 };
    let (mut begin, mut end) = (0, 0);
    for (length, probable) in probable.iter_mut().enumerate() {
        lattice.steps += (word.len() + 1).saturating_sub(length) as u64;
        *probable &= starts & ends >> length;
        begin |= *probable;
        end |= *probable << length;
    }
    if begin & end == 0 {
        return false;
    }
    (begin, end) = (0, 0);
    for (length, &probable) in probable.iter().enumerate() {
        for start in (0..word.len()).filter(|start| probable >> start & 1 != 0) {
            let print = fingerprint::of_ascii(&*padded, start, start + length);
            if tables.word(print) != 0 {
                begin |= 1 << start;
                end |= 1 << (start + length);
            }
        }
    }
    begin & end != 0
}

/// Whether it is one of the short words that people run together with others. Any two letters are somebody's name.
#[rustfmt::skip]
fn is_short(word: &[u8]) -> bool {
    matches!(
        word,
        b"i" | b"a" | b"u"
            | b"am" | b"an" | b"as" | b"at" | b"be" | b"by" | b"do" | b"go" | b"he" | b"if" | b"im" | b"in" | b"is" | b"it"
            | b"me" | b"my" | b"no" | b"of" | b"on" | b"or" | b"so" | b"to" | b"up" | b"ur" | b"us" | b"we"
    )
}

/// Where a single letter stands that may be a word of a rule, and that people run together with others.
fn single(tables: &Tables, word: &[u8]) -> u64 {
    let is_word = |letter: u8| is_short(&[letter]) && tables.may_have(fingerprint::of(&[letter]));
    word.iter().enumerate().fold(0, |places, (at, &letter)| places | u64::from(is_word(letter)) << at)
}

/// All words that can be reached from the beginning.
fn forward(lattice: &mut Lattice<'_>, word: &[u8]) -> Vec<Part> {
    let mut reached = [false; LONGEST_JOINED + 1];
    reached[0] = true;
    let mut parts = Vec::new();
    for start in 0..word.len() {
        if !reached[start] {
            continue;
        }
        for end in start + 1..=word.len().min(start + LONGEST) {
            if end - start == word.len() {
                continue;
            }
            lattice.steps += 1;
            let letters = &word[start..end];
            let print = fingerprint::of(letters);
            let number = lattice.tables.word(print);
            let short = is_short(letters);
            let fills = || short || (letters.len() >= FILLER && lattice.known.has(print));
            if (number != 0 && (letters.len() > 1 || short)) || fills() {
                reached[end] = true;
                parts.push(Part { start, end, word: number });
            }
        }
    }
    parts
}
