//! The half of enrolment that a device, or an operator's machine, does: a key that never leaves it, and the request that
//! proves it.

use std::fmt;

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivatePkcs8KeyDer, alg_id};
use rustls::sign::public_key_to_spki;
use zeroize::Zeroizing;

use crate::sealing::armour;
use crate::secret::Secret;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// Why a key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not PKCS#8 PEM.
    #[error("the device's key is not PEM")]
    Pem,
    /// It is, but not of an ECDSA P-256 key.
    #[error("the device's key is not one of P-256")]
    Kind,
    /// The operating system gave no randomness.
    #[error("no randomness to use the device's key with")]
    Randomness,
}

/// A device's private key, ECDSA P-256.
pub struct DeviceKey {
    pair: EcdsaKeyPair,
    pkcs8: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DeviceKey")
    }
}

impl DeviceKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        Self::from_pkcs8(Zeroizing::new(made.map_err(|_| KeyError::Randomness)?.as_ref().to_vec()))
    }

    /// A key from PKCS#8 PEM, as [`DeviceKey::to_pem`] wrote it.
    ///
    /// # Errors
    /// When the text is not such a key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::Pem)?;
        Self::from_pkcs8(Zeroizing::new(der.secret_pkcs8_der().to_vec()))
    }

    fn from_pkcs8(pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &SystemRandom::new());
        Ok(Self { pair: pair.map_err(|_| KeyError::Kind)?, pkcs8 })
    }

    /// The key as PKCS#8 PEM, to be kept in an owner-only file.
    #[must_use]
    pub fn to_pem(&self) -> Secret<String> {
        Secret::new(armour::wrapped("PRIVATE KEY", &self.pkcs8))
    }

    /// A certificate request (PKCS#10, DER) that names nothing: the collector decides what the certificate says.
    ///
    /// # Errors
    /// When signing fails.
    pub fn request(&self) -> Result<Vec<u8>, KeyError> {
        let key = public_key_to_spki(&alg_id::ECDSA_P256, self.pair.public_key());
        // Version 0, a subject without a name, the key, no attributes.
        let asked = wrapped(SEQUENCE, &[&[0x02, 0x01, 0x00, 0x30, 0x00], key.as_ref(), &[0xa0, 0x00]]);
        let signature = self.sign(&asked)?;
        let algorithm = wrapped(SEQUENCE, &[alg_id::ECDSA_SHA256.as_ref()]);
        // All bits of the last byte count.
        Ok(wrapped(SEQUENCE, &[&asked, &algorithm, &wrapped(BIT_STRING, &[&[0], &signature])]))
    }

    /// Signs a message: ECDSA P-256 with SHA-256, ASN.1.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.pair.sign(&SystemRandom::new(), message).map_err(|_| KeyError::Randomness)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// A DER element of at most 255 bytes, which is more than anything here has.
fn wrapped(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u8::try_from(contents.len()).expect("a request is far shorter");
    let mut element = vec![tag];
    if length > 0x7f {
        element.push(0x81);
    }
    element.push(length);
    element.extend(contents);
    element
}
