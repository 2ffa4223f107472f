//! One letter wrong, missing, added, or swapped with the next, in a long word of a certain rule.
//!
//! A word and its misspelling have a rest in common that lacks one letter of either (SymSpell, Garbe 2012). What such
//! a rest points to is then checked letter by letter, so that nothing is taken for a misspelling that is none.

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice, Span};
use crate::fingerprint;
use crate::pack::{FUZZY, FUZZY_LENGTHS};
use crate::tables::Tables;

/// Room for the longest word with a letter more, and for reading eight bytes at a time.
type Letters = Zeroizing<[u8; 40]>;

pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let fits = word.len() + 1 >= *FUZZY_LENGTHS.start() && word.len() <= *FUZZY_LENGTHS.end() + 1;
    if !fits || lattice.tables.pack.lacking.is_empty() || !word.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    lattice.steps += 3 * word.len() as u64;
    let mut found = Vec::new();
    missing(lattice, word, &mut found);
    let mut swapped = padded(word);
    // The word without its first letter; each step puts one letter back and leaves out the next.
    let mut rest = padded(word.get(1..).unwrap_or_default());
    for (at, &letter) in word.iter().enumerate() {
        let print = fingerprint::of_ascii(&*rest, 0, word.len() - 1);
        // One letter more, or another.
        push_word(lattice.tables, print, &mut found);
        for (_, candidate) in lattice.tables.lacking(print).filter(|(place, _)| *place == at) {
            lattice.steps += 26;
            let shorter = rest.get(..word.len() - 1).unwrap_or_default();
            if with_letter(lattice.tables, shorter, at, candidate) {
                found.push(candidate);
            }
        }
        if let Some(slot) = rest.get_mut(at) {
            *slot = letter;
        }
        // Two letters swapped.
        if at + 1 < word.len() && word.get(at + 1) != Some(&letter) {
            swapped.swap(at, at + 1);
            push_word(lattice.tables, fingerprint::of_ascii(&*swapped, 0, word.len()), &mut found);
            swapped.swap(at, at + 1);
        }
    }
    found.sort_unstable();
    found.dedup();
    for &number in &found {
        lattice.edges.push(Edge { from: span.from, to: span.to, word: number, disguise: Disguise::Misspelt });
    }
    !found.is_empty()
}

/// Adds the fuzzy word of this fingerprint, if there is one: for nearly all words there is none, and no memory is asked.
fn push_word(tables: &Tables, print: u64, found: &mut Vec<u32>) {
    let number = tables.word_with(print, FUZZY);
    if number != 0 {
        found.push(number);
    }
}

fn padded(word: &[u8]) -> Letters {
    let mut letters = Zeroizing::new([0; 40]);
    letters.iter_mut().zip(word).for_each(|(slot, letter)| *slot = *letter);
    letters
}

/// Words of which `word` lacks one letter.
fn missing(lattice: &mut Lattice<'_>, word: &[u8], found: &mut Vec<u32>) {
    for (place, candidate) in lattice.tables.lacking(fingerprint::of(word)) {
        lattice.steps += 26;
        if with_letter(lattice.tables, word, place, candidate) {
            found.push(candidate);
        }
    }
}

/// Whether some letter put into `word` at `place` makes the word `candidate`.
fn with_letter(tables: &Tables, word: &[u8], place: usize, candidate: u32) -> bool {
    let (Some(before), Some(after)) = (word.get(..place), word.get(place..)) else { return false };
    let mut whole = padded(before);
    whole.iter_mut().skip(place + 1).zip(after).for_each(|(slot, letter)| *slot = *letter);
    let wanted = tables.fingerprint(candidate);
    (b'a'..=b'z').any(|letter| {
        if let Some(slot) = whole.get_mut(place) {
            *slot = letter;
        }
        Some(fingerprint::of_ascii(&*whole, 0, word.len() + 1)) == wanted
    })
}
