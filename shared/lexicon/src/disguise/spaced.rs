//! Words spelt out in single letters, digits and symbols: "k i l l", "k.i.l.l", "k 1 l l".

use zeroize::{Zeroize as _, Zeroizing};

use super::leet::{is_letter_or_sign, readings};
use super::{Disguise, Edge, Lattice};
use crate::fingerprint;

/// Letters of a word that is spelt out.
const SPELT: usize = 18;
/// In a run of letters this long, words of two letters count too.
const LONG_RUN: usize = 5;

/// A letter or sign that stands alone, and the nodes before and behind it. A symbol is no word: both are one.
#[derive(Clone, Copy)]
struct Letter {
    sign: u8,
    from: u32,
    to: u32,
}

/// A row of them. Wiped when it is dropped.
struct Spelling(Vec<Letter>);

impl Drop for Spelling {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|letter| letter.sign.zeroize());
    }
}

/// Words spelt out.
pub(super) fn spaced(lattice: &mut Lattice<'_>) {
    for (first, count) in std::mem::take(&mut lattice.runs) {
        let Some(letters) = letters(lattice, first, count) else { continue };
        // "k. i. l. l." is one word, and no four sentences; what comes after it goes on.
        let stops = lattice.tokens.get(first as usize + 1).is_some_and(|token| token.breaks());
        lattice.join(first, first + count + u32::from(stops));
        let shortest = if letters.0.len() >= LONG_RUN { 2 } else { 3 };
        for start in 0..letters.0.len() {
            for end in start + shortest..=letters.0.len().min(start + SPELT) {
                spelt(lattice, letters.0.get(start..end).unwrap_or_default());
            }
        }
    }
}

/// Reads some of the letters as a word.
fn spelt(lattice: &mut Lattice<'_>, letters: &[Letter]) {
    let (Some(first), Some(last)) = (letters.first(), letters.last()) else { return };
    let plain = letters.iter().filter(|letter| letter.sign.is_ascii_alphabetic()).count();
    // Numbers say nothing.
    if letters.iter().all(|letter| letter.sign.is_ascii_digit()) {
        return;
    }
    let disguise = if plain * 5 < letters.len() * 2 { Disguise::Guessed } else { Disguise::Spaced };
    let unsure = letters.iter().any(|letter| readings(letter.sign).len() > 1);
    let mut word = Zeroizing::new([0; SPELT]);
    for choice in 0..=usize::from(unsure) {
        lattice.steps += 1;
        for (slot, letter) in word.iter_mut().zip(letters) {
            let readings = readings(letter.sign);
            *slot = readings.get(choice).or(readings.first()).copied().unwrap_or(letter.sign);
        }
        let number = lattice.tables.word(fingerprint::of(word.get(..letters.len()).unwrap_or_default()));
        if number != 0 {
            lattice.edges.push(Edge { from: first.from, to: last.to, word: number, disguise });
        }
    }
}

/// The letters of a run of words of one letter each, and the symbols that stand alone between and beside them; `None`
/// when a word of it is no plain letter or digit.
fn letters(lattice: &Lattice<'_>, first: u32, count: u32) -> Option<Spelling> {
    let mut spelling = Spelling(Vec::with_capacity(2 * count as usize + 2));
    let text = lattice.text.as_bytes();
    let stands =
        |token: u32| lattice.tokens.get(token as usize).map(|token| (token.start as usize, token.end as usize));
    let (start, _) = stands(first)?;
    let leading = start.checked_sub(2).and_then(|at| alone(text, at));
    spelling.0.extend(leading.map(|sign| Letter { sign, from: first, to: first }));
    for token in first..first + count {
        let (sign, (_, end)) = (lattice.letters(token)?.0 as u8, stands(token)?);
        spelling.0.push(Letter { sign, from: token, to: token + 1 });
        let behind = token + 1;
        let is_last = behind == first + count;
        // Between two letters there must be room for nothing else.
        let apart = is_last || stands(behind).is_some_and(|(next, _)| next == end + 3);
        spelling.0.extend(alone(text, end + 1).filter(|_| apart).map(|sign| Letter { sign, from: behind, to: behind }));
    }
    Some(spelling)
}

/// The symbol at `at`, if one stands there alone: "r.@.p".
fn alone(text: &[u8], at: usize) -> Option<u8> {
    let sign = text.get(at).copied().filter(|sign| !sign.is_ascii_alphanumeric() && !readings(*sign).is_empty())?;
    let apart = |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(|&byte| !is_letter_or_sign(byte));
    (apart(at.checked_sub(1)) && apart(at.checked_add(1))).then_some(sign)
}
