//! What the schools' policies require, clause by clause, and what of the program holds it.
//!
//! The one source is `packaging/policies/clauses.toml`: `policy explain`, the documentation and the tests read it.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("../../packaging/policies/clauses.toml");

static CLAUSES: LazyLock<Vec<Clause>> = LazyLock::new(|| {
    let file: File = toml::from_str(FILE).expect("the compiled-in table is read by every test");
    file.clause
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clause: Vec<Clause>,
}

/// One clause of a school's policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// "E2": a letter for the kind of school, and a number.
    pub id: String,
    /// What the policy asks for, in our own words.
    pub says: String,
    /// Keys of a policy file that serve it: "screen_lock.max_seconds".
    #[serde(default)]
    pub settings: Vec<String>,
    /// Ids of the requirements under which a device that breaks it is shown.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Words of the events by which a device tells of it.
    #[serde(default)]
    pub events: Vec<String>,
    /// Commands where people see it, or do it: "device retire".
    #[serde(default)]
    pub commands: Vec<String>,
    /// What holds it, in one sentence.
    pub how: String,
    /// What proves it: "collector/tests/presets/e.rs: name_of_a_test".
    #[serde(default)]
    pub tests: Vec<String>,
    /// What of it nothing holds yet; empty when all is held.
    #[serde(default)]
    pub missing: String,
}

impl Clause {
    /// The letter of its kind of school.
    #[must_use]
    pub fn letter(&self) -> char {
        self.id.chars().next().unwrap_or_default()
    }
}

/// All clauses, by letter and number.
#[must_use]
pub fn clauses() -> &'static [Clause] {
    &CLAUSES
}

/// Ids of the clauses that a key of a policy file serves, in order. A section alone stands for all its keys.
#[must_use]
pub fn served_by(key: &str) -> Vec<&'static str> {
    let section = key.split('.').next().unwrap_or_default();
    let serves = |clause: &&Clause| clause.settings.iter().any(|setting| setting == key || setting == section);
    clauses().iter().filter(serves).map(|clause| clause.id.as_str()).collect()
}

/// The clauses that a text names: `[E2]`, `[E8, C4]`, in the order of the table.
#[must_use]
pub fn named_in(text: &str) -> Vec<&'static Clause> {
    let words: std::collections::HashSet<&str> =
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() <= 3).collect();
    clauses().iter().filter(|clause| words.contains(clause.id.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::{clauses, named_in, served_by};

    #[test]
    fn a_key_knows_the_clauses_that_it_serves() {
        assert_eq!(served_by("screen_lock.max_seconds"), ["A3", "D2", "E2"]);
        assert_eq!(served_by("schedule.software"), ["E5"]);
        assert_eq!(served_by("executables.pause_below_battery_percent"), Vec::<&str>::new());
    }

    #[test]
    fn a_text_names_clauses_by_their_ids() {
        let ids = |text| named_in(text).into_iter().map(|clause| clause.id.as_str()).collect::<Vec<_>>();
        assert_eq!(ids("# Locks [E2], and always [A3, D2].\nE22 = \"A1x\" # not Z9"), ["A3", "D2", "E2"]);
        assert!(clauses().iter().all(|clause| clause.letter().is_ascii_uppercase()));
    }
}
