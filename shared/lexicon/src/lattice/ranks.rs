//! Where to begin to look in a row of numbers.

/// Numbers of which one look finds the first.
const TOGETHER: u32 = 16;

/// For each sixteen numbers, the first place in a row in order that has one of them or a higher one.
#[derive(Default)]
pub(super) struct Ranks {
    firsts: Vec<u32>,
    length: u32,
}

impl Ranks {
    /// Of numbers in order.
    pub(super) fn new(numbers: impl Iterator<Item = u32>) -> Self {
        let mut ranks = Self::default();
        for number in numbers {
            let block = (number / TOGETHER) as usize;
            if ranks.firsts.len() <= block {
                ranks.firsts.resize(block + 1, ranks.length);
            }
            ranks.length += 1;
        }
        ranks
    }

    /// How many numbers there are.
    pub(super) fn length(&self) -> usize {
        self.length as usize
    }

    /// A place close before that of the first number that is not lower than this.
    #[inline]
    pub(super) fn close_before(&self, number: u32) -> usize {
        self.firsts.get((number / TOGETHER) as usize).copied().unwrap_or(self.length) as usize
    }
}
