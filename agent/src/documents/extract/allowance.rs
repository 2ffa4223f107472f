//! What one file may still cost, over everything that is packed in it: one document may hold others.

use super::Refusal;

/// All that one file expands to, together.
const EXPANDED_BYTES: u64 = 64 * 1024 * 1024;
/// Documents may stand in each other this deep: a letter within a letter within a letter, with a document attached.
const DEPTH: u32 = 8;

/// What is left of the limits.
pub(super) struct Allowance {
    left_bytes: u64,
    left_depth: u32,
}

impl Allowance {
    /// That of one file.
    pub(super) fn new() -> Self {
        Self::of_bytes(EXPANDED_BYTES)
    }

    /// A smaller one, so that a test reaches its end.
    pub(super) fn of_bytes(left_bytes: u64) -> Self {
        Self { left_bytes, left_depth: DEPTH }
    }

    /// How many bytes may still be unpacked.
    pub(super) fn left_bytes(&self) -> u64 {
        self.left_bytes
    }

    /// Counts bytes that were unpacked.
    ///
    /// # Errors
    /// When they are more than may be.
    pub(super) fn spend(&mut self, bytes: u64) -> Result<(), Refusal> {
        self.left_bytes = self.left_bytes.checked_sub(bytes).ok_or(Refusal::TooLarge)?;
        Ok(())
    }

    /// Reads a document that stands in another.
    ///
    /// # Errors
    /// When it stands too deep, or as `read` does.
    pub(super) fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.left_depth = self.left_depth.checked_sub(1).ok_or(Refusal::TooLarge)?;
        let read = read(self);
        self.left_depth += 1;
        read
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowance, DEPTH, Refusal};

    #[test]
    fn ends_when_it_is_spent() {
        let mut allowance = Allowance::of_bytes(10);
        assert_eq!(allowance.spend(6), Ok(()));
        assert_eq!(allowance.spend(5), Err(Refusal::TooLarge));
        assert_eq!(allowance.spend(4), Ok(()));
    }

    #[test]
    fn depth_is_bounded_and_given_back() {
        fn deeper(allowance: &mut Allowance, levels: u32) -> Result<(), Refusal> {
            if levels == 0 { Ok(()) } else { allowance.within(|allowance| deeper(allowance, levels - 1)) }
        }
        let mut allowance = Allowance::new();
        assert_eq!(deeper(&mut allowance, DEPTH + 1), Err(Refusal::TooLarge));
        assert_eq!(deeper(&mut allowance, DEPTH), Ok(()));
    }
}
