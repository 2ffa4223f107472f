//! The chain of everything that was changed: each row holds the hash of the one before, so that a row that was edited,
//! removed or put in can be found.

use caretaker_shared::digest::{Hasher, Sha256};
use caretaker_shared::model::Role;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// Who: "device UUID", "root on this machine", "Anna Example (head)", "collector".
    pub actor: String,
    /// What, as a stable word: "ingest", "enrol", "revoke", "policy.apply".
    pub action: String,
    /// To what: a device, an alert's reference, a site.
    pub subject: String,
    /// More, when there is more to say. Never a person, never a word of a document.
    pub detail: String,
}

/// An operator as the chain names them: "Anna Example (safeguarding lead)". No other actor ends in a bracket, and no
/// operator's name has one.
#[must_use]
pub fn operator(name: &str, role: Role) -> String {
    format!("{name} ({role})")
}

/// The hash of a row: SHA-256 over the previous hash and each field with its length before it, so that no two
/// different rows read the same.
#[must_use]
pub fn link(previous: &[u8], n: i64, entry: &Entry) -> Sha256 {
    let mut hasher = Hasher::new();
    hasher.update(previous);
    hasher.update(&n.to_be_bytes());
    hasher.update(&entry.at_ms.to_be_bytes());
    for field in [&entry.actor, &entry.action, &entry.subject, &entry.detail] {
        let length = u64::try_from(field.len()).expect("a length fits 64 bits");
        hasher.update(&length.to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finish()
}
