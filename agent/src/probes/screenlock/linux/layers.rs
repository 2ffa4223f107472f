//! Settings in layers, as dconf keeps them. Pure.
//!
//! The user's layer is on top. A lock in a layer means that nothing above it counts for that key. A value of the wrong
//! type counts as none, and the desktop then takes its default, not the layer below.

use std::collections::{BTreeMap, BTreeSet};

use super::gvdb::Value;

/// One setting.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// "org.gnome.desktop.session"
    pub(super) schema: &'static str,
    /// Where dconf keeps the schema, without slashes at the ends.
    pub(super) folder: &'static str,
    /// "idle-delay"
    pub(super) name: &'static str,
    /// What the desktop is built with; a value of another type does not count.
    pub(super) built_in: Value,
}

impl Key {
    /// Where dconf keeps it.
    pub(super) fn path(&self) -> String {
        format!("/{}/{}", self.folder, self.name)
    }

    pub(super) fn fits(&self, value: Value) -> bool {
        std::mem::discriminant(&self.built_in) == std::mem::discriminant(&value)
    }
}

/// One database of settings.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) place: String,
    pub(super) values: BTreeMap<&'static Key, Value>,
    pub(super) locks: BTreeSet<&'static Key>,
}

/// All that decides for one user.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// From the top.
    pub(super) layers: Vec<Layer>,
    /// Whether the top layer is the user's own.
    pub(super) user_writes_top: bool,
    /// Defaults of this machine; where a key is missing, the desktop's own hold.
    pub(super) defaults: Layer,
}

/// The value that counts.
#[derive(Debug, Clone)]
pub(super) struct Winner {
    pub(super) value: Value,
    /// "org.gnome.desktop.session idle-delay = 300"
    pub(super) setting: String,
    pub(super) place: String,
    pub(super) user_can_change: bool,
}

impl Winner {
    /// The number; `None` when it is none.
    pub(super) fn number(&self) -> Option<i64> {
        match self.value {
            Value::Number(number) => Some(number.into()),
            Value::Signed(number) => Some(number.into()),
            Value::Truth(_) | Value::Foreign | Value::ByDesktop => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.value, Value::Truth(true))
    }
}

/// Where a value stands that nothing on this machine states.
pub(super) const BUILT_IN: &str = "the desktop's built-in default";

impl Layers {
    /// The value of a key that counts.
    ///
    /// # Errors
    /// When it depends on what is not known here.
    pub(super) fn winner(&self, key: &'static Key) -> Result<Winner, String> {
        let lowest_lock = self.layers.iter().rposition(|layer| layer.locks.contains(key));
        let user_can_change = self.user_writes_top && lowest_lock.is_none_or(|layer| layer == 0);
        let counted = self.layers.iter().skip(lowest_lock.unwrap_or(0));
        let set = counted.filter_map(|layer| layer.values.get(key).map(|value| (*value, &layer.place))).next();
        let default = self.defaults.values.get(key).map(|value| (*value, &self.defaults.place));
        let (value, place) = match (set.filter(|(value, _)| key.fits(*value)), default) {
            (Some((value, place)), _) | (None, Some((value, place))) => (value, place.clone()),
            (None, None) => (key.built_in, BUILT_IN.to_owned()),
        };
        if !key.fits(value) {
            return Err(format!("the default of {} depends on the desktop's name", key.name));
        }
        let shown = match value {
            Value::Number(number) => number.to_string(),
            Value::Signed(number) => number.to_string(),
            Value::Truth(truth) => truth.to_string(),
            Value::Foreign | Value::ByDesktop => "unknown".to_owned(),
        };
        let setting = format!("{} {} = {shown}", key.schema, key.name);
        Ok(Winner { value, setting, place, user_can_change })
    }
}
