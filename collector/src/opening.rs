//! Opening what a device has sealed: on the computer of whoever may, with the key that lies there, and nowhere else.
//!
//! What the collector hands out is believed in nothing: the device's signature, the root and the recipients are checked
//! here, against what the key file knows.

use std::fmt;

use caretaker_shared::digest::Sha256;
use caretaker_shared::sealing::{
    ContentKey, Half, KeyFile, KeyFileError, OpenError, Opened, PersonId, PersonalKey, Pseudonym, PublicKey, Sealed,
    SetError, SignedSet, Ways,
};
use caretaker_shared::secret::Secret;

/// What a collector hands out of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// An encoded `Sealed`.
    pub content: Vec<u8>,
    /// The device's certificate, DER.
    pub certificate_der: Vec<u8>,
    /// The recipients that it was sealed for, an encoded `SignedRecipients`.
    pub recipients: Vec<u8>,
}

/// Why nothing was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// The content, or its signature.
    #[error(transparent)]
    Content(#[from] OpenError),
    /// The recipients.
    #[error(transparent)]
    Recipients(#[from] SetError),
    /// The recipients are not those that it was sealed for.
    #[error("the recipients that came with it are others than those that it was sealed for")]
    OtherRecipients,
}

/// What was checked and may be opened.
pub struct Evidence {
    sealed: Sealed,
    recipients: SignedSet,
}

/// Somebody who opens.
pub struct Opener {
    key: PersonalKey,
    root: Option<Sha256>,
}

impl Opener {
    /// Unlocks the text of a key file.
    ///
    /// # Errors
    /// Those of the key file.
    pub fn unlock(file: &KeyFile, passphrase: &Secret<String>) -> Result<Self, KeyFileError> {
        let key = file.open(passphrase)?;
        let root = key.root().map(|root| root.fingerprint()).or(file.root);
        Ok(Self { key, root })
    }

    /// Whose key it is.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.key.id()
    }

    /// The public half of the key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Checks what a collector handed out: the device's signature, and that the recipients are those of the root that
    /// the key file knows.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn check(&self, given: &Given) -> Result<Evidence, NotOpened> {
        let sealed = Sealed::parse(&given.content)?;
        sealed.check_device(&given.certificate_der)?;
        let recipients = SignedSet::parse(&given.recipients)?;
        if recipients.digest() != sealed.recipients() {
            return Err(NotOpened::OtherRecipients);
        }
        recipients.follows(&self.root.unwrap_or_else(|| sealed.root()), None)?;
        Ok(Evidence { sealed, recipients })
    }

    /// How this key opens it.
    #[must_use]
    pub fn ways(&self, evidence: &Evidence) -> Ways {
        evidence.sealed.ways(&self.id())
    }

    /// Opens what one person opens.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`] when it takes two.
    pub fn open(&self, evidence: &Evidence) -> Result<Opened, OpenError> {
        evidence.sealed.open(&evidence.sealed.key_alone(&self.key)?)
    }

    /// The first of two: takes the outer layer off for `partner`. What comes out may be handed on; it shows nothing.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`] when this pair does not open it, in this order.
    pub fn half(&self, evidence: &Evidence, partner: &PersonId) -> Result<Half, OpenError> {
        evidence.sealed.half(&self.key, partner)
    }

    /// The second of two.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`] when the half is for somebody else.
    pub fn complete(&self, evidence: &Evidence, half: &Half) -> Result<(Opened, ContentKey), OpenError> {
        let key = evidence.sealed.key_of_half(half, &self.key)?;
        Ok((evidence.sealed.open(&key)?, key))
    }

    /// Hands the content key to the first of two, once both have agreed: only they can use it.
    ///
    /// # Errors
    /// [`OpenError::NotForThisKey`] for a key that is no good.
    pub fn grant(&self, evidence: &Evidence, key: &ContentKey, to: &PublicKey) -> Result<Vec<u8>, OpenError> {
        key.grant(&evidence.sealed, to)
    }

    /// Opens with what the second of two has handed back.
    ///
    /// # Errors
    /// [`OpenError::Changed`] when it was handed to somebody else.
    pub fn open_granted(&self, evidence: &Evidence, grant: &[u8]) -> Result<Opened, OpenError> {
        evidence.sealed.open(&evidence.sealed.key_granted(grant, &self.key)?)
    }

    /// What the whole school calls the person whose text it is; `None` for a text of nobody in particular, or for a key
    /// that is not among the recipients.
    #[must_use]
    pub fn pseudonym(&self, evidence: &Evidence, opened: &Opened) -> Option<Pseudonym> {
        if opened.user.is_empty() {
            return None;
        }
        Some(evidence.recipients.person_key(&self.key)?.pseudonym(&opened.user))
    }
}

impl Evidence {
    /// What was sealed, and for whom.
    #[must_use]
    pub fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// The people whom it was sealed for.
    #[must_use]
    pub fn recipients(&self) -> &SignedSet {
        &self.recipients
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "opener {}", self.id())
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("sealed evidence")
    }
}
