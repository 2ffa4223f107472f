//! One letter wrong, missing, added, or swapped with the next, in a long word of a certain rule. Of other rules words are
//! found that lack a letter or have two swapped, and only where the rest of their phrase stands there too.
//!
//! A word and its misspelling have a rest in common that lacks one letter of either (SymSpell, Garbe 2012). What such
//! a rest points to is then checked letter by letter, so that nothing is taken for a misspelling that is none.

use zeroize::Zeroizing;

use super::{Disguise, Edge, Lattice, Span};
use crate::fingerprint;
use crate::pack::{DROPPED_LENGTHS, FUZZY, FUZZY_LENGTHS, GUESSABLE};
use crate::tables::Tables;

/// Letters of the shortest word of which two may be swapped.
const SWAPPED: usize = 4;

/// Room for the longest word with a letter more, and for reading eight bytes at a time.
type Letters = Zeroizing<[u8; 40]>;

pub(super) fn read(lattice: &mut Lattice<'_>, span: Span, word: &[u8]) -> bool {
    let fits = (SWAPPED..=*FUZZY_LENGTHS.end() + 1).contains(&word.len());
    if !fits || lattice.tables.pack.lacking.is_empty() || !word.iter().all(u8::is_ascii_lowercase) {
        return false;
    }
    let mut found = Vec::new();
    swapped(lattice, word, &mut found);
    if word.len() + 1 >= *DROPPED_LENGTHS.start() {
        missing(lattice, word, &mut found);
    }
    if word.len() + 1 >= *FUZZY_LENGTHS.start() {
        otherwise(lattice, word, &mut found);
    }
    found.sort_unstable();
    found.dedup_by_key(|(number, _)| *number);
    for &(word, disguise) in &found {
        lattice.edges.push(Edge { from: span.from, to: span.to, word, disguise });
    }
    !found.is_empty()
}

fn padded(word: &[u8]) -> Letters {
    let mut letters = Zeroizing::new([0; 40]);
    letters.iter_mut().zip(word).for_each(|(slot, letter)| *slot = *letter);
    letters
}

/// Adds the word of this fingerprint that has one of `flags`, if there is one: for nearly all there is none, and no memory
/// is asked.
#[inline]
fn push_word(tables: &Tables, print: u64, flags: u8, found: &mut Vec<(u32, Disguise)>) {
    let number = if tables.may_have(print) { tables.word_with(print, flags) } else { 0 };
    if number != 0 {
        found.push((number, disguise(tables, number)));
    }
}

/// How far a word of a rule may be trusted that is found misspelt.
fn disguise(tables: &Tables, number: u32) -> Disguise {
    if tables.has_flag(number, FUZZY) { Disguise::Misspelt } else { Disguise::Slipped }
}

/// Words in which two letters are swapped.
fn swapped(lattice: &mut Lattice<'_>, word: &[u8], found: &mut Vec<(u32, Disguise)>) {
    lattice.steps += word.len() as u64;
    let tables = lattice.tables;
    if word.len() <= fingerprint::FEW {
        // Nearly every word: its letters are moved about in a register.
        let letters = fingerprint::few(word);
        for place in (8..8 * word.len()).step_by(8) {
            let differ = (letters >> (place - 8) ^ letters >> place) & 0xff;
            if differ != 0 {
                let swapped = letters ^ differ << (place - 8) ^ differ << place;
                push_word(tables, fingerprint::of_few(swapped, word.len()), FUZZY | GUESSABLE, found);
            }
        }
        return;
    }
    let mut swapped = padded(word);
    for at in 1..word.len() {
        if word.get(at - 1) != word.get(at) {
            swapped.swap(at - 1, at);
            push_word(tables, fingerprint::of_ascii(&*swapped, 0, word.len()), FUZZY | GUESSABLE, found);
            swapped.swap(at - 1, at);
        }
    }
}

/// Words of which `word` lacks one letter.
fn missing(lattice: &mut Lattice<'_>, word: &[u8], found: &mut Vec<(u32, Disguise)>) {
    for (place, candidate) in lattice.tables.lacking(fingerprint::of(word)) {
        lattice.steps += 26;
        if with_letter(lattice.tables, word, place, candidate) {
            found.push((candidate, disguise(lattice.tables, candidate)));
        }
    }
}

/// Words of certain rules that have one letter less, or another.
fn otherwise(lattice: &mut Lattice<'_>, word: &[u8], found: &mut Vec<(u32, Disguise)>) {
    lattice.steps += 2 * word.len() as u64;
    if word.len() <= fingerprint::FEW {
        let letters = fingerprint::few(word);
        for at in 0..word.len() {
            let before = letters & ((1 << (8 * at)) - 1);
            let rest = before | letters >> (8 * at) >> 8 << (8 * at);
            without(lattice, word, at, fingerprint::of_few(rest, word.len() - 1), found);
        }
        return;
    }
    // The word without its first letter; each step puts one letter back and leaves out the next.
    let mut rest = padded(word.get(1..).unwrap_or_default());
    for (at, &letter) in word.iter().enumerate() {
        without(lattice, word, at, fingerprint::of_ascii(&*rest, 0, word.len() - 1), found);
        if let Some(slot) = rest.get_mut(at) {
            *slot = letter;
        }
    }
}

/// The same for one letter, the one at `at`: `print` is the fingerprint of the word without it.
#[inline]
fn without(lattice: &mut Lattice<'_>, word: &[u8], at: usize, print: u64, found: &mut Vec<(u32, Disguise)>) {
    let tables = lattice.tables;
    push_word(tables, print, FUZZY, found);
    let certain = |&(place, candidate): &(usize, u32)| place == at && tables.has_flag(candidate, FUZZY);
    for (_, candidate) in tables.lacking(print).filter(certain) {
        lattice.steps += 26;
        let mut shorter = padded(word.get(..at).unwrap_or_default());
        let behind = word.get(at + 1..).unwrap_or_default();
        shorter.iter_mut().skip(at).zip(behind).for_each(|(slot, letter)| *slot = *letter);
        if with_letter(tables, shorter.get(..word.len() - 1).unwrap_or_default(), at, candidate) {
            found.push((candidate, Disguise::Misspelt));
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
