//! The key that the collector signs checkpoints and counts of purges with: its own, and nobody else's.

use std::fmt;

use caretaker_proto::agent::v1 as proto;
use data_encoding::HEXLOWER;
use prost::Message as _;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::digest;
use crate::secret::Secret;

/// What is signed begins with one of these, so that a signature of one thing is none of another.
const CHECKPOINT: &[u8] = b"caretaker checkpoint v1\0";
const STATEMENT: &[u8] = b"caretaker statement v1\0";

/// The public half, Ed25519; prints as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAuditKey([u8; 32]);

impl PublicAuditKey {
    /// A key of 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the key's holder has made this statement.
    #[must_use]
    pub fn has_stated(&self, statement: &str, signature: &[u8]) -> bool {
        self.verify(STATEMENT, statement.as_bytes(), signature)
    }

    pub(super) fn has_signed_checkpoint(&self, checkpoint: &[u8], signature: &[u8]) -> bool {
        self.verify(CHECKPOINT, checkpoint, signature)
    }

    fn verify(&self, kind: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(&[kind, bytes].concat(), signature).is_ok()
    }
}

impl fmt::Display for PublicAuditKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// The private half.
pub struct AuditKey(Ed25519KeyPair);

impl AuditKey {
    /// Draws a key; the text is what its file holds.
    #[must_use]
    pub fn generate() -> (Self, Secret<String>) {
        let seed = Zeroizing::new(digest::random::<32>());
        let text = Secret::new(HEXLOWER.encode(seed.as_slice()) + "\n");
        (Self(Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).expect("32 bytes are a seed")), text)
    }

    /// The key of a file.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`] for a text that is no key.
    pub fn from_text(text: &Secret<String>) -> Result<Self, CheckpointError> {
        let seed = HEXLOWER.decode(text.expose().trim().as_bytes()).map_err(|_| CheckpointError::Malformed)?;
        let seed = Zeroizing::new(seed);
        Ed25519KeyPair::from_seed_unchecked(&seed).map(Self).map_err(|_| CheckpointError::Malformed)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicAuditKey {
        PublicAuditKey(self.0.public_key().as_ref().try_into().expect("an Ed25519 key has 32 bytes"))
    }

    /// Signs a checkpoint.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> SignedCheckpoint {
        let bytes = proto::Checkpoint::from(checkpoint).encode_to_vec();
        let signature = self.0.sign(&[CHECKPOINT, &bytes].concat()).as_ref().to_vec();
        let message = proto::SignedCheckpoint { checkpoint: bytes, key: self.public().as_bytes().to_vec(), signature };
        message.try_into().expect("what was signed just now is whole")
    }

    /// Signs a line: how much was erased.
    #[must_use]
    pub fn state(&self, statement: &str) -> Vec<u8> {
        self.0.sign(&[STATEMENT, statement.as_bytes()].concat()).as_ref().to_vec()
    }
}
