//! The contract's messages into the domain model and back.
//!
//! What comes off the wire is checked here and nowhere else: a value of the model is a good value. The limits stand in
//! [`limits`]. An error names the field and what was expected, never the value: it may be somebody's word.

mod canonical;
mod common;
mod detection;
mod envelope;
mod event;
mod facts;
mod identity;
pub mod limits;
mod policy;
mod reading;
mod session;

pub use common::{WireError, facts_digest, unix_ms};
pub(crate) use common::{text, texts, timestamp};
pub use identity::{Enrolment, Offer, Renewal};
pub use session::{Hello, Upload};

/// Encodes an envelope as it lies in the spool and crosses the wire.
#[must_use]
pub fn encode(envelope: &crate::model::Envelope) -> Vec<u8> {
    use prost::Message as _;
    caretaker_proto::agent::v1::Envelope::from(envelope).encode_to_vec()
}

/// Reads an envelope from its bytes.
///
/// # Errors
/// [`WireError`] when the bytes are no envelope, or one that breaks a limit.
pub fn decode(bytes: &[u8]) -> Result<crate::model::Envelope, WireError> {
    use prost::Message as _;
    if bytes.len() > limits::ENVELOPE_BYTES {
        return Err(WireError::TooLarge("envelope"));
    }
    caretaker_proto::agent::v1::Envelope::decode(bytes).map_err(|_| WireError::Malformed("envelope"))?.try_into()
}
