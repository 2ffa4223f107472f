//! Facts as the database keeps them: the bytes over which device and collector compute the same digest.

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::model::{Facts, Outcome};
use prost::Message as _;

/// The bytes whose SHA-256 is [`caretaker_shared::wire::facts_digest`].
pub(crate) fn encode(facts: &Facts) -> Vec<u8> {
    proto::Reading { facts: Some(facts.into()), ..proto::Reading::default() }.encode_to_vec()
}

/// Facts from such bytes; `None` when another version wrote them in a way that this one does not read.
pub(crate) fn decode(bytes: &[u8]) -> Option<Facts> {
    proto::Reading::decode(bytes).ok()?.facts?.try_into().ok()
}

/// What a probe said last: how the newest reading ended, with the facts of the newest that had any.
pub(crate) fn outcome(completeness: &str, reason: String, facts: Option<&[u8]>) -> Outcome {
    match (completeness, facts.and_then(decode)) {
        ("complete", Some(facts)) => Outcome::Complete(facts),
        ("partial", Some(facts)) => Outcome::Partial { facts, reason },
        ("complete" | "partial", None) => {
            Outcome::Failed { reason: "the stored reading cannot be read; the next one replaces it".into() }
        }
        ("unsupported", _) => Outcome::Unsupported { reason },
        _ => Outcome::Failed { reason },
    }
}
