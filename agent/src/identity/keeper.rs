//! Keeps the identity good: renews it long before its end, and holds on to the old one until the new one has worked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use caretaker_shared::pki::{Certificate, DEVICE_RENEW_DAYS, DeviceKey};
use jiff::Timestamp;

use super::{Identity, IdentityError, store};

const RENEW: Duration = Duration::from_secs(DEVICE_RENEW_DAYS as u64 * 24 * 60 * 60);

/// The identity of a running agent.
pub struct Keeper {
    state: PathBuf,
    number: u64,
    identity: Identity,
}

impl Keeper {
    /// Takes charge of the identity in force; `None` when the device is not enrolled.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(state: &Path) -> Result<Option<Self>, IdentityError> {
        let Some(number) = store::current(state)? else { return Ok(None) };
        let Some(identity) = store::load(state)? else { return Ok(None) };
        Ok(Some(Self { state: state.to_owned(), number, identity }))
    }

    /// The identity in force.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether 50 days or fewer are left.
    #[must_use]
    pub fn renewal_due(&self, now: Timestamp) -> bool {
        self.identity.certificate.not_after.duration_since(now) <= RENEW.try_into().unwrap_or_default()
    }

    /// Whether the certificate's time has passed, by this machine's clock.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        self.identity.certificate.not_after < now
    }

    /// Puts a renewed certificate in force. The old identity stays until [`Keeper::confirm`].
    ///
    /// # Errors
    /// When the certificate is not one for this key and this device, or cannot be kept; the old identity then stays.
    pub fn renew(&mut self, key: &DeviceKey, certificate_pem: String) -> anyhow::Result<()> {
        let certificate = Certificate::from_pem(&certificate_pem).context("the new certificate")?;
        anyhow::ensure!(
            certificate.device().ok() == self.identity.certificate.device().ok(),
            "the new certificate names another device"
        );
        let renewed = Identity { key_pem: key.to_pem(), certificate_pem, certificate, ..self.identity.clone() };
        super::enrol::check_pair(&renewed)?;
        self.number = store::put(&self.state, &renewed)?;
        self.identity = renewed;
        Ok(())
    }

    /// The identity in force has worked: what came before it is removed.
    ///
    /// # Errors
    /// When the old one cannot be removed.
    pub fn confirm(&mut self) -> Result<(), IdentityError> {
        store::keep_only(&self.state, self.number)
    }

    /// The identity in force was turned away: returns to the one before, if it is still kept. Says whether it did.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn fall_back(&mut self) -> Result<bool, IdentityError> {
        let Some((number, identity)) = store::previous(&self.state, self.number) else { return Ok(false) };
        store::set_current(&self.state, number)?;
        self.number = number;
        self.identity = identity;
        Ok(true)
    }
}
