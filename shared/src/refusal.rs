//! Why a collector turned a device's call down, as one word that both programs know.
//!
//! It travels beside the gRPC status under [`METADATA_KEY`]. Agents live for years: words are added, never changed, and
//! an agent treats one that it does not know by the status alone.

use std::fmt;

/// The metadata key that carries the word.
pub const METADATA_KEY: &str = "caretaker-reason";

/// Why a call was turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The collector never made this token.
    TokenUnknown,
    /// The token's time has passed.
    TokenExpired,
    /// The token let in as many devices as it may.
    TokenUsedUp,
    /// The device was turned away by an operator.
    DeviceRevoked,
    /// The certificate names a device that the collector does not have.
    DeviceUnknown,
    /// The message is not of the shape that the contract asks for.
    Malformed,
    /// The message, or a list in it, is larger than the contract allows.
    TooLarge,
    /// The records do not follow what the collector holds: greet again and compare.
    SequenceGap,
    /// The collector does not know this epoch: greet again.
    EpochUnknown,
    /// The collector cannot do it now.
    Unavailable,
}

impl Refusal {
    /// Every reason.
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

    /// The word on the wire.
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

    /// The reason of that word; `None` for one of a later version.
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

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn every_word_comes_back_and_an_unknown_one_is_none() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::parse(refusal.as_str()), Some(refusal));
        }
        assert_eq!(Refusal::parse("of-a-later-version"), None);
    }
}
