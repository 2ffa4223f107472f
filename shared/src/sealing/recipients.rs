//! Who may open what a school's devices seal: signed by the safeguarding root, numbered upwards, checked on arrival.

use std::collections::BTreeSet;

use caretaker_proto::agent::v1 as proto;
use jiff::Timestamp;
use prost::Message as _;

use super::hpke::{self, PublicKey};
use super::key::{PersonId, PersonalKey};
use super::pseudonym::PersonKey;
use super::root::Root;
use crate::digest::Sha256;
use crate::model::Role;
use crate::wire::{self, WireError, limits};

/// How many people may answer for one site: what a device seals for all pairs of them must fit one event.
pub const MOST_AT_ONE_SITE: usize = 8;
/// How many people keep a part of the recovery.
const RECOVERY: usize = 3;
/// What the person key is sealed with, before the fingerprint of the root.
const PERSON_KEY: &[u8] = b"caretaker person key v1\0";

/// Why recipients are not taken. Those before stay in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Not of the shape that the contract asks for. The text names the field.
    #[error("the recipients are malformed: {0}")]
    Malformed(&'static str),
    /// The signature is not that of the root that they name.
    #[error("the recipients are not signed by the root that they name")]
    Unsigned,
    /// Another root has signed them.
    #[error("the recipients are signed by another safeguarding root")]
    Foreign,
    /// They are no newer than those in force.
    #[error("the recipients are of version {offered}, and version {held} is in force")]
    Older {
        /// What is in force.
        held: u64,
        /// What was offered.
        offered: u64,
    },
    /// The key does not sign recipients.
    #[error("this key is not the safeguarding root")]
    NoRoot,
}

impl From<WireError> for SetError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Missing(field)
            | WireError::TooLarge(field)
            | WireError::Malformed(field)
            | WireError::Unknown(field) => Self::Malformed(field),
        }
    }
}

/// Somebody for whom devices seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// How people call them.
    pub name: String,
    /// Their office.
    pub role: Role,
    /// Sites that they answer for; every site when empty.
    pub sites: Vec<String>,
    /// Login names that are theirs: what is about them is not sealed to them.
    pub accounts: Vec<String>,
    /// Their public key.
    pub key: PublicKey,
    pub(super) person_key: Vec<u8>,
}

impl Recipient {
    /// Somebody with this key.
    #[must_use]
    pub fn new(holder: super::Holder, key: PublicKey) -> Self {
        let super::Holder { name, role, sites, accounts, .. } = holder;
        Self { name, role, sites, accounts, key, person_key: Vec::new() }
    }

    /// Whose key it is.
    #[must_use]
    pub fn id(&self) -> PersonId {
        PersonId::of(&self.key)
    }

    /// Whether they answer for devices of a site.
    #[must_use]
    pub fn answers_for(&self, site: &str) -> bool {
        self.sites.is_empty() || self.sites.iter().any(|own| own == site)
    }

    /// Whether an account is theirs. One that they gave without a domain is theirs in every domain.
    #[must_use]
    pub fn has_account(&self, account: &str) -> bool {
        let account = account.to_lowercase();
        let bare = account.rsplit_once('\\').map_or(account.as_str(), |(_, name)| name);
        self.accounts.iter().map(|own| own.to_lowercase()).any(|own| own == account || own == bare)
    }

    /// Whether two keys are of one person, as far as can be told: two of them are not two people.
    pub(super) fn is_same_person(&self, other: &Self) -> bool {
        self.key == other.key
            || self.name.to_lowercase() == other.name.to_lowercase()
            || self.accounts.iter().any(|account| other.has_account(account))
    }
}

