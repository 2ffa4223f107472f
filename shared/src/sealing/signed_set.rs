//! A list of recipients as it travels: signed, checked on arrival, followed by newer ones only.

use caretaker_proto::agent::v1 as proto;
use prost::Message as _;

use super::hpke;
use super::key::PersonalKey;
use super::pseudonym::PersonKey;
use super::recipients::{RecipientSet, SetError};
use super::root::Root;
use crate::digest::Sha256;
use crate::wire::limits;

/// What the person key is sealed with, before the fingerprint of the root.
const PERSON_KEY: &[u8] = b"caretaker person key v1\0";

impl RecipientSet {
    /// Signs it, and seals the school's person key to everybody in it.
    ///
    /// # Errors
    /// [`SetError::NoRoot`] for a key that is not the root, [`SetError::Malformed`] for a set that no device would take.
    pub fn sign(mut self, root: &PersonalKey) -> Result<SignedSet, SetError> {
        let (Some(root_key), Some(person_key)) = (root.root_key(), root.own_person_key()) else {
            return Err(SetError::NoRoot);
        };
        let info = person_key_info(&root_key.public());
        for recipient in &mut self.recipients {
            recipient.person_key =
                hpke::seal(&recipient.key, person_key.0.as_slice(), &info, recipient.id().as_bytes())
                    .ok_or(SetError::Malformed("recipients.key"))?;
        }
        let recipients = proto::Recipients::from(&self).encode_to_vec();
        let signature = root_key.sign(&recipients);
        let root = root_key.public().as_bytes().to_vec();
        SignedSet::parse(&proto::SignedRecipients { recipients, root, signature }.encode_to_vec())
    }
}

fn person_key_info(root: &Root) -> Vec<u8> {
    [PERSON_KEY, root.fingerprint().as_bytes()].concat()
}

/// Recipients whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSet {
    set: RecipientSet,
    root: Root,
    digest: Sha256,
    encoded: Vec<u8>,
}

impl SignedSet {
    /// Reads an encoded `SignedRecipients`. Whose root it is remains to be checked: see [`SignedSet::follows`].
    ///
    /// # Errors
    /// [`SetError::Malformed`] or [`SetError::Unsigned`].
    pub fn parse(encoded: &[u8]) -> Result<Self, SetError> {
        if encoded.len() > limits::RECIPIENTS_BYTES {
            return Err(SetError::Malformed("size"));
        }
        let signed = proto::SignedRecipients::decode(encoded).map_err(|_| SetError::Malformed("encoding"))?;
        let root = Root::from_slice(&signed.root).ok_or(SetError::Malformed("root"))?;
        if !root.has_signed(&signed.recipients, &signed.signature) {
            return Err(SetError::Unsigned);
        }
        let inner = proto::Recipients::decode(signed.recipients.as_slice());
        let set = RecipientSet::try_from(inner.map_err(|_| SetError::Malformed("recipients"))?)?;
        set.check()?;
        Ok(Self { set, root, digest: Sha256::of(&signed.recipients), encoded: signed.encode_to_vec() })
    }

    /// Whether these may take the place of `held`, for somebody who knows the root by its fingerprint. The same ones
    /// again are nothing new, and not refused.
    ///
    /// # Errors
    /// [`SetError::Foreign`] for another root, [`SetError::Older`] for any version that is not newer.
    pub fn follows(&self, root: &Sha256, held: Option<&Self>) -> Result<(), SetError> {
        if self.root.fingerprint() != *root {
            return Err(SetError::Foreign);
        }
        match held {
            Some(held) if held.digest != self.digest && held.set.version >= self.set.version => {
                Err(SetError::Older { held: held.set.version, offered: self.set.version })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What was signed.
    #[must_use]
    pub fn set(&self) -> &RecipientSet {
        &self.set
    }

    /// Who has signed it.
    #[must_use]
    pub fn root(&self) -> Root {
        self.root
    }

    /// SHA-256 over the signed bytes: by this devices and collector agree on what is in force.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// As it travels and is kept.
    #[must_use]
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// The school's person key, for somebody in the set; `None` for others.
    #[must_use]
    pub fn person_key(&self, key: &PersonalKey) -> Option<PersonKey> {
        let recipient = self.set.recipients.iter().find(|recipient| recipient.key == key.public())?;
        let info = person_key_info(&self.root);
        let opened = key.secret.open(&recipient.person_key, &info, recipient.id().as_bytes())?;
        Some(PersonKey(zeroize::Zeroizing::new(opened.as_slice().try_into().ok()?)))
    }
}
