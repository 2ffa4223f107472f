//! How the row comes about, word after word.

use super::memory::Learnt;
use super::{BEGINS, BREAKS, CHANGED, FRAGMENT, Lattice, Token, UNKNOWN};
use crate::lexicon::disguise;
use crate::lexicon::token::{Sink, Word};

impl Lattice<'_> {
    /// What a word is, and whether a phrase begins with it.
    fn bits(&mut self, word: &Word<'_>) -> u32 {
        match self.memory.of(word.fingerprint) {
            Some(Learnt::Known) => 0,
            Some(Learnt::Unknown) => UNKNOWN,
            Some(Learnt::Asked) | None => self.look_up(word),
        }
    }

    fn look_up(&mut self, word: &Word<'_>) -> u32 {
        self.steps += 1;
        let number = self.tables.word(word.fingerprint);
        let (bits, learnt) = if number != 0 {
            if word.digits {
                // Some rules have it as it is, others the word that it stands for.
                self.read_otherwise(word);
            }
            (number | if self.tables.begins(number) { BEGINS } else { 0 }, Learnt::Asked)
        } else if self.known.has(word.fingerprint) {
            (0, Learnt::Known)
        } else if self.read_otherwise(word) {
            // Not remembered: each place has readings of its own.
            return UNKNOWN;
        } else {
            (UNKNOWN, Learnt::Unknown)
        };
        self.memory.learn(word.fingerprint, learnt);
        bits
    }

    fn read_otherwise(&mut self, word: &Word<'_>) -> bool {
        let token = self.tokens.len() as u32;
        let text = self.text;
        let written = word.plain.or_else(|| text.get(word.start..word.end)).unwrap_or_default();
        disguise::within_word(self, token, written, word.digits)
    }

    fn oddity(&mut self, word: &Word<'_>, bits: u32) {
        let token = self.tokens.len() as u32;
        let length = word.plain.map_or(word.end - word.start, str::len);
        if bits & UNKNOWN != 0 && length <= FRAGMENT {
            self.fragments.push(token);
        }
        if let Some(plain) = word.plain.filter(|plain| plain.len() <= FRAGMENT) {
            let mut letters = [0; 8];
            letters.iter_mut().zip(plain.bytes()).for_each(|(slot, letter)| *slot = letter);
            self.shorts.push((token, letters));
        }
        if word.symbols && self.pieces.last().is_none_or(|piece| word.start >= piece.end) {
            self.pieces.push(disguise::piece_around(self.text, word.start, token));
        }
    }

    pub(super) fn end_run(&mut self) {
        if self.run >= 3 {
            self.runs.push((self.tokens.len() as u32 - self.run, self.run));
        }
        self.run = 0;
    }

    /// Counts single letters in a row.
    #[inline]
    fn go_on_with_run(&mut self, length: usize) {
        if length == 1 {
            self.run += 1;
        } else if self.run != 0 {
            self.end_run();
        }
    }

    /// Takes in a word that is not of the common kind.
    #[inline(never)]
    fn uncommon(&mut self, word: &Word<'_>) {
        let bits = self.bits(word);
        if bits & UNKNOWN != 0 || word.plain.is_some() || word.symbols {
            self.oddity(word, bits);
        }
        self.go_on_with_run(word.plain.map_or(word.end - word.start, str::len));
        if bits & BEGINS != 0 {
            self.starts.push(self.tokens.len() as u32);
        }
        let changed = if word.plain.is_some() { CHANGED } else { 0 };
        if self.cuts.is_empty() {
            self.push(word, bits | changed);
        } else {
            self.push_parts(word, changed);
        }
    }

    /// Takes in words that were run together, each by itself.
    #[inline(never)]
    fn push_parts(&mut self, word: &Word<'_>, changed: u32) {
        let ends = std::mem::take(&mut self.cuts);
        let length = word.end - word.start;
        let as_written = ends.last() == Some(&length);
        let mut from = 0;
        for to in ends {
            let range = if as_written { from..to } else { 0..length };
            let breaks = if word.breaks && from == 0 { BREAKS } else { 0 };
            let (start, end) = ((word.start + range.start) as u32, (word.start + range.end) as u32);
            self.tokens.push(Token { bits: breaks | changed, start, end });
            from = to;
        }
    }

    #[inline]
    fn push(&mut self, word: &Word<'_>, bits: u32) {
        let breaks = if word.breaks { BREAKS } else { 0 };
        self.tokens.push(Token { bits: bits | breaks, start: word.start as u32, end: word.end as u32 });
    }
}

impl Sink for Lattice<'_> {
    #[inline]
    fn word(&mut self, word: Word<'_>) {
        if word.plain.is_none() && !word.symbols && self.memory.has_known(word.fingerprint) {
            // Nearly every word of a text.
            self.go_on_with_run(word.end - word.start);
            self.push(&word, 0);
        } else {
            self.uncommon(&word);
        }
    }
}
