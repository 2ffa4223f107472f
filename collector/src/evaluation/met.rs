//! What the rules say of a text, as far as it is counted.

use caretaker_shared::lexicon::Category;
use caretaker_shared::model::Severity;
use serde::Serialize;

/// A rule that a text met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    /// Its id.
    pub rule: String,
    /// Its category.
    #[serde(serialize_with = "id")]
    pub category: &'static Category,
    /// How serious, 1 to 5.
    #[serde(serialize_with = "level")]
    pub severity: Severity,
    /// How that came about, as a sentence.
    pub arithmetic: String,
    /// Whether it is a cry for help.
    pub help_seeking: bool,
}

fn id<S: serde::Serializer>(category: &&'static Category, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(category.id)
}

fn level<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(severity.level())
}

/// The most serious of them.
pub(super) fn gravest(met: &[Met]) -> Option<Severity> {
    met.iter().map(|met| met.severity).max()
}

/// Whether nothing forbids to show the text: no category is among them of which nothing is carried.
pub(super) fn may_be_shown(met: &[Met], expect: Option<&Category>) -> bool {
    met.iter().map(|met| met.category).chain(expect).all(|category| category.carries_text)
}
