//! Recipients on the wire.

use caretaker_proto::agent::v1 as proto;

use super::hpke::{OVERHEAD, PublicKey};
use super::key::PersonId;
use super::recipients::{Recipient, RecipientSet, SetError};
use crate::model::Role;
use crate::wire::{self, WireError, limits};

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
        if recipient.person_key.len() > 32 + OVERHEAD {
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
