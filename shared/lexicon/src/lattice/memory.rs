//! What words turned out to be, kept from one text to the next: nearly every word has been there before.
//!
//! It holds fingerprints and no letters, by what they are and in no order of any text.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use super::Token;

/// Pairs of words that are remembered, as a power of two: 256 KiB.
const BITS: u32 = 15;
/// The lowest bits of a slot say what was learnt.
const LEARNT: u32 = 3;
/// Words of a row for which room is kept: 1.5 MiB.
const LONGEST_ROW: usize = 1 << 17;

const KNOWN: u32 = 1;
const UNKNOWN: u32 = 2;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learnt {
    /// Not remembered, or a word of a rule or of what stands around it: those are quickly found.
    Nothing,
    /// A word like any other.
    Known = KNOWN as isize,
    /// In no list, and nothing else can be meant by it.
    Unknown = UNKNOWN as isize,
}

/// The words that were met last, each in one of the two slots where it can be. A slot has 30 bits of a word besides those
/// that choose it, so that one word in a thousand million is taken for another. Each memory chooses the bits by a key of its
/// own (multiply-shift, Dietzfelbinger and others 1997): nobody can compute a word that hides one of a rule.
#[derive(Default)]
pub(super) struct Memory {
    /// Odd, at random.
    key: u64,
    slots: Box<[[u32; 2]]>,
    /// Room for the row of the next text, which would else be asked of the system each time.
    pub(super) row: Vec<Token>,
}

impl Memory {
    fn with_room() -> Self {
        let key = RandomState::new().hash_one(BITS) | 1;
        Self { key, slots: vec![[0; 2]; 1 << BITS].into_boxed_slice(), row: Vec::new() }
    }

    /// What was learnt of a word, unless others have taken its slots since.
    #[inline]
    pub(super) fn of(&self, fingerprint: u64) -> Learnt {
        let (place, tag) = self.locate(fingerprint);
        let [one, other] = self.slots.get(place).copied().unwrap_or_default();
        // What is not this word differs in a bit above those of what was learnt.
        match (one ^ tag).min(other ^ tag) {
            KNOWN => Learnt::Known,
            UNKNOWN => Learnt::Unknown,
            _ => Learnt::Nothing,
        }
    }

    /// Remembers a word of which nothing was learnt so far.
    pub(super) fn learn(&mut self, fingerprint: u64, learnt: Learnt) {
        let (place, tag) = self.locate(fingerprint);
        if let Some(slots) = self.slots.get_mut(place) {
            let whole = tag | learnt as u32;
            // It may have been learnt since it was asked.
            if slots[0] != whole {
                *slots = [whole, slots[0]];
            }
        }
    }

    /// Where the slots of a word are, and what tells it from others there.
    #[inline]
    fn locate(&self, fingerprint: u64) -> (usize, u32) {
        let hash = fingerprint.wrapping_mul(self.key);
        ((hash >> (u64::BITS - BITS)) as usize, (hash >> (u32::BITS - BITS)) as u32 & !LEARNT)
    }
}

/// The memories of one set of tables: as many as there were ever texts read at once.
#[derive(Default)]
pub(crate) struct Memories(Mutex<Vec<Memory>>);

impl Memories {
    /// One that nobody uses at the moment.
    pub(super) fn take(&self) -> Memory {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_else(Memory::with_room)
    }

    /// Gives one back, for the next text.
    pub(super) fn keep(&self, mut memory: Memory) {
        memory.row.clear();
        memory.row.shrink_to(LONGEST_ROW);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}
