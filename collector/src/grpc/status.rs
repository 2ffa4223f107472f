//! The one place where a refusal becomes a gRPC status: a code, the stable word, one sentence for people.

use caretaker_shared::refusal::{HIGH_WATER, REASON, Refusal};
use caretaker_shared::wire::WireError;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};

use crate::store::{NotIngested, StoreError};

/// Why a call ends without an answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// For the reason that the word says.
    #[error("{0}")]
    For(Refusal),
    /// Numbers are missing.
    #[error("sequence-gap")]
    Gap {
        /// The last number that is held.
        high_water: u64,
    },
    /// A field is not as the contract asks.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The device calls more often than it may.
    #[error("too many calls")]
    TooOften,
    /// Too many wrong tokens were shown lately.
    #[error("too many wrong tokens")]
    TooManyWrongTokens,
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::For(refusal)
    }
}

impl From<NotIngested> for Refused {
    fn from(reason: NotIngested) -> Self {
        match reason {
            NotIngested::Revoked => Self::For(Refusal::DeviceRevoked),
            NotIngested::EpochUnknown => Self::For(Refusal::EpochUnknown),
            NotIngested::SequenceGap { high_water } => Self::Gap { high_water },
        }
    }
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        let (code, refusal, message) = match &refused {
            Refused::For(refusal) => (code(*refusal), *refusal, sentence(*refusal).to_owned()),
            Refused::Gap { high_water } => {
                let message = format!("records are missing: the collector has everything up to {high_water}");
                (code(Refusal::SequenceGap), Refusal::SequenceGap, message)
            }
            Refused::Wire(error @ WireError::TooLarge(_)) => {
                (code(Refusal::TooLarge), Refusal::TooLarge, error.to_string())
            }
            Refused::Wire(error) => (code(Refusal::Malformed), Refusal::Malformed, error.to_string()),
            Refused::TooOften => {
                (Code::ResourceExhausted, Refusal::Unavailable, "this device calls too often; wait a minute".into())
            }
            Refused::TooManyWrongTokens => {
                (Code::ResourceExhausted, Refusal::Unavailable, "too many wrong tokens; wait a minute".into())
            }
            Refused::Store(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "a call could not be answered");
                (Code::Unavailable, Refusal::Unavailable, sentence(Refusal::Unavailable).to_owned())
            }
        };
        let mut metadata = MetadataMap::new();
        metadata.insert(REASON, MetadataValue::from_static(refusal.as_str()));
        if let Refused::Gap { high_water } = refused {
            metadata.insert(HIGH_WATER, MetadataValue::from(high_water));
        }
        Status::with_metadata(code, message, metadata)
    }
}

fn code(refusal: Refusal) -> Code {
    match refusal {
        Refusal::TokenUnknown | Refusal::TokenExpired | Refusal::TokenUsedUp | Refusal::DeviceRevoked => {
            Code::PermissionDenied
        }
        Refusal::DeviceUnknown => Code::Unauthenticated,
        Refusal::Malformed | Refusal::TooLarge => Code::InvalidArgument,
        Refusal::SequenceGap | Refusal::EpochUnknown => Code::FailedPrecondition,
        Refusal::Unavailable => Code::Unavailable,
    }
}

fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TokenUnknown => "the collector does not know this token; ask for a new one",
        Refusal::TokenExpired => "this token's time has passed; ask for a new one",
        Refusal::TokenUsedUp => "this token has been used as often as it may; ask for a new one",
        Refusal::DeviceRevoked => "this device was revoked; enrol it again with a new token if that was a mistake",
        Refusal::DeviceUnknown => "the collector does not know this certificate; enrol the device with a new token",
        Refusal::Malformed => "the message is malformed",
        Refusal::TooLarge => "the message is too large",
        Refusal::SequenceGap => "records are missing",
        Refusal::EpochUnknown => "say Hello with this epoch first",
        Refusal::Unavailable => "the collector cannot do this now; try again later",
    }
}
