//! Something that the collector answered, and when: nothing is held without its time.

use jiff::Zoned;

/// An answer, or none yet.
#[derive(Debug, Clone)]
pub(super) struct Held<T>(Option<(T, Zoned)>);

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Held<T> {
    /// Takes the place of what was held.
    pub(super) fn put(&mut self, value: T, now: &Zoned) {
        self.0 = Some((value, now.clone()));
    }

    /// The answer.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    /// When it came.
    pub(super) fn at(&self) -> Option<&Zoned> {
        self.0.as_ref().map(|(_, at)| at)
    }
}
