//! The values of a PDF: numbers, names, strings, lists, dictionaries, and references to other objects.

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    /// Nothing, yes, no, or what could not be read.
    Null,
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    List(Vec<Object>),
    Dictionary(Dictionary),
    /// The number of another object.
    Reference(u32),
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(super) fn list(&self) -> Option<&[Object]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }
}

/// Values by name. Few enough that they are searched from first to last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dictionary {
    entries: Vec<(Vec<u8>, Object)>,
}

impl Dictionary {
    pub(super) fn of(entries: Vec<(Vec<u8>, Object)>) -> Self {
        Self { entries }
    }

    /// The value of a name; nothing where there is none.
    pub(super) fn get(&self, name: &str) -> &Object {
        self.entries.iter().find(|(known, _)| known == name.as_bytes()).map_or(&Object::Null, |(_, value)| value)
    }

    /// Whether a name has that name as its value.
    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        matches!(self.get(name), Object::Name(said) if said == value.as_bytes())
    }
}
