//! What else may be meant by a word that nobody knows.
//!
//! Only words that are in no list are read in another way, and each such reading stands beside the plain one. All of
//! this is bounded for each word, so that no text takes more than its length deserves.

mod joined;
mod leet;
mod misspelt;
mod spaced;
mod torn;

use zeroize::Zeroizing;

use super::fingerprint;
use super::lattice::{Disguise, Edge, Lattice};

pub(super) use leet::{is_near_stroke, is_piece, is_struck, piece_around, struck_around};
pub(super) use torn::may_tear;

/// Longer words are not looked into.
const LONGEST: usize = 48;

/// Looks for other readings of the word `token` by itself, which comes into the row afterwards; says whether there are
/// any. Where it is several words run together, `cuts` has their ends.
pub(super) fn within_word(lattice: &mut Lattice<'_>, token: u32, written: &str, digits: bool) -> bool {
    // Whoever writes "killMyself" hides nothing, and most who write like that write programs.
    let plainly = written.as_bytes().windows(2).any(|pair| matches!(pair, [b'a'..=b'z', b'A'..=b'Z']));
    lattice.by_case = false;
    read(lattice, token, written, digits, if plainly { joined::beside } else { joined::cut })
}

/// Looks for other readings of a word with digits in it that a rule has as it is: they stand beside it.
pub(super) fn beside_word(lattice: &mut Lattice<'_>, token: u32, written: &str) {
    read(lattice, token, written, true, joined::beside);
}

fn read(lattice: &mut Lattice<'_>, token: u32, written: &str, digits: bool, take_apart: TakeApart) -> bool {
    if !(2..=LONGEST).contains(&written.len()) || !written.is_ascii() {
        return false;
    }
    // Most words with a digit are numbers.
    if digits && written.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut letters = Zeroizing::new([0; LONGEST]);
    let Some(word) = letters.get_mut(..written.len()) else { return false };
    word.copy_from_slice(written.as_bytes());
    word.make_ascii_lowercase();
    let span = Span { from: token, to: token + 1 };
    if digits { leet::read(lattice, span, word, take_apart) } else { unknown(lattice, span, word, take_apart) }
}

/// Looks for readings that go over several words.
pub(super) fn across_words(lattice: &mut Lattice<'_>) {
    leet::pieces(lattice);
    spaced::spaced(lattice);
    torn::fragments(lattice);
}

/// The nodes that a reading goes between.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
}

/// How a word is taken apart.
type TakeApart = fn(&mut Lattice<'_>, Span, &[u8]) -> bool;

/// Readings of a word of letters that nobody knows.
fn unknown(lattice: &mut Lattice<'_>, span: Span, word: &[u8], take_apart: TakeApart) -> bool {
    let mut found = false;
    for squeezed in squeezed(word) {
        found |= exactly(lattice, span, &squeezed, Disguise::Repeated);
        found = found || misspelt::read(lattice, span, &squeezed) || take_apart(lattice, span, &squeezed);
    }
    found || misspelt::read(lattice, span, word) || take_apart(lattice, span, word)
}

/// The reading of letters that are a word of a rule as they are.
fn exactly(lattice: &mut Lattice<'_>, span: Span, word: &[u8], disguise: Disguise) -> bool {
    lattice.steps += 1;
    let number = lattice.tables.word(fingerprint::of(word));
    if number != 0 {
        lattice.edges.push(Edge { from: span.from, to: span.to, word: number, disguise });
    }
    number != 0
}

/// A word in which letters are repeated three times or more, with two of them and with one. Where many letters are
/// repeated, only the first three are tried both ways.
fn squeezed(word: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    if !word.windows(3).any(|three| three.iter().all(|letter| Some(letter) == three.first())) {
        return Vec::new();
    }
    let runs: Vec<&[u8]> = word.chunk_by(|one, other| one == other).collect();
    let long = runs.iter().filter(|run| run.len() > 2).count();
    let forms = 1_usize << long.min(3);
    let form = |choice: usize| {
        let mut squeezed = Zeroizing::new(Vec::with_capacity(word.len()));
        let mut nth = 0;
        for run in &runs {
            let mut kept = run.len();
            if kept > 2 {
                kept = if nth < 3 && choice >> nth & 1 == 1 { 2 } else { 1 };
                nth += 1;
            }
            squeezed.extend(run.iter().take(kept));
        }
        squeezed
    };
    (0..forms).map(form).collect()
}
