//! The half of enrolment that a device, or an operator's machine, does: a key that never leaves it, and the request that
//! proves it.

use rcgen::{CertificateParams, KeyPair, SigningKey};

use crate::secret::Secret;

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
#[error("the device's key cannot be used")]
pub struct KeyError(#[from] rcgen::Error);

/// A device's private key, ECDSA P-256.
#[derive(Debug)]
pub struct DeviceKey(KeyPair);

impl DeviceKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(KeyPair::generate()?))
    }

    /// A key from PKCS#8 PEM, as [`DeviceKey::to_pem`] wrote it.
    ///
    /// # Errors
    /// When the text is not such a key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Ok(Self(KeyPair::from_pem(pem)?))
    }

    /// The key as PKCS#8 PEM, to be kept in an owner-only file.
    #[must_use]
    pub fn to_pem(&self) -> Secret<String> {
        Secret::new(self.0.serialize_pem())
    }

    /// A certificate request (PKCS#10, DER) that names nothing: the collector decides what the certificate says.
    ///
    /// # Errors
    /// When signing fails.
    pub fn request(&self) -> Result<Vec<u8>, KeyError> {
        Ok(CertificateParams::default().serialize_request(&self.0)?.der().to_vec())
    }

    /// Signs a message: ECDSA P-256 with SHA-256, ASN.1.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(SigningKey::sign(&self.0, message)?)
    }
}
