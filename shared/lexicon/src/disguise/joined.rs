//! Words run together: "killmyself".

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice, Span};
use crate::fingerprint;

/// How long words are that are taken apart.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=LONGEST_JOINED;
const LONGEST_JOINED: usize = 48;
/// Letters of the longest word within.
const LONGEST: usize = 18;
/// Letters of the shortest word within that no rule has, but for those below.
const FILLER: usize = 3;
/// Short words that people run together with others. Any two letters are somebody's name.
const SHORT: &[&[u8]] = &[
    b"i", b"a", b"u", b"am", b"an", b"as", b"at", b"be", b"by", b"do", b"go", b"he", b"if", b"im", b"in", b"is", b"it",
    b"me", b"my", b"no", b"of", b"on", b"or", b"so", b"to", b"up", b"ur", b"us", b"we",
];

/// A word within: where it begins and ends, and its number, 0 for a filler.
struct Part {
    start: usize,
    end: usize,
    word: u32,
}

/// Takes a word apart in every way that leaves nothing over and has two words of rules beside each other.
pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    if !LENGTHS.contains(&word.len()) {
        return false;
    }
    if !has_pair(lattice, word) {
        return false;
    }
    let mut parts = forward(lattice, word);
    // Only what leads to the end.
    let mut leads = [false; 49];
    leads[word.len()] = true;
    parts.sort_unstable_by_key(|part| std::cmp::Reverse(part.start));
    parts.retain(|part| {
        let good = leads[part.end];
        leads[part.start] |= good;
        good
    });
    let pair = |part: &Part| part.word != 0 && parts.iter().any(|next| next.start == part.end && next.word != 0);
    if !leads[0] || !parts.iter().any(pair) {
        return false;
    }
    let mut nodes = [u32::MAX; 49];
    nodes[0] = span.from;
    nodes[word.len()] = span.to;
    for part in &parts {
        for at in [part.start, part.end] {
            if nodes[at] == u32::MAX {
                nodes[at] = lattice.inner_node(span.from);
            }
        }
        let (from, to) = (nodes[part.start], nodes[part.end]);
        lattice.edges.push(Edge { from, to, word: part.word, disguise: Disguise::Joined });
    }
    true
}

/// Whether two words of rules stand beside each other somewhere: nearly no word that nobody knows gets further.
fn has_pair(lattice: &mut Lattice<'_>, word: &[u8]) -> bool {
    let mut padded = Zeroizing::new([0; 64]);
    padded.iter_mut().zip(word).for_each(|(slot, letter)| *slot = *letter);
    // First by a look that is sometimes wrong, and never asks whether to go on: most words end here.
    let mut probable = [0_u64; LONGEST_JOINED];
    let (mut begin, mut end) = (0_u64, 0_u64);
    for (start, probable) in probable.iter_mut().enumerate().take(word.len()) {
        let longest = word.len().min(start + LONGEST);
        lattice.steps += (longest - start) as u64;
        fingerprint::of_beginnings(&*padded, start, longest - start, |length, print| {
            *probable |= u64::from(lattice.tables.may_have(print)) << length;
        });
        begin |= u64::from(*probable != 0) << start;
        end |= *probable << start;
    }
    if begin & end == 0 {
        return false;
    }
    (begin, end) = (0, 0);
    for (start, lengths) in probable.iter().enumerate() {
        for length in (1..=LONGEST).filter(|length| lengths >> length & 1 != 0) {
            let print = fingerprint::of_ascii(&*padded, start, start + length);
            if lattice.tables.word(print) != 0 {
                begin |= 1 << start;
                end |= 1 << (start + length);
            }
        }
    }
    begin & end != 0
}

/// All words that can be reached from the beginning.
fn forward(lattice: &mut Lattice<'_>, word: &[u8]) -> Vec<Part> {
    let mut reached = [false; 49];
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
            let fills = || if letters.len() < FILLER { SHORT.contains(&letters) } else { lattice.known.has(print) };
            if number != 0 || fills() {
                reached[end] = true;
                parts.push(Part { start, end, word: number });
            }
        }
    }
    parts
}
