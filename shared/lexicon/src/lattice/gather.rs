//! How the row comes about.
//!
//! What is remembered of a common word is asked for as soon as it is found: the processor goes on with the text while its
//! memory answers. The words then wait until there are some dozens, and those that are not remembered are looked up
//! together.

use std::ops::Range;

use super::memory::Learnt;
use super::{BEGINS, BREAKS, CHANGED, FRAGMENT, Lattice, Token, UNKNOWN};
use crate::disguise;
use crate::token::{Sink, Word};

/// Words that wait at most: as many as a mask has bits.
const MOST_WAITING: usize = u64::BITS as usize;
/// Tells the fingerprint of a piece from that of a word: the "66" in "$66" is no disguise, and "66" may be a word of a rule.
const PIECE: u64 = 0x9e37_79b9_7f4a_7c15;
/// Of a word that waits: a digit is in it.
const DIGITS: u32 = 1;
/// Of a word that waits: nothing is remembered of it.
const ASKED: u32 = 2;

/// A word of ASCII letters and digits that no symbol touches.
#[derive(Debug, Clone, Copy, Default)]
struct Common {
    fingerprint: u64,
    start: u32,
    end: u32,
    /// [`BREAKS`], [`UNKNOWN`], [`DIGITS`] and [`ASKED`].
    bits: u32,
}

impl Common {
    #[inline]
    fn is_short(&self) -> bool {
        self.end - self.start <= FRAGMENT as u32
    }

    /// Whether it and the one before are short, and only one sign stands between them, such as may tear a word.
    #[inline]
    fn follows(&self, before: &Self, text: &[u8]) -> bool {
        let close = self.start.wrapping_sub(before.end) == 1 && self.is_short() && before.is_short();
        close && text.get(before.end as usize).is_some_and(|&byte| disguise::may_tear(byte))
    }
}

/// Words that have not been looked up.
pub(super) struct Waiting {
    words: [Common; MOST_WAITING],
    count: usize,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { words: [Common::default(); MOST_WAITING], count: 0 }
    }
}

