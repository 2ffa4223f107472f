//! Places that something could not be done with: how many, and the first.

use std::path::{Path, PathBuf};

/// Such places.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    count: usize,
    first: Option<PathBuf>,
}

impl Unreadable {
    /// One more.
    pub(super) fn add(&mut self, place: &Path) {
        self.count += 1;
        self.first.get_or_insert_with(|| place.to_path_buf());
    }

    /// "could not be read: 3 places, the first /opt/tool".
    pub(super) fn flaw(&self, what: &str) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(match self.count {
            1 => format!("{what}: {}", first.display()),
            count => format!("{what}: {count} places, the first {}", first.display()),
        })
    }
}
