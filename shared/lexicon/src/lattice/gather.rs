//! How the row comes about.
//!
//! Common words wait at its end until there are some dozens. What is remembered of them is then asked for at once, so that
//! the processor waits for its memory once and not for each; those that are not remembered are looked up.

use std::ops::Range;

use super::Lattice;
use super::memory::Learnt;
use super::row::{BEGINS, BREAKS, CHANGED, DIGITS, FRAGMENT, Token, UNKNOWN};
use crate::token::{Common, Sink, Word};
use crate::{disguise, fingerprint};

/// Words that wait at most: as many as a mask has bits.
const MOST_WAITING: usize = u64::BITS as usize;
/// Tells the fingerprint of a piece from that of a word: the "66" in "$66" is no disguise, and "66" may be a word of a rule.
const PIECE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Which of the words that wait are of a kind: a bit for each.
struct Waiting {
    count: usize,
    /// Of one letter.
    single: u64,
    /// Not remembered.
    asked: u64,
    /// Short, unknown and without a digit.
    fragment: u64,
}

impl Lattice<'_> {
    /// Takes in the words that wait at the end of the row.
    pub(super) fn take_in(&mut self) {
        let mut prints = [0; MOST_WAITING];
        let mut waiting = self.waiting(&mut prints);
        let (mut first, mut from) = (self.taken_in, 0);
        while from < waiting.count {
            (first, from) = self.take_in_some(first, from, &mut waiting, &prints);
        }
        self.taken_in = self.tokens.len();
    }

    /// What is remembered of the words that wait; notes their fingerprints.
    fn waiting(&mut self, prints: &mut [u64; MOST_WAITING]) -> Waiting {
        let Self { tokens, taken_in, memory, text, .. } = self;
        let tokens = tokens.get_mut(*taken_in..).unwrap_or_default();
        let (mut single, mut asked, mut unknown) = (0_u64, 0_u64, 0_u64);
        // Nothing here waits for what came before, so that the processor does, and asks its memory for, many at once.
        for (at, (token, print)) in tokens.iter().zip(prints.iter_mut()).enumerate() {
            *print = fingerprint::of_ascii(text.as_bytes(), token.start as usize, token.end as usize);
            single |= u64::from(token.length() == 1) << at;
        }
        for (at, &print) in prints.iter().enumerate().take(tokens.len()) {
            let learnt = memory.of(print);
            asked |= u64::from(learnt == Learnt::Nothing) << at;
            unknown |= u64::from(learnt == Learnt::Unknown) << at;
        }
        let mut fragment = 0_u64;
        for at in ones(unknown) {
            if let Some(token) = tokens.get_mut(at) {
                token.bits |= UNKNOWN;
                fragment |= u64::from(token.is_fragment()) << at;
            }
        }
        Waiting { count: tokens.len(), single, asked, fragment }
    }

    /// Takes in the words that wait from `from` on, which is the word `first` of the row, up to the first that becomes
    /// several: those behind it have other places then. Says where it came to.
    fn take_in_some(
        &mut self,
        first: usize,
        from: usize,
        waiting: &mut Waiting,
        prints: &[u64; MOST_WAITING],
    ) -> (usize, usize) {
        let (mut count, mut behind) = (waiting.count - from, self.tokens.len());
        for at in ones(waiting.asked >> from) {
            let (Some(&print), Some(&word)) = (prints.get(from + at), self.tokens.get(first + at)) else {
                continue;
            };
            let token = (first + at) as u32;
            let written = self.text.get(word.start as usize..word.end as usize).unwrap_or_default();
            let found = self.look_up(token, print, written, word.bits & DIGITS != 0);
            let known = Token { bits: word.bits | found, ..word };
            waiting.fragment |= u64::from(known.is_fragment()) << (from + at);
            if found & BEGINS != 0 {
                self.starts.push(token);
            }
            if let Some(token) = self.tokens.get_mut(first + at) {
                *token = known;
            }
            if !self.cuts.is_empty() {
                let more = self.put_parts(first + at) - 1;
                // Pieces of the words behind it that wait.
                self.pieces.shift(token, more as u32);
                self.struck.shift(token, more as u32);
                (count, behind) = (at + 1, first + at + 1 + more);
                break;
            }
        }
        let taken = u64::MAX >> (MOST_WAITING - count);
        let (single, fragment) = (waiting.single >> from & taken, waiting.fragment >> from & taken);
        // What stands apart is no part of a torn word. Of the words before and after these nothing is known here.
        let Self { tokens, fragments, text, .. } = self;
        let words = tokens.get(first..first + count).unwrap_or_default();
        let follow = |pair: &[Token]| matches!(pair, [one, next] if next.follows(one, text.as_bytes()));
        let is_near =
            |at: usize| words.get(at.wrapping_sub(1)..at + 2).is_none_or(|around| around.windows(2).any(follow));
        for at in ones(fragment).filter(|&at| is_near(at)) {
            fragments.push((first + at) as u32);
        }
        self.go_on_with_run(first, count, single);
        (behind, from + count)
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
    pub(crate) fn comes_to_nothing(&self, piece: &Range<usize>) -> bool {
        self.print_of(piece).is_some_and(|print| self.memory.of(print) == Learnt::Unknown)
    }

    /// Remembers it: manuals repeat their options and their tables, programs their names.
    pub(crate) fn learn_nothing(&mut self, piece: &Range<usize>) {
        if let Some(print) = self.print_of(piece) {
            self.memory.learn(print, Learnt::Unknown);
        }
    }

    /// What a piece of ASCII is remembered by.
    fn print_of(&self, piece: &Range<usize>) -> Option<u64> {
        let is_ascii = self.text.get(piece.clone()).is_some_and(str::is_ascii);
        // No two symbols that belong to a piece differ only as small letters and capitals do.
        is_ascii.then(|| fingerprint::of_ascii(self.text.as_bytes(), piece.start, piece.end) ^ PIECE)
    }

    /// Takes in a word whose plain letters are not those in the text.
    #[inline(never)]
    fn take_in_changed(&mut self, word: &Word<'_>, plain: &str) {
        self.take_in();
        let at = self.tokens.len();
        let token = at as u32;
        if word.symbols {
            self.look_around(word.start, token);
        }
        let print = fingerprint::of(plain.as_bytes());
        let bits = match self.memory.of(print) {
            Learnt::Known => 0,
            Learnt::Unknown => UNKNOWN,
            Learnt::Nothing => self.look_up(token, print, plain, word.digits),
        };
        if plain.len() <= FRAGMENT {
            let mut letters = [0; 8];
            letters.iter_mut().zip(plain.bytes()).for_each(|(slot, letter)| *slot = letter);
            self.shorts.push((token, letters));
            if bits & UNKNOWN != 0 && !word.digits {
                self.fragments.push(token);
            }
        }
        self.go_on_with_run(at, 1, u64::from(plain.len() == 1));
        if bits & BEGINS != 0 {
            self.starts.push(token);
        }
        let how = CHANGED | if word.breaks { BREAKS } else { 0 };
        self.tokens.push(Token { bits: bits | how, start: word.start as u32, end: word.end as u32 });
        if !self.cuts.is_empty() {
            self.put_parts(at);
        }
        self.taken_in = self.tokens.len();
    }

    /// Looks for letters in disguise around the word `token`, which begins at `start` and is touched by a symbol.
    #[inline(never)]
    fn look_around(&mut self, start: usize, token: u32) {
        if self.pieces.is_new(start) {
            let place = disguise::piece_around(self.text, start);
            // A letter that belongs to no piece may stand behind one: "k!l!ж".
            let counts = place.contains(&start) && disguise::is_piece(self, &place);
            self.pieces.push(place, token, counts);
        }
        if disguise::is_near_stroke(self.text, start) {
            self.strike(start, token);
        }
    }

    /// Looks whether there is a stroke in the word `token`, which begins at `start`, that may be a letter of it.
    #[inline(never)]
    fn strike(&mut self, start: usize, token: u32) {
        if self.struck.is_new(start) {
            let place = disguise::struck_around(self.text, start);
            let counts = place.contains(&start) && disguise::is_struck(self, &place);
            self.struck.push(place, token, counts);
        }
    }

    /// Puts the words that the word `at` of the row was taken apart into, each by itself, into its place; says how many.
    #[inline(never)]
    fn put_parts(&mut self, at: usize) -> usize {
        let ends = std::mem::take(&mut self.cuts);
        let Some(&Token { bits, start, end }) = self.tokens.get(at) else { return 1 };
        let bits = bits & (BREAKS | CHANGED);
        // Where letters were left out or read otherwise, nobody can say where in the text a part stands.
        let as_written = ends.last() == Some(&((end - start) as usize));
        let mut from = 0;
        let parts = ends.iter().map(|&to| {
            let to = to as u32;
            let (start, end) = if as_written { (start + from, start + to) } else { (start, end) };
            let bits = if from == 0 { bits } else { bits & !BREAKS };
            from = to;
            Token { bits, start, end }
        });
        self.tokens.splice(at..=at, parts);
        ends.len()
    }
}

impl Sink for Lattice<'_> {
    #[inline]
    fn word(&mut self, word: Word<'_>) {
        if let Some(plain) = word.plain {
            self.take_in_changed(&word, plain);
            return;
        }
        if word.symbols {
            self.look_around(word.start, self.tokens.len() as u32);
        }
        self.common(Common {
            start: word.start,
            end: word.end,
            digits: word.digits,
            breaks: word.breaks,
            struck: word.struck,
        });
    }

    #[inline]
    fn common(&mut self, word: Common) {
        if word.struck {
            self.strike(word.start, self.tokens.len() as u32);
        }
        let bits = (u32::from(word.breaks) * BREAKS) | (u32::from(word.digits) * DIGITS);
        self.tokens.push(Token { bits, start: word.start as u32, end: word.end as u32 });
        if self.tokens.len() - self.taken_in == MOST_WAITING {
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
