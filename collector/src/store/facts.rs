//! Facts as the database keeps them: the bytes over which device and collector compute the same digest.

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::model::Facts;
use prost::Message as _;

/// The bytes whose SHA-256 is [`caretaker_shared::wire::facts_digest`].
pub(crate) fn encode(facts: &Facts) -> Vec<u8> {
    proto::Reading { facts: Some(facts.into()), ..proto::Reading::default() }.encode_to_vec()
}

/// Facts from such bytes; `None` when another version wrote them in a way that this one does not read.
pub(crate) fn decode(bytes: &[u8]) -> Option<Facts> {
    proto::Reading::decode(bytes).ok()?.facts?.try_into().ok()
}
