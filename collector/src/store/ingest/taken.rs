//! How much was taken in since the start: a figure for monitoring, kept nowhere.

use std::sync::atomic::{AtomicU64, Ordering};

use caretaker_shared::model::Stream;

use super::super::Store;

/// Records in uploads that were taken in, by stream.
#[derive(Debug, Default)]
pub(in crate::store) struct Taken([AtomicU64; Stream::ALL.len()]);

impl Taken {
    /// Counts an upload's records.
    pub(super) fn add(&self, stream: Stream, records: u64) {
        if let Some(counted) = self.0.get(usize::from(stream.priority())) {
            counted.fetch_add(records, Ordering::Relaxed);
        }
    }
}

impl Store {
    /// Records in uploads that were taken in since the start, repetitions included, by stream.
    #[must_use]
    pub fn taken(&self) -> Vec<(Stream, u64)> {
        Stream::ALL
            .into_iter()
            .zip(&self.taken.0)
            .map(|(stream, counted)| (stream, counted.load(Ordering::Relaxed)))
            .collect()
    }
}
