//! Values of the registry that are numbers by nature, whatever type somebody wrote them with.

use std::ops::RangeInclusive;

use crate::host::windows::{Key, Registry, RegistryValue};
use crate::host::{if_there, why};

/// One setting as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stated<T> {
    pub(super) value: T,
    /// "ScreenSaveTimeOut = 900".
    pub(super) setting: String,
    /// Its key, and whose it is.
    pub(super) place: String,
    /// Whether the user may change it.
    pub(super) users_own: bool,
}

/// What a setting says: `None` where it is not set, an error where it cannot be told what it says.
pub(super) type Asked<T> = Result<Option<Stated<T>>, String>;

/// A key, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) key: Key,
    /// "user policy", "machine policy".
    pub(super) owner: &'static str,
    pub(super) users_own: bool,
}

impl Place {
    /// A key that only administrators write.
    pub(super) fn machine(path: &str, owner: &'static str) -> Self {
        Self { key: Key::machine(path), owner, users_own: false }
    }

    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.key, self.owner)
    }

    /// A value as it is written.
    pub(super) fn raw(&self, registry: &dyn Registry, name: &str) -> Result<Option<RegistryValue>, String> {
        let values = if_there(registry.values(&self.key));
        let values = values.map_err(|error| why(self.key.to_string().as_ref(), &error))?;
        Ok(values.and_then(|mut values| values.take(name)))
    }

    /// A number, written as one or as a text.
    pub(super) fn number(&self, registry: &dyn Registry, name: &str, allowed: RangeInclusive<u32>) -> Asked<u32> {
        let Some(raw) = self.raw(registry, name)? else { return Ok(None) };
        let number = raw.number().ok_or_else(|| format!("{name} in {} is {}, not a number", self.key, shape(&raw)))?;
        let beyond = || format!("{name} in {} is {number}, beyond {}", self.key, allowed.end());
        let value = u32::try_from(number).ok().filter(|value| allowed.contains(value)).ok_or_else(beyond)?;
        Ok(Some(self.stated(value, format!("{name} = {value}"))))
    }

    pub(super) fn stated<T>(&self, value: T, setting: String) -> Stated<T> {
        Stated { value, setting, place: self.shown(), users_own: self.users_own }
    }
}

/// What a value looks like, without its words.
pub(super) fn shape(value: &RegistryValue) -> String {
    match value {
        RegistryValue::Text(text) => format!("a text of {} characters", text.chars().count()),
        RegistryValue::Number(_) => "a number".to_owned(),
        RegistryValue::Texts(texts) => format!("a list of {} texts", texts.len()),
        RegistryValue::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// The first place that states the value: the one after it counts only where this one says nothing.
pub(super) fn first<T>(places: &[Place], mut ask: impl FnMut(&Place) -> Asked<T>) -> Asked<T> {
    for place in places {
        if let Some(stated) = ask(place)? {
            return Ok(Some(stated));
        }
    }
    Ok(None)
}
