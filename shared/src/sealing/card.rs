//! A card: what somebody hands to the safeguarding lead in order to become a recipient. It holds no secret.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use caretaker_proto::agent::v1 as proto;
use prost::Message as _;

use super::hpke::PublicKey;
use super::key::{Holder, Kind, PersonId, PersonalKey};
use super::recipients::{Recipient, SetError};
use crate::digest::Sha256;
use crate::model::Role;
use crate::wire::{self, limits};

const PREFIX: &str = "caretaker-card_";
const CHECK: usize = 4;

/// Who holds a key, and its public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Who holds it.
    pub holder: Holder,
    /// What it is for.
    pub kind: Kind,
    /// The public half.
    pub key: PublicKey,
}

impl Card {
    /// The card of a key.
    #[must_use]
    pub fn of(key: &PersonalKey) -> Self {
        Self { holder: key.holder.clone(), kind: key.kind, key: key.public() }
    }

    /// Whose key it is.
    #[must_use]
    pub fn id(&self) -> PersonId {
        PersonId::of(&self.key)
    }

    /// What both sides read to each other, so that nobody slips in a card of their own: all of SHA-256 over the key
    /// that fits a phone call, in groups.
    #[must_use]
    pub fn spoken(&self) -> String {
        let digest = Sha256::of(self.key.as_bytes()).to_string();
        let groups: Vec<&str> = (0..8).filter_map(|at| digest.get(at * 4..at * 4 + 4)).collect();
        groups.join(" ")
    }

    /// A recipient with this key.
    #[must_use]
    pub fn recipient(self) -> Recipient {
        Recipient::new(self.holder, self.key)
    }

    pub(super) fn label(&self, root: Option<&Sha256>) -> proto::KeyLabel {
        proto::KeyLabel {
            school: self.holder.school.clone(),
            name: self.holder.name.clone(),
            role: self.holder.role.word().to_owned(),
            kind: proto::KeyKind::from(self.kind).into(),
            key: self.key.as_bytes().to_vec(),
            root: root.map(|root| root.as_bytes().to_vec()).unwrap_or_default(),
            sites: self.holder.sites.clone(),
            accounts: self.holder.accounts.clone(),
        }
    }
}

impl fmt::Display for Card {
    /// One line, for a mail.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.label(None).encode_to_vec();
        let check = Sha256::of(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..CHECK]);
        write!(out, "{PREFIX}{}", Base64UrlUnpadded::encode_string(&bytes))
    }
}

impl FromStr for Card {
    type Err = SetError;

    fn from_str(text: &str) -> Result<Self, SetError> {
        let encoded = text.split_whitespace().find_map(|word| word.strip_prefix(PREFIX));
        let bytes = encoded.and_then(|encoded| Base64UrlUnpadded::decode_vec(encoded).ok());
        let bytes = bytes.ok_or(SetError::Malformed("card"))?;
        let (content, check) = bytes.split_last_chunk::<CHECK>().ok_or(SetError::Malformed("card"))?;
        if Sha256::of(content).as_bytes()[..CHECK] != *check {
            return Err(SetError::Malformed("card"));
        }
        Self::try_from(proto::KeyLabel::decode(content).map_err(|_| SetError::Malformed("card"))?)
    }
}

impl TryFrom<proto::KeyLabel> for Card {
    type Error = SetError;

    fn try_from(label: proto::KeyLabel) -> Result<Self, SetError> {
        let kind = match label.kind() {
            proto::KeyKind::Root => Kind::Root,
            proto::KeyKind::Person => Kind::Person,
            proto::KeyKind::Recovery => Kind::Recovery,
            proto::KeyKind::Unspecified => return Err(SetError::Malformed("kind")),
        };
        let holder = Holder {
            school: wire::text(label.school, "school")?,
            name: wire::text(label.name, "name")?,
            role: Role::parse(&label.role).ok_or(SetError::Malformed("role"))?,
            sites: wire::texts(label.sites, limits::RECIPIENT_SITES, limits::TEXT_BYTES, "sites")?,
            accounts: wire::texts(label.accounts, limits::RECIPIENT_ACCOUNTS, limits::PATTERN_BYTES, "accounts")?,
        };
        Ok(Self { holder, kind, key: PublicKey::from_slice(&label.key).ok_or(SetError::Malformed("key"))? })
    }
}

impl From<Kind> for proto::KeyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Root => Self::Root,
            Kind::Person => Self::Person,
            Kind::Recovery => Self::Recovery,
        }
    }
}
