//! One letter wrong, missing, added, or swapped with the next, in a long word of a certain rule.
//!
//! A word and its misspelling have a rest in common that lacks one letter of either (SymSpell, Garbe 2012). What such
//! a rest points to is then checked letter by letter, so that nothing is taken for a misspelling that is none.

use super::{Disguise, Edge, Lattice, Span};
use crate::lexicon::fingerprint;
use crate::lexicon::pack::FUZZY_LENGTHS;

pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let fits = word.len() + 1 >= *FUZZY_LENGTHS.start() && word.len() <= *FUZZY_LENGTHS.end() + 1;
    if !fits || lattice.tables.pack.lacking.is_empty() || !word.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    let mut letters = [0; 32];
    let mut found = Vec::new();
    missing(lattice, word, &mut letters, &mut found);
    for at in 0..word.len() {
        lattice.steps += 2;
        // One letter more, or another.
        let rest = without(word, at, &mut letters);
        let print = fingerprint::of(rest);
        found.push(lattice.tables.fuzzy(rest));
        for (place, candidate) in lattice.tables.lacking(print).filter(|(place, _)| *place == at) {
            let changed =
                with_letter(rest, place, &mut [0; 32], |tried| lattice.tables.fingerprint(candidate) == Some(tried));
            found.push(if changed { candidate } else { 0 });
        }
        // Two letters swapped.
        let Some(swapped) = letters.get_mut(..word.len()) else { continue };
        swapped.copy_from_slice(word);
        if at + 1 < word.len() && word.get(at) != word.get(at + 1) {
            swapped.swap(at, at + 1);
            found.push(lattice.tables.fuzzy(swapped));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|&number| number != 0);
    for &number in &found {
        lattice.edges.push(Edge { from: span.from, to: span.to, word: number, disguise: Disguise::Misspelt });
    }
    !found.is_empty()
}

/// Words of which `word` lacks one letter.
fn missing(lattice: &mut Lattice<'_>, word: &[u8], letters: &mut [u8; 32], found: &mut Vec<u32>) {
    lattice.steps += 1;
    for (place, candidate) in lattice.tables.lacking(fingerprint::of(word)) {
        lattice.steps += 26;
        let whole = with_letter(word, place, letters, |tried| lattice.tables.fingerprint(candidate) == Some(tried));
        found.push(if whole { candidate } else { 0 });
    }
}

fn without<'b>(word: &[u8], at: usize, letters: &'b mut [u8; 32]) -> &'b [u8] {
    let kept = word.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, letter)| *letter);
    letters.iter_mut().zip(kept).for_each(|(slot, letter)| *slot = letter);
    letters.get(..word.len() - 1).unwrap_or_default()
}

/// Whether some letter put into `word` at `place` makes a fingerprint that fits.
fn with_letter(word: &[u8], place: usize, letters: &mut [u8; 32], fits: impl Fn(u64) -> bool) -> bool {
    let (Some(before), Some(after)) = (word.get(..place), word.get(place..)) else { return false };
    let Some(whole) = letters.get_mut(..word.len() + 1) else { return false };
    let Some((head, tail)) = whole.split_at_mut_checked(place) else { return false };
    head.copy_from_slice(before);
    let Some((slot, tail)) = tail.split_first_mut() else { return false };
    tail.copy_from_slice(after);
    *slot = 0;
    (b'a'..=b'z').any(|letter| {
        if let Some(slot) = whole.get_mut(place) {
            *slot = letter;
        }
        fits(fingerprint::of(whole))
    })
}
