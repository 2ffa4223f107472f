//! What words turned out to be, kept from one text to the next: nearly every word has been there before.
//!
//! It holds fingerprints and no letters, by what they are and in no order of any text.

use std::sync::{Mutex, PoisonError};

use super::Token;

/// Words that are remembered, as a power of two.
const BITS: u32 = 15;
/// Words that are remembered once more in 16 KiB, which stay in the nearest cache, as a power of two.
const FRONT_BITS: u32 = 11;
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
    /// Of the words like any other those that were met last.
    front: Box<[u64]>,
    /// Room for the row of the next text, which would else be asked of the system each time.
    pub(super) row: Vec<Token>,
}

impl Memory {
    fn with_room() -> Self {
        let room = |bits: u32| vec![0; 1 << bits].into_boxed_slice();
        Self { slots: room(BITS), front: room(FRONT_BITS), row: Vec::new() }
    }

    /// Whether a word is remembered as one like any other.
    #[inline]
    pub(super) fn has_known(&mut self, fingerprint: u64) -> bool {
        let whole = fingerprint << FRONT_BITS | KNOWN;
        let Some(slot) = self.front.get_mut((fingerprint >> (u64::BITS - FRONT_BITS)) as usize) else { return false };
        if *slot == whole {
            return true;
        }
        let differs = self.slots.get((fingerprint >> (u64::BITS - BITS)) as usize).map(|it| it ^ (fingerprint << BITS));
        if differs == Some(KNOWN) {
            *slot = whole;
        }
        differs == Some(KNOWN)
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
