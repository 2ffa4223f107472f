//! The fields of a list, as its JSON names them.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// One of these words and no other.
    Word(&'static [&'static str]),
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A time; empty for never.
    Time,
    /// Several texts.
    List,
    /// Several of these words.
    Words(&'static [&'static str]),
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is kept from the role that asks.
    pub withheld: bool,
}

/// The fields of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// These.
    #[must_use]
    pub fn new(fields: Vec<Field>) -> Self {
        Self(fields)
    }

    /// The one of that name, in any case; a time `last_seen_at` goes by `last_seen` too, and a list `groups` by `group`.
    pub(super) fn find(&self, name: &str) -> Option<&Field> {
        let named = |field: &&Field| field.name.eq_ignore_ascii_case(name);
        let short = |field: &&Field| {
            field.kind == Kind::Time
                && field.name.strip_suffix("_at").is_some_and(|short| short.eq_ignore_ascii_case(name))
        };
        let singular = |field: &&Field| {
            field.kind == Kind::List && field.name.strip_suffix('s').is_some_and(|one| one.eq_ignore_ascii_case(name))
        };
        let each = || self.0.iter();
        each().find(named).or_else(|| each().find(short)).or_else(|| each().find(singular))
    }

    /// Names of those that may be asked for.
    pub(super) fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|field| !field.withheld).map(|field| field.name.as_str())
    }

    /// All, in the list's order.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }
}
