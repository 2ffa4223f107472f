//! What words turned out to be, kept from one text to the next: nearly every word has been there before.
//!
//! It holds fingerprints and no letters, by what they are and in no order of any text.

use std::sync::{Mutex, PoisonError};

use super::Token;

/// Words that are remembered, as a power of two.
const BITS: u32 = 15;
/// Words of a row for which room is kept: 1.5 MiB.
const LONGEST_ROW: usize = 1 << 17;

const ASKED: u64 = 1;
const KNOWN: u64 = 2;
const UNKNOWN: u64 = 3;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learnt {
    /// A word of a rule or of what stands around it.
    Asked = ASKED as isize,
    /// A word like any other.
    Known = KNOWN as isize,
    /// In no list, and nothing else can be meant by it.
    Unknown = UNKNOWN as isize,
}

/// The words that were met last, each in the one slot where it can be. The bits of a fingerprint that choose the slot
/// are left out of it, and make room for what was learnt.
#[derive(Default)]
pub(super) struct Memory {
    slots: Box<[u64]>,
    /// Room for the row of the next text, which would else be asked of the system each time.
    pub(super) row: Vec<Token>,
}

impl Memory {
    fn with_room() -> Self {
        Self { slots: vec![0; 1 << BITS].into_boxed_slice(), row: Vec::new() }
    }

    /// What was learnt of a word, unless another has taken its slot since.
    #[inline]
    pub(super) fn of(&self, fingerprint: u64) -> Option<Learnt> {
        let differs = self.slots.get((fingerprint >> (u64::BITS - BITS)) as usize)? ^ (fingerprint << BITS);
        match differs {
            ASKED => Some(Learnt::Asked),
            KNOWN => Some(Learnt::Known),
            UNKNOWN => Some(Learnt::Unknown),
            _ => None,
        }
    }

    pub(super) fn learn(&mut self, fingerprint: u64, learnt: Learnt) {
        if let Some(slot) = self.slots.get_mut((fingerprint >> (u64::BITS - BITS)) as usize) {
            *slot = fingerprint << BITS | learnt as u64;
        }
    }
}

/// The memories of one set of tables: as many as there were ever texts read at once.
#[derive(Default)]
pub(in crate::lexicon) struct Memories(Mutex<Vec<Memory>>);

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
