//! Who may open what a school's devices seal: signed by the safeguarding root, numbered upwards, checked on arrival.

use jiff::Timestamp;

use super::hpke::PublicKey;
use super::key::PersonId;
use crate::model::Role;
use crate::order;

/// How many people may answer for one site: what a device seals for all pairs of them must fit one event.
pub const MOST_AT_ONE_SITE: usize = 8;
/// How many people keep a part of the recovery.
const RECOVERY: usize = 3;

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
    /// The recipient with a login name, who is never a pupil.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Option<&Recipient> {
        self.recipients.iter().chain(&self.recovery).find(|recipient| recipient.has_account(account))
    }

    pub(super) fn check(&self) -> Result<(), SetError> {
        if self.version == 0 {
            return Err(SetError::Malformed("version"));
        }
        if ![0, RECOVERY].contains(&self.recovery.len()) {
            return Err(SetError::Malformed("recovery"));
        }
        let keys = order::set(self.recipients.iter().chain(&self.recovery).map(|one| one.key));
        let short = order::set(keys.iter().map(|key| PersonId::of(key).short().to_vec()));
        if short.len() != self.recipients.len() + self.recovery.len() {
            return Err(SetError::Malformed("key"));
        }
        let sites = order::set(self.recipients.iter().flat_map(|one| &one.sites).map(String::as_str));
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
