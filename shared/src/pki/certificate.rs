//! What a certificate says. Reading fields only: trust is decided by TLS before anyone looks here.

use std::str::FromStr as _;

use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use uuid::Uuid;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::digest::Sha256;
use crate::model::{DeviceId, OperatorId};

pub(super) const DEVICE_URN: &str = "urn:caretaker:device:";
pub(super) const OPERATOR_URN: &str = "urn:caretaker:operator:";

/// Why a certificate could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not X.509, or not PEM where PEM was expected.
    #[error("not a certificate")]
    Malformed,
    /// No device URI in it, or more than one.
    #[error("a certificate that names no device")]
    NoDevice,
    /// No operator URI in it, or more than one.
    #[error("a certificate that names no operator")]
    NoOperator,
}

/// The fields of a certificate that the product uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The serial number, big-endian.
    pub serial: Vec<u8>,
    /// Good from here,
    pub not_before: Timestamp,
    /// until here.
    pub not_after: Timestamp,
    /// SHA-256 over the DER encoding.
    pub fingerprint: Sha256,
    /// The DER encoding.
    pub der: Vec<u8>,
    device: Option<Uuid>,
    operator: Option<Uuid>,
    servers: Vec<String>,
}

impl Certificate {
    /// Reads the DER encoding.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] when it is not a certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        let time = |at: x509_parser::time::ASN1Time| {
            Timestamp::from_second(at.timestamp()).map_err(|_| CertificateError::Malformed)
        };
        Ok(Self {
            serial: parsed.raw_serial().to_vec(),
            not_before: time(parsed.validity().not_before)?,
            not_after: time(parsed.validity().not_after)?,
            fingerprint: Sha256::of(der),
            der: der.to_vec(),
            device: only_one(&parsed, DEVICE_URN),
            operator: only_one(&parsed, OPERATOR_URN),
            servers: servers(&parsed),
        })
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] when there is none.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let (_, block) = parse_x509_pem(pem.as_bytes()).map_err(|_| CertificateError::Malformed)?;
        Self::from_der(&block.contents)
    }

    /// The device that this certificate names.
    ///
    /// # Errors
    /// [`CertificateError::NoDevice`] for a certificate of something else.
    pub fn device(&self) -> Result<DeviceId, CertificateError> {
        self.device.map(DeviceId::from_uuid).ok_or(CertificateError::NoDevice)
    }

    /// The operator that this certificate names.
    ///
    /// # Errors
    /// [`CertificateError::NoOperator`] for a certificate of something else.
    pub fn operator(&self) -> Result<OperatorId, CertificateError> {
        self.operator.map(OperatorId::from_uuid).ok_or(CertificateError::NoOperator)
    }

    /// Whether this is a certificate of a server of that name.
    #[must_use]
    pub fn serves(&self, name: &str) -> bool {
        self.servers.iter().any(|server| server == name)
    }
}

/// The device of a certificate, DER, when its key has signed `message`; `None` when it has not.
#[must_use]
pub fn signer_of(der: &[u8], message: &[u8], signature: &[u8]) -> Option<DeviceId> {
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let key = &parsed.public_key().subject_public_key.data;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key);
    key.verify(message, signature).ok()?;
    only_one(&parsed, DEVICE_URN).map(DeviceId::from_uuid)
}

fn names<'a>(certificate: &'a X509Certificate<'_>) -> impl Iterator<Item = &'a GeneralName<'a>> {
    let names = certificate.subject_alternative_name().ok().flatten();
    names.into_iter().flat_map(|names| &names.value.general_names)
}

/// What follows `urn` in the one name that begins with it.
fn only_one(certificate: &X509Certificate<'_>, urn: &str) -> Option<Uuid> {
    let mut found = names(certificate)
        .filter_map(|name| if let GeneralName::URI(uri) = name { uri.strip_prefix(urn) } else { None });
    let one = Uuid::from_str(found.next()?).ok()?;
    found.next().is_none().then_some(one)
}

fn servers(certificate: &X509Certificate<'_>) -> Vec<String> {
    let server =
        |name: &GeneralName<'_>| if let GeneralName::DNSName(name) = name { Some((*name).to_owned()) } else { None };
    names(certificate).filter_map(server).collect()
}
