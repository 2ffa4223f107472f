//! Words in pieces: "k i l l", "k.i.l.l", "su ic ide".

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice};
use crate::lexicon::fingerprint;
use crate::lexicon::lattice::{FRAGMENT, Token};

/// Letters of a word that is spelt out.
const SPELT: usize = 18;
/// In a run of letters this long, words of two letters count too.
const LONG_RUN: usize = 5;
/// Fragments that a word is torn into.
const MOST_FRAGMENTS: usize = 4;
/// Letters of a word that is put together from fragments.
const SHORTEST: usize = 4;

/// Words spelt out in single letters.
pub(super) fn spaced(lattice: &mut Lattice<'_>) {
    for (first, count) in std::mem::take(&mut lattice.runs) {
        let mut letters = Zeroizing::new(Vec::with_capacity(count as usize));
        let plain = (first..first + count).all(|token| lattice.letters(token, &mut letters));
        if !plain {
            continue;
        }
        // "k. i. l. l." is one word, and no four sentences; what comes after it goes on.
        let stops = lattice.tokens.get(first as usize + 1).is_some_and(|token| token.breaks());
        lattice.join(first, first + count + u32::from(stops));
        let shortest = if letters.len() >= LONG_RUN { 2 } else { 3 };
        for start in 0..letters.len() {
            for end in start + shortest..=letters.len().min(start + SPELT) {
                lattice.steps += 1;
                let word = lattice.tables.word(fingerprint::of(letters.get(start..end).unwrap_or_default()));
                if word != 0 {
                    let (from, to) = (first + start as u32, first + end as u32);
                    lattice.edges.push(Edge { from, to, word, disguise: Disguise::Spaced });
                }
            }
        }
    }
}

/// Words put together from short pieces of which at least one is no word.
pub(super) fn fragments(lattice: &mut Lattice<'_>) {
    let mut letters = Zeroizing::new(Vec::with_capacity(MOST_FRAGMENTS * (FRAGMENT + 8)));
    for at in std::mem::take(&mut lattice.fragments) {
        // Most stand alone between longer words.
        let before = (1..MOST_FRAGMENTS as u32)
            .take_while(|&back| back <= at && is_piece(lattice, at - back, at - back + 1))
            .count();
        if before == 0 && !is_piece(lattice, at + 1, at + 1) {
            continue;
        }
        for first in at - before as u32..=at {
            letters.clear();
            for token in first..first + MOST_FRAGMENTS as u32 {
                lattice.steps += 1;
                let touches = token == first || follows(lattice, token);
                if !touches || !lattice.letters(token, &mut letters) {
                    break;
                }
                if token < at || token == first || letters.len() < SHORTEST {
                    continue;
                }
                let word = lattice.tables.maskable(&letters);
                if word != 0 {
                    lattice.edges.push(Edge { from: first, to: token + 1, word, disguise: Disguise::Torn });
                }
            }
        }
    }
}

/// Whether `token` is short enough for a piece of a word, and only a sign stands before `later`, which is it or the next.
fn is_piece(lattice: &Lattice<'_>, token: u32, later: u32) -> bool {
    let short = lattice.tokens.get(token as usize).is_some_and(Token::is_short);
    short && follows(lattice, later)
}

/// Whether only a blank, a stop or a stroke stands between a word and the one before, and no sentence ends there.
fn follows(lattice: &Lattice<'_>, token: u32) -> bool {
    let at = token as usize;
    match (lattice.tokens.get(at.wrapping_sub(1)), lattice.tokens.get(at)) {
        (Some(before), Some(this)) => {
            let between = lattice.text.as_bytes().get(before.end as usize..this.start as usize);
            !this.breaks() && matches!(between, Some(b" " | b"." | b"-" | b"_" | b","))
        }
        (None, _) | (_, None) => false,
    }
}
