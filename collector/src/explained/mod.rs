//! A policy in plain English: each setting as a sentence, with the clauses that it serves.
//!
//! Pure. `devices`, `people` and `looking` write the sentences, `licensing` what is said of licences, `kept` says what is
//! kept; `compare` tells what differs between two policies, and which is stricter.

mod compare;
mod devices;
mod kept;
mod licensing;
mod looking;
mod people;
mod words;

use caretaker_shared::policy::Policy;
use serde::Serialize;

pub use compare::{Difference, Leaning, compare};

use crate::clauses::served_by;

/// A part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// "What is asked of devices".
    pub title: &'static str,
    /// In the order in which people read them.
    pub statements: Vec<Statement>,
}

/// One setting, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The key: "screen_lock.max_seconds". Empty for what holds under every policy.
    pub key: &'static str,
    /// Of several under one key, which: a role, the name of a group, the number of a route. Else empty.
    pub of: String,
    /// The clauses that it serves.
    pub clauses: Vec<&'static str>,
    /// The sentence.
    pub says: String,
    /// What of it can be compared.
    #[serde(skip)]
    pub measure: Measure,
}

/// What of a statement can be compared with another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// A limit: less is stricter.
    Limit(u64),
    /// Something that is asked for: asking is stricter.
    Asked(bool),
    /// What is allowed: fewer are stricter.
    Allowed(Vec<String>),
    /// What is looked at: more is stricter.
    Watched(Vec<String>),
    /// Something that is neither stricter nor looser.
    Other(String),
    /// What no policy changes.
    Fixed,
}

impl Statement {
    fn new(key: &'static str, measure: Measure, says: impl Into<String>) -> Self {
        Self { key, of: String::new(), clauses: served_by(key), says: says.into(), measure }
    }

    /// One of several under a key.
    fn of(key: &'static str, of: impl Into<String>, says: impl Into<String>) -> Self {
        let says = says.into();
        Self { of: of.into(), ..Self::new(key, Measure::Other(says.clone()), says) }
    }

    fn fixed(clauses: &[&'static str], says: &str) -> Self {
        Self { clauses: clauses.to_vec(), ..Self::new("", Measure::Fixed, says) }
    }
}

/// The whole policy, in five parts.
#[must_use]
pub fn explain(policy: &Policy) -> Vec<Part> {
    vec![
        Part { title: "What is asked of devices", statements: devices::statements(policy) },
        Part { title: "Who hears of what", statements: people::statements(policy) },
        Part { title: "What is looked at, and what is not", statements: looking::statements(policy) },
        Part { title: "What is bought and installed", statements: licensing::statements(policy) },
        Part { title: "What is kept", statements: kept::statements(policy) },
    ]
}
