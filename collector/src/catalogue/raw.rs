//! Rules as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    /// Of all titles that do not say otherwise.
    pub(super) category: String,
    /// The day on which the facts were looked at.
    pub(super) checked: String,
    #[serde(default)]
    pub(super) title: Vec<RawTitle>,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTitle {
    pub(super) slug: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) publisher: String,
    pub(super) licensing: String,
    pub(super) category: Option<String>,
    #[serde(default)]
    pub(super) suite: String,
    #[serde(default = "first")]
    pub(super) versions: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    pub(super) publishers: Vec<String>,
    #[serde(default)]
    pub(super) packages: Vec<String>,
    #[serde(default)]
    pub(super) codes: Vec<String>,
    #[serde(default)]
    pub(super) products: Vec<String>,
    #[serde(default)]
    pub(super) files: Vec<String>,
    #[serde(default)]
    pub(super) signers: Vec<String>,
    #[serde(default)]
    pub(super) editions: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) parts: Vec<String>,
    pub(super) source: String,
    pub(super) hits: Vec<String>,
    pub(super) misses: Vec<String>,
}

fn first() -> String {
    "first".to_owned()
}
