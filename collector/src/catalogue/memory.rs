//! What distinct readings turned out to be. A fleet of 1.5 million entries has some ten thousand distinct ones.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Catalogue, Reading, Standing};

/// Distinct readings that are remembered; a device that makes names up does not fill the memory.
const MOST: usize = 100_000;

/// A catalogue that remembers what it answered.
#[derive(Debug)]
pub struct Memory {
    catalogue: Arc<Catalogue>,
    known: HashMap<Box<str>, Arc<Standing>>,
    key: String,
}

impl Memory {
    /// Remembers nothing yet.
    #[must_use]
    pub fn of(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, known: HashMap::new(), key: String::new() }
    }

    /// What is asked.
    #[must_use]
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// What a reading is.
    pub fn standing(&mut self, reading: &Reading<'_>) -> Arc<Standing> {
        self.key.clear();
        for part in [
            reading.name,
            reading.publisher,
            reading.source,
            reading.id,
            reading.upgrade_code,
            reading.section,
            reading.kind.word(),
        ] {
            self.key.push_str(part);
            self.key.push('\0');
        }
        if let Some(known) = self.known.get(self.key.as_str()) {
            return known.clone();
        }
        let standing = Arc::new(self.catalogue.standing(reading));
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(self.key.as_str().into(), standing.clone());
        standing
    }
}
