//! The catalogue in use.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::catalogue::{Catalogue, Memory};
use crate::store::Store;

/// The catalogue by which devices are brought in line, and what it answered before.
pub(in crate::store) struct Shelf(Mutex<Memory>);

impl Default for Shelf {
    fn default() -> Self {
        Self(Mutex::new(Memory::of(Catalogue::builtin())))
    }
}

impl Shelf {
    /// What it remembers is only ever added whole, so one who panicked has left nothing half done.
    pub(in crate::store) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// The catalogue in use.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.shelf.memory().catalogue().clone()
    }

    /// Uses another catalogue from now on. What is stored is brought in line by a replay.
    pub fn use_catalogue(&self, catalogue: Arc<Catalogue>) {
        *self.shelf.memory() = Memory::of(catalogue);
    }
}
