//! Why a collector refuses a call, as one short word that both sides know.
//!
//! It travels in the metadata of the answer under [`REASON`], beside a gRPC code and a sentence for people. A word that
//! this version does not know is no error: the code then says enough.

use std::fmt;

/// Name of the metadata entry that holds the word.
pub const REASON: &str = "caretaker-reason";
/// Name of the metadata entry that holds, with [`Refusal::SequenceGap`], the last number that the collector has.
pub const HIGH_WATER: &str = "caretaker-high-water";

/// Why a call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The enrolment token was never made here, or was withdrawn.
    TokenUnknown,
    /// The enrolment token's time has passed.
    TokenExpired,
    /// The enrolment token has let in as many devices as it may.
    TokenUsedUp,
    /// Somebody has revoked this device.
    DeviceRevoked,
    /// The collector does not know this certificate, or the call needs one.
    DeviceUnknown,
    /// A field is missing or not of the shape that the contract asks for.
    Malformed,
    /// A message or list is larger than the contract allows.
    TooLarge,
    /// Numbers between what the collector has and what was sent are missing.
    SequenceGap,
    /// The device has not announced this epoch by a Hello.
    EpochUnknown,
    /// The collector cannot do it now; it may be asked again later.
    Unavailable,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TokenUnknown,
        Self::TokenExpired,
        Self::TokenUsedUp,
        Self::DeviceRevoked,
        Self::DeviceUnknown,
        Self::Malformed,
        Self::TooLarge,
        Self::SequenceGap,
        Self::EpochUnknown,
        Self::Unavailable,
    ];

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenUnknown => "token-unknown",
            Self::TokenExpired => "token-expired",
            Self::TokenUsedUp => "token-used-up",
            Self::DeviceRevoked => "device-revoked",
            Self::DeviceUnknown => "device-unknown",
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::SequenceGap => "sequence-gap",
            Self::EpochUnknown => "epoch-unknown",
            Self::Unavailable => "unavailable",
        }
    }

    /// The refusal of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.as_str() == word)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
