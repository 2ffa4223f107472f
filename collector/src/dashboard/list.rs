//! Lists: rows, a cursor on one of them, and a part of a name that is looked for.

use caretaker_proto::console::v1::{Alert, AuditDevice, AuditTitle, BehindDevice, SoftwareTitle};
use jiff::Zoned;

use super::held::Held;

/// Something that a list has a line for.
pub(super) trait Row {
    /// What it is known by when a newer list comes.
    fn key(&self) -> String;
    /// The texts that a search looks at.
    fn names(&self) -> Vec<&str>;
}

/// Rows and a place among them.
#[derive(Debug)]
pub(super) struct List<T> {
    held: Held<Vec<T>>,
    pub(super) search: Search,
    /// Place of the cursor among those that are shown.
    pub(super) on: usize,
}

/// A list, whatever its rows are.
pub(super) trait Lines {
    /// How many rows the search leaves.
    fn count(&self) -> usize;
    fn search(&self) -> &Search;
    /// The search, and the place of the cursor.
    fn parts(&mut self) -> (&mut Search, &mut usize);
}

/// Part of a name that is looked for.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// As it was typed so far.
    pub(super) text: String,
    /// Whether keys are letters of it.
    pub(super) typing: bool,
}

impl Search {
    /// One that is about to be typed.
    pub(super) fn begun() -> Self {
        Self { text: String::new(), typing: true }
    }

    /// Whether a name has it, in any case.
    pub(super) fn finds(&self, name: &str) -> bool {
        self.text.is_empty() || name.to_lowercase().contains(&self.text.to_lowercase())
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { held: Held::default(), search: Search::default(), on: 0 }
    }
}

impl<T: Row> List<T> {
    /// An empty one in which something is looked for.
    pub(super) fn looking_for(search: Search) -> Self {
        Self { search, ..Self::default() }
    }

    /// All rows; `None` before the first answer.
    pub(super) fn all(&self) -> Option<&[T]> {
        self.held.get().map(Vec::as_slice)
    }

    /// When they came.
    pub(super) fn at(&self) -> Option<&Zoned> {
        self.held.at()
    }

    /// Those that the search leaves.
    pub(super) fn shown(&self) -> Vec<&T> {
        let found = |row: &&T| row.names().into_iter().any(|name| self.search.finds(name));
        self.all().unwrap_or_default().iter().filter(found).collect()
    }

    /// The row that the cursor is on.
    pub(super) fn chosen(&self) -> Option<&T> {
        self.shown().get(self.on).copied()
    }

    /// Holds newer rows; the cursor stays on its own.
    pub(super) fn put(&mut self, rows: Vec<T>, now: &Zoned) {
        let was_on = self.chosen().map(|row| row.key());
        self.held.put(rows, now);
        let shown = self.shown();
        let same = was_on.and_then(|key| shown.iter().position(|row| row.key() == key));
        self.on = same.unwrap_or_else(|| self.on.min(shown.len().saturating_sub(1)));
    }
}

impl<T: Row> Lines for List<T> {
    fn count(&self) -> usize {
        self.shown().len()
    }

    fn search(&self) -> &Search {
        &self.search
    }

    fn parts(&mut self) -> (&mut Search, &mut usize) {
        (&mut self.search, &mut self.on)
    }
}

impl Row for BehindDevice {
    fn key(&self) -> String {
        self.id.clone()
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

impl Row for SoftwareTitle {
    fn key(&self) -> String {
        [self.name.as_str(), &self.version, &self.publisher].join("\n")
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

impl Row for Alert {
    fn key(&self) -> String {
        self.reference.clone()
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.reference, &self.site, &self.kind, &self.about]
    }
}

impl Row for AuditTitle {
    fn key(&self) -> String {
        self.slug.clone()
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

impl Row for AuditDevice {
    fn key(&self) -> String {
        self.id.clone()
    }

    fn names(&self) -> Vec<&str> {
        vec![&self.name]
    }
}
