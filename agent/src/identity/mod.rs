//! Who this device is: its key, its certificate, and the one collector that it talks to.
//!
//! The key is made here and never leaves. Each identity lies in a numbered folder of its own, complete; the file
//! `current` names the one in force. It is replaced in one step, so a crash leaves the old identity or the new one.

mod enrol;
mod keeper;
mod store;

use caretaker_shared::digest::Sha256;
use caretaker_shared::pki::Certificate;
use caretaker_shared::secret::Secret;

pub use enrol::{enrol, refused};
pub use keeper::Keeper;
#[cfg(test)]
pub(crate) use store::put;
pub use store::{IdentityError, check_state, load};

/// Where the collector is, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectorPlace {
    /// `host:port`.
    pub address: String,
    /// Name of the school.
    pub school: String,
    /// Name of the site that the device belongs to.
    pub site: String,
    /// SHA-256 of the safeguarding root's public key, as the token named it; `None` for a token without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Sha256>,
}

/// A device's identity.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Private key, PKCS#8 PEM.
    pub key_pem: Secret<String>,
    /// Device certificate, PEM.
    pub certificate_pem: String,
    /// What the device certificate says.
    pub certificate: Certificate,
    /// The collector's authority, PEM: the only root.
    pub authority_pem: String,
    /// Where the collector is.
    pub collector: CollectorPlace,
}

impl Identity {
    /// As TLS takes it.
    #[must_use]
    pub fn tls(&self) -> caretaker_shared::tls::Identity<'_> {
        caretaker_shared::tls::Identity { chain_pem: &self.certificate_pem, key_pem: &self.key_pem }
    }
}
