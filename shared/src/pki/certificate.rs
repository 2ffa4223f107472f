//! What a certificate says. Reading fields only: trust is decided by TLS before anyone looks here.

use std::str::FromStr as _;

use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use uuid::Uuid;
use x509_parser::asn1_rs::{Any, Class, FromDer as _, Tag};
use x509_parser::certificate::Validity;
use x509_parser::extensions::{GeneralName, SubjectAlternativeName};
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::digest::Sha256;
use crate::model::{DeviceId, OperatorId};

pub(super) const DEVICE_URN: &str = "urn:caretaker:device:";
pub(super) const OPERATOR_URN: &str = "urn:caretaker:operator:";

/// The extension with the names of whom a certificate is for (RFC 5280, 4.2.1.6).
const ALTERNATIVE_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

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
        let parts = Parts::of(der).ok_or(CertificateError::Malformed)?;
        let time = |at: x509_parser::time::ASN1Time| {
            Timestamp::from_second(at.timestamp()).map_err(|_| CertificateError::Malformed)
        };
        Ok(Self {
            serial: parts.serial.to_vec(),
            not_before: time(parts.validity.not_before)?,
            not_after: time(parts.validity.not_after)?,
            fingerprint: Sha256::of(der),
            der: der.to_vec(),
            device: only_one(&parts.names, DEVICE_URN),
            operator: only_one(&parts.names, OPERATOR_URN),
            servers: servers(&parts.names),
        })
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`CertificateError::Malformed`] when there is none.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::Malformed)?;
        Self::from_der(&der)
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
    let parts = Parts::of(der)?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &parts.key.subject_public_key.data);
    key.verify(message, signature).ok()?;
    only_one(&parts.names, DEVICE_URN).map(DeviceId::from_uuid)
}

/// The parts of a certificate that the product uses. All other extensions, and the names of issuer and subject, are
/// passed over: reading them would be 60 kB of the agent.
struct Parts<'a> {
    serial: &'a [u8],
    validity: Validity,
    key: SubjectPublicKeyInfo<'a>,
    names: Vec<GeneralName<'a>>,
}

impl<'a> Parts<'a> {
    /// Walks through DER as RFC 5280 (4.1) has it; `None` for anything else, and when something follows.
    fn of(mut der: &'a [u8]) -> Option<Self> {
        let mut certificate = inside(&mut der, Tag::Sequence)?;
        let mut signed = inside(&mut certificate, Tag::Sequence)?;
        inside(&mut certificate, Tag::Sequence)?;
        inside(&mut certificate, Tag::BitString)?;
        if !der.is_empty() || !certificate.is_empty() {
            return None;
        }
        // The version, absent in certificates of the first one.
        if let Some((Some(0), _, rest)) = next(signed) {
            signed = rest;
        }
        let serial = inside(&mut signed, Tag::Integer)?;
        // What it is signed with, and by whom.
        inside(&mut signed, Tag::Sequence)?;
        inside(&mut signed, Tag::Sequence)?;
        let (rest, validity) = Validity::from_der(signed).ok()?;
        signed = rest;
        // For whom.
        inside(&mut signed, Tag::Sequence)?;
        let (mut rest, key) = SubjectPublicKeyInfo::from_der(signed).ok()?;
        let mut names = Vec::new();
        while let Some((number, part, behind)) = next(rest) {
            if number == Some(3) {
                names = alternative_names(part)?;
            }
            rest = behind;
        }
        rest.is_empty().then_some(Self { serial, validity, key, names })
    }
}

/// The names in a list of extensions; none when it has none, or more than one list of them.
fn alternative_names(mut extensions: &[u8]) -> Option<Vec<GeneralName<'_>>> {
    let mut list = inside(&mut extensions, Tag::Sequence)?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut extension = inside(&mut list, Tag::Sequence)?;
        if inside(&mut extension, Tag::Oid)? == ALTERNATIVE_NAME {
            found.push(extension);
        }
    }
    let [mut extension] = found[..] else { return Some(Vec::new()) };
    // Whether it is critical says nothing to us.
    let _ = inside(&mut extension, Tag::Boolean);
    let value = inside(&mut extension, Tag::OctetString)?;
    Some(SubjectAlternativeName::from_der(value).ok()?.1.general_names)
}

/// The contents of the first element of `from`, which then goes on behind it; `None`, and nothing happens, when it is of
/// another kind.
fn inside<'a>(from: &mut &'a [u8], tag: Tag) -> Option<&'a [u8]> {
    let (rest, element) = Any::from_der(from).ok()?;
    if element.class() != Class::Universal || element.tag() != tag {
        return None;
    }
    *from = rest;
    Some(element.data)
}

/// The first element of `from`: its number when it is one of those that only the place gives a meaning, its contents,
/// and what follows.
fn next(from: &[u8]) -> Option<(Option<u32>, &[u8], &[u8])> {
    let (rest, element) = Any::from_der(from).ok()?;
    let number = (element.class() == Class::ContextSpecific).then_some(element.tag().0);
    Some((number, element.data, rest))
}

/// What follows `urn` in the one name that begins with it.
fn only_one(names: &[GeneralName<'_>], urn: &str) -> Option<Uuid> {
    let mut found =
        names.iter().filter_map(|name| if let GeneralName::URI(uri) = name { uri.strip_prefix(urn) } else { None });
    let one = Uuid::from_str(found.next()?).ok()?;
    found.next().is_none().then_some(one)
}

fn servers(names: &[GeneralName<'_>]) -> Vec<String> {
    let server =
        |name: &GeneralName<'_>| if let GeneralName::DNSName(name) = name { Some((*name).to_owned()) } else { None };
    names.iter().filter_map(server).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::{Certificate, CertificateError};
    use crate::model::DeviceId;
    use crate::pki::{Authority, DeviceKey, Validity};

    fn device() -> Certificate {
        let now: Timestamp = "2026-11-22T09:00:00Z".parse().expect("a time");
        let (authority, _) = Authority::generate("Northfield School", now).expect("an authority");
        let csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
        authority.issue_device(DeviceId::random(), &csr, Validity { now, days: 100 }).expect("issues").certificate
    }

    #[test]
    fn says_what_another_reader_says() {
        let ours = device();
        let (_, theirs) = X509Certificate::from_der(&ours.der).expect("a certificate");
        assert_eq!(ours.serial, theirs.raw_serial());
        assert_eq!(ours.not_before.as_second(), theirs.validity().not_before.timestamp());
        assert_eq!(ours.not_after.as_second(), theirs.validity().not_after.timestamp());
        assert!(ours.device().is_ok());
    }

    #[test]
    fn what_is_cut_or_goes_on_is_no_certificate() {
        let whole = device().der;
        for length in 0..whole.len() {
            assert_eq!(Certificate::from_der(&whole[..length]), Err(CertificateError::Malformed), "{length} bytes");
        }
        let longer = [&whole[..], &[0]].concat();
        assert_eq!(Certificate::from_der(&longer), Err(CertificateError::Malformed));
    }
}
