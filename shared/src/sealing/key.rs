//! A person's key: 32 secret bytes from which the rest follows, and what may be known of it.

use std::fmt;

use zeroize::Zeroizing;

use super::hpke::{PublicKey, SecretKey};
use super::pseudonym::PersonKey;
use super::root::{Root, RootKey};
use crate::digest::{self, Sha256, keyed};
use crate::model::Role;

/// Whose key it is: the beginning of SHA-256 over the public key, so that nobody can take another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId([u8; 16]);

impl PersonId {
    /// The id that belongs to a public key.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let digest = Sha256::of(key.as_bytes());
        let (id, _) = digest.as_bytes().split_first_chunk().expect("32 bytes hold 16");
        Self(*id)
    }

    /// An id of 16 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 16 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// What a wrap names it by.
    pub(super) fn short(&self) -> &[u8] {
        &self.0[..4]
    }
}

impl fmt::Display for PersonId {
    /// The first eight digits: enough for people to tell keys of one school apart.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        digest::write_hex(self.short(), out)
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Signs the recipients, and opens as the safeguarding lead.
    Root,
    /// Opens what its holder may see.
    Person,
    /// One of three of whom two open what is lost otherwise.
    Recovery,
}

/// Who holds a key: what stands on a card, and outside the encrypted part of a key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Name of the school.
    pub school: String,
    /// How people call the holder.
    pub name: String,
    /// Their office.
    pub role: Role,
    /// Sites that they answer for; every site when empty.
    pub sites: Vec<String>,
    /// Login names that are theirs.
    pub accounts: Vec<String>,
}

/// A key and its holder. The secret is wiped when it is dropped.
pub struct PersonalKey {
    /// Who holds it.
    pub holder: Holder,
    /// What it is for.
    pub kind: Kind,
    pub(super) seed: Zeroizing<[u8; 32]>,
    pub(super) secret: SecretKey,
}

impl PersonalKey {
    /// Makes a new key.
    #[must_use]
    pub fn generate(holder: Holder, kind: Kind) -> Self {
        Self::from_seed(holder, kind, Zeroizing::new(digest::random()))
    }

    /// The key that follows from 32 secret bytes.
    pub(super) fn from_seed(holder: Holder, kind: Kind, seed: Zeroizing<[u8; 32]>) -> Self {
        let secret = SecretKey::derive(&derived(&seed, b"caretaker key v1 x25519"));
        Self { holder, kind, seed, secret }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.secret.public()
    }

    /// Whose it is.
    #[must_use]
    pub fn id(&self) -> PersonId {
        PersonId::of(&self.public())
    }

    /// The root that it signs as; `None` for a key that signs nothing.
    #[must_use]
    pub fn root(&self) -> Option<Root> {
        self.root_key().map(|key| key.public())
    }

    pub(super) fn root_key(&self) -> Option<RootKey> {
        match self.kind {
            Kind::Root => Some(RootKey::from_seed(&derived(&self.seed, b"caretaker root v1 ed25519"))),
            Kind::Person | Kind::Recovery => None,
        }
    }

    /// The school's person key, which its root holds.
    pub(super) fn own_person_key(&self) -> Option<PersonKey> {
        match self.kind {
            Kind::Root => Some(PersonKey(derived(&self.seed, b"caretaker person key v1"))),
            Kind::Person | Kind::Recovery => None,
        }
    }
}

impl fmt::Debug for PersonalKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "key {} of {}", self.id(), self.holder.role.word())
    }
}

fn derived(seed: &[u8; 32], what: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(*keyed(seed, what).as_bytes())
}