/// Who may open what a school's devices seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientSet {
    /// Name of the school.
    pub school: String,
    /// From 1, and only upwards.
    pub version: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the root's holder is to make the next one. Devices go on sealing.
    pub expires_at: Timestamp,
    /// Who opens.
    pub recipients: Vec<Recipient>,
    /// Nobody, or three people of whom any two open what nobody else can open any more.
    pub recovery: Vec<Recipient>,
}

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

    /// The recipient with a login name, who is never a pupil.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Option<&Recipient> {
        self.recipients.iter().chain(&self.recovery).find(|recipient| recipient.has_account(account))
    }

    fn check(&self) -> Result<(), SetError> {
        if self.version == 0 {
            return Err(SetError::Malformed("version"));
        }
        if ![0, RECOVERY].contains(&self.recovery.len()) {
            return Err(SetError::Malformed("recovery"));
        }
        let keys: BTreeSet<_> = self.recipients.iter().chain(&self.recovery).map(|one| one.key).collect();
        let short: BTreeSet<_> = keys.iter().map(|key| PersonId::of(key).short().to_vec()).collect();
        if short.len() != self.recipients.len() + self.recovery.len() {
            return Err(SetError::Malformed("key"));
        }
        let sites: BTreeSet<&str> = self.recipients.iter().flat_map(|one| &one.sites).map(String::as_str).collect();
        // The empty name stands for a site that nobody names.
        let most = sites
            .into_iter()
            .chain([""])
            .map(|site| self.recipients.iter().filter(|one| opens(one.role) && one.answers_for(site)).count());
        if most.max().unwrap_or_default() > MOST_AT_ONE_SITE {
            return Err(SetError::Malformed("recipients"));
        }
        if !self.recipients.iter().any(|one| opens_alone(one.role)) {
            return Err(SetError::Malformed("recipients.role"));
        }
        Ok(())
    }
}

/// Whether an office opens at all, alone or with another.
pub(super) fn opens(role: Role) -> bool {
    match role {
        Role::SafeguardingLead | Role::Deputy | Role::Head | Role::Chair => true,
        Role::NetworkManager | Role::Governor | Role::BusinessManager | Role::Technician | Role::Auditor => false,
    }
}

/// Whether an office opens alone what is about a pupil: two-person control must never delay a child at risk.
#[must_use]
pub fn opens_alone(role: Role) -> bool {
    matches!(role, Role::SafeguardingLead | Role::Deputy)
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

impl From<&RecipientSet> for proto::Recipients {
    fn from(set: &RecipientSet) -> Self {
        Self {
            school: set.school.clone(),
            version: set.version,
            made_unix_ms: wire::unix_ms(set.made_at),
            expires_unix_ms: wire::unix_ms(set.expires_at),
            recipients: set.recipients.iter().map(proto::Recipient::from).collect(),
            recovery: set.recovery.iter().map(proto::Recipient::from).collect(),
        }
    }
}

impl TryFrom<proto::Recipients> for RecipientSet {
    type Error = SetError;

    fn try_from(set: proto::Recipients) -> Result<Self, SetError> {
        if set.recipients.len() > limits::RECIPIENTS {
            return Err(SetError::Malformed("recipients"));
        }
        let people = |entries: Vec<proto::Recipient>| {
            entries.into_iter().map(Recipient::try_from).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            school: wire::text(set.school, "school")?,
            version: set.version,
            made_at: wire::timestamp(set.made_unix_ms, "made_unix_ms")?,
            expires_at: wire::timestamp(set.expires_unix_ms, "expires_unix_ms")?,
            recipients: people(set.recipients)?,
            recovery: people(set.recovery)?,
        })
    }
}

impl From<&Recipient> for proto::Recipient {
    fn from(recipient: &Recipient) -> Self {
        Self {
            id: recipient.id().as_bytes().to_vec(),
            name: recipient.name.clone(),
            role: recipient.role.word().to_owned(),
            sites: recipient.sites.clone(),
            key: recipient.key.as_bytes().to_vec(),
            accounts: recipient.accounts.clone(),
            person_key: recipient.person_key.clone(),
        }
    }
}

impl TryFrom<proto::Recipient> for Recipient {
    type Error = SetError;

    fn try_from(recipient: proto::Recipient) -> Result<Self, SetError> {
        let key = PublicKey::from_slice(&recipient.key).ok_or(SetError::Malformed("recipients.key"))?;
        if PersonId::of(&key).as_bytes().as_slice() != recipient.id {
            return Err(SetError::Malformed("recipients.id"));
        }
        if recipient.person_key.len() > 32 + hpke::OVERHEAD {
            return Err(SetError::Malformed("recipients.person_key"));
        }
        Ok(Self {
            name: wire::text(recipient.name, "recipients.name")?,
            role: Role::parse(&recipient.role).ok_or(SetError::Malformed("recipients.role"))?,
            sites: wire::texts(recipient.sites, limits::RECIPIENT_SITES, limits::TEXT_BYTES, "recipients.sites")?,
            accounts: wire::texts(
                recipient.accounts,
                limits::RECIPIENT_ACCOUNTS,
                limits::PATTERN_BYTES,
                "recipients.accounts",
            )?,
            key,
            person_key: recipient.person_key,
        })
    }
}