impl Lattice<'_> {
    /// Takes in the words that wait.
    pub(super) fn take_in(&mut self) {
        let count = std::mem::take(&mut self.waiting.count);
        let mut from = 0;
        while from < count {
            from = self.take_in_some(from, count);
        }
    }

    /// Takes in the words that wait in these places, up to the first that becomes several words of the row: those behind
    /// it have other places then. Says where it came to.
    fn take_in_some(&mut self, from: usize, to: usize) -> usize {
        let first = self.tokens.len();
        let mut count = to - from;
        // One bit for each word: of one letter; must be looked up; short, unknown and without a digit.
        let (mut single, mut asked, mut fragment) = (0_u64, 0_u64, 0_u64);
        let Self { waiting, tokens, .. } = self;
        tokens.extend(waiting.words.iter().skip(from).take(count).enumerate().map(|(at, word)| {
            single |= u64::from(word.end - word.start == 1) << at;
            asked |= u64::from(word.bits & ASKED != 0) << at;
            fragment |= u64::from((word.bits & (UNKNOWN | DIGITS) == UNKNOWN) & word.is_short()) << at;
            Token { bits: word.bits & (BREAKS | UNKNOWN), start: word.start, end: word.end }
        }));
        for at in ones(asked) {
            let Some(&Common { fingerprint, start, end, bits }) = self.waiting.words.get(from + at) else { continue };
            let token = (first + at) as u32;
            let stands = start as usize..end as usize;
            let written = self.text.get(stands.clone()).unwrap_or_default();
            let found = self.look_up(token, fingerprint, written, bits & DIGITS != 0);
            let is_fragment = (found | bits & DIGITS) & (UNKNOWN | DIGITS) == UNKNOWN && stands.len() <= FRAGMENT;
            fragment |= u64::from(is_fragment) << at;
            if found & BEGINS != 0 {
                self.starts.push(token);
            }
            if !self.cuts.is_empty() {
                self.tokens.truncate(first + at);
                self.push_parts(stands, bits & BREAKS);
                let more = (self.tokens.len() - first - at - 1) as u32;
                // Pieces of the words behind it that wait.
                for piece in self.struck.iter_mut().rev().take_while(|piece| piece.token > token) {
                    piece.token += more;
                }
                count = at + 1;
                let taken = u64::MAX >> (MOST_WAITING - count);
                (single, fragment) = (single & taken, fragment & taken);
                break;
            }
            if let Some(token) = self.tokens.get_mut(first + at) {
                token.bits |= found;
            }
        }
        // What stands apart is no part of a torn word. Of the words before and after these nothing is known here.
        let Self { waiting, fragments, text, .. } = self;
        let words = waiting.words.get(from..from + count).unwrap_or_default();
        let follow = |pair: &[Common]| matches!(pair, [one, next] if next.follows(one, text.as_bytes()));
        let is_near =
            |at: usize| words.get(at.wrapping_sub(1)..at + 2).is_none_or(|around| around.windows(2).any(follow));
        for at in ones(fragment).filter(|&at| is_near(at)) {
            fragments.push((first + at) as u32);
        }
        self.go_on_with_run(first, count, single);
        from + count
    }

    /// Counts single letters in a row; `single` has a bit for each of the `count` words from `first` on that is one.
    fn go_on_with_run(&mut self, first: usize, count: usize, single: u64) {
        let mut at = 0;
        while at < count {
            let rest = single >> at;
            let others = (rest.trailing_zeros() as usize).min(count - at);
            if others > 0 {
                self.end_run(first + at);
            }
            let letters = rest.checked_shr(others as u32).unwrap_or(0).trailing_ones();
            self.run += letters;
            at += others + letters as usize;
        }
    }

    /// Single letters in a row end before the word `end`.
    pub(super) fn end_run(&mut self, end: usize) {
        if self.run >= 3 {
            self.runs.push((end as u32 - self.run, self.run));
        }
        self.run = 0;
    }

    /// What a word is that is not remembered as one like any other, and whether a phrase begins with it.
    fn look_up(&mut self, token: u32, fingerprint: u64, written: &str, digits: bool) -> u32 {
        self.steps += 1;
        let number = self.tables.word(fingerprint);
        if number != 0 {
            if digits {
                // Some rules have it as it is, others the word that it stands for.
                disguise::beside_word(self, token, written);
            }
            return number | if self.tables.begins(number) { BEGINS } else { 0 };
        }
        let (bits, learnt) = if self.known.has(fingerprint) {
            (0, Learnt::Known)
        } else if disguise::within_word(self, token, written, digits) || std::mem::take(&mut self.by_case) {
            // Not remembered: each place has readings of its own.
            return UNKNOWN;
        } else {
            (UNKNOWN, Learnt::Unknown)
        };
        self.memory.learn(fingerprint, learnt);
        bits
    }

    /// Whether it is remembered of a piece around a word that it is no word in disguise.
    pub(crate) fn has_no_reading(&self, piece: u64) -> bool {
        self.memory.of(piece ^ PIECE) == Learnt::Unknown
    }

    /// Remembers it.
    pub(crate) fn learn_no_reading(&mut self, piece: u64) {
        self.memory.learn(piece ^ PIECE, Learnt::Unknown);
    }

    /// Takes in a word that is not of the common kind.
    #[inline(never)]
    fn uncommon(&mut self, word: &Word<'_>) {
        self.take_in();
        let token = self.tokens.len();
        let text = self.text;
        let written = word.plain.or_else(|| text.get(word.start..word.end)).unwrap_or_default();
        let bits = match self.memory.of(word.fingerprint) {
            Learnt::Known => 0,
            Learnt::Unknown => UNKNOWN,
            Learnt::Nothing => self.look_up(token as u32, word.fingerprint, written, word.digits),
        };
        self.oddity(word, written.len(), bits);
        self.go_on_with_run(token, 1, u64::from(written.len() == 1));
        if bits & BEGINS != 0 {
            self.starts.push(token as u32);
        }
        let how = if word.plain.is_some() { CHANGED } else { 0 } | if word.breaks { BREAKS } else { 0 };
        if self.cuts.is_empty() {
            self.tokens.push(Token { bits: bits | how, start: word.start as u32, end: word.end as u32 });
        } else {
            self.push_parts(word.start..word.end, how);
        }
    }

    /// Looks whether there is a stroke in the word `token`, which begins at `start`, that may be a letter of it.
    #[inline(never)]
    fn strike(&mut self, start: usize, token: u32) {
        if self.struck.last().is_none_or(|piece| start >= piece.end) {
            self.struck.extend(disguise::struck_around(self, start, token));
        }
    }

    /// Puts the words that one was taken apart into, each by itself, at the end of the row. `bits` are those of the word
    /// as a whole.
    #[inline(never)]
    fn push_parts(&mut self, word: Range<usize>, bits: u32) {
        let ends = std::mem::take(&mut self.cuts);
        // Where letters were left out or read otherwise, nobody can say where in the text a part stands.
        let as_written = ends.last() == Some(&word.len());
        let mut from = 0;
        for to in ends {
            let place = if as_written { word.start + from..word.start + to } else { word.clone() };
            let breaks = if from == 0 { bits & BREAKS } else { 0 };
            let bits = bits & !BREAKS | breaks;
            self.tokens.push(Token { bits, start: place.start as u32, end: place.end as u32 });
            from = to;
        }
    }

    fn oddity(&mut self, word: &Word<'_>, length: usize, bits: u32) {
        let token = self.tokens.len() as u32;
        if bits & UNKNOWN != 0 && !word.digits && length <= FRAGMENT {
            self.fragments.push(token);
        }
        if let Some(plain) = word.plain.filter(|plain| plain.len() <= FRAGMENT) {
            let mut letters = [0; 8];
            letters.iter_mut().zip(plain.bytes()).for_each(|(slot, letter)| *slot = letter);
            self.shorts.push((token, letters));
        }
        if word.symbols {
            if self.pieces.last().is_none_or(|piece| word.start >= piece.end) {
                self.pieces.extend(disguise::piece_around(self.text, word.start, token));
            }
            if disguise::is_near_stroke(self.text, word.start) {
                self.strike(word.start, token);
            }
        }
    }
}

impl Sink for Lattice<'_> {
    #[inline]
    fn word(&mut self, word: Word<'_>) {
        if word.plain.is_some() || word.symbols {
            self.uncommon(&word);
            return;
        }
        if word.struck {
            self.strike(word.start, (self.tokens.len() + self.waiting.count) as u32);
        }
        // Nearly every word of a text.
        let learnt = self.memory.of(word.fingerprint);
        let bits = (u32::from(word.breaks) * BREAKS)
            | (u32::from(word.digits) * DIGITS)
            | (u32::from(learnt == Learnt::Unknown) * UNKNOWN)
            | (u32::from(learnt == Learnt::Nothing) * ASKED);
        let Waiting { words, count } = &mut self.waiting;
        if let Some(slot) = words.get_mut(*count) {
            *slot = Common { fingerprint: word.fingerprint, start: word.start as u32, end: word.end as u32, bits };
            *count += 1;
        }
        if *count == MOST_WAITING {
            self.take_in();
        }
    }
}

/// The places of the bits that are set, the lowest first.
fn ones(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        (at < u64::BITS).then_some(at as usize)
    })
}
