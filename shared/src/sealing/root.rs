//! The safeguarding root: the key that says who may open what a school's devices seal.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::digest::Sha256;

/// What is signed begins with this, so that a signature of one thing is none of another.
const RECIPIENTS: &[u8] = b"caretaker recipients v1\0";

/// The public half of a safeguarding root, Ed25519.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Root([u8; 32]);

impl Root {
    /// A root of 32 bytes.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 of the public key: what an enrolment token carries, and what people compare.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.0)
    }

    /// Whether this root has signed these encoded recipients.
    pub(super) fn has_signed(&self, recipients: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0).verify(&[RECIPIENTS, recipients].concat(), signature).is_ok()
    }
}

/// The private half.
pub(super) struct RootKey(Ed25519KeyPair);

impl RootKey {
    pub(super) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).expect("32 bytes are a seed"))
    }

    pub(super) fn public(&self) -> Root {
        Root(self.0.public_key().as_ref().try_into().expect("an Ed25519 key has 32 bytes"))
    }

    pub(super) fn sign(&self, recipients: &[u8]) -> Vec<u8> {
        self.0.sign(&[RECIPIENTS, recipients].concat()).as_ref().to_vec()
    }
}
