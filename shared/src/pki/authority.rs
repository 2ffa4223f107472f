//! The collector's private certificate authority.

use jiff::Timestamp;
use jiff::ToSpan as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use time::OffsetDateTime;

use super::certificate::{DEVICE_URN, OPERATOR_URN};
use super::{AUTHORITY_DAYS, BACKDATE, Certificate, CertificateError};
use crate::digest::{self, Sha256};
use crate::model::{DeviceId, OperatorId};
use crate::secret::Secret;
use crate::tls;

/// Why the authority could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The request is not PKCS#10, or its signature does not prove its key.
    #[error("the certificate request is not valid")]
    Request(#[source] rcgen::Error),
    /// The authority's key or certificate is not what it should be.
    #[error("the authority's key and certificate do not work")]
    Key(#[source] rcgen::Error),
    /// What was issued cannot be read back.
    #[error("the issued certificate cannot be read back")]
    Issued(#[source] CertificateError),
    /// A time outside of what a certificate can say.
    #[error("the validity is out of range")]
    Validity,
}

/// From when and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    /// The moment of issue.
    pub now: Timestamp,
    /// Days from then on.
    pub days: u32,
}

/// A certificate that was just signed.
#[derive(Debug)]
pub struct Issued {
    /// The certificate, PEM.
    pub pem: String,
    /// What it says.
    pub certificate: Certificate,
}

/// A certificate authority: its certificate, and the key that only its collector has.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    certificate: Certificate,
}

impl Authority {
    /// Makes a new authority for a school. Returns it with its private key, PKCS#8 PEM, for an owner-only file.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when there is no randomness.
    pub fn generate(school: &str, now: Timestamp) -> Result<(Self, Secret<String>), AuthorityError> {
        let key_pem = Secret::new(KeyPair::generate().map_err(AuthorityError::Key)?.serialize_pem());
        Ok((Self::certify(school, &key_pem, now)?, key_pem))
    }

    /// Makes the certificate of a new authority whose key, PKCS#8 PEM, is there already.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when the text is no key.
    pub fn certify(school: &str, key_pem: &Secret<String>, now: Timestamp) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(key_pem.expose()).map_err(AuthorityError::Key)?;
        let mut params = params(Validity { now, days: AUTHORITY_DAYS })?;
        params.distinguished_name.push(DnType::CommonName, format!("Caretaker authority of {school}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key).map_err(AuthorityError::Key)?.pem();
        Self::from_pem(pem, key_pem)
    }

    /// An authority from its certificate and private key, both PEM.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when either is not what it should be.
    pub fn from_pem(pem: String, key_pem: &Secret<String>) -> Result<Self, AuthorityError> {
        let key = KeyPair::from_pem(key_pem.expose()).map_err(AuthorityError::Key)?;
        let issuer = Issuer::from_ca_cert_pem(&pem, key).map_err(AuthorityError::Key)?;
        let certificate = Certificate::from_pem(&pem).map_err(AuthorityError::Issued)?;
        Ok(Self { issuer, pem, certificate })
    }

    /// The authority's certificate, PEM: what devices trust.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 of the authority's certificate: what an enrolment token carries.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        self.certificate.fingerprint
    }

    /// Signs a device certificate for the key of a request. Everything else in the request is ignored: a request may
    /// ask to be an authority, or to be another device.
    ///
    /// # Errors
    /// [`AuthorityError::Request`] when the request is malformed or its signature does not match its key.
    pub fn issue_device(&self, device: DeviceId, csr_der: &[u8], validity: Validity) -> Result<Issued, AuthorityError> {
        self.issue_client("Caretaker device", format!("{DEVICE_URN}{device}"), csr_der, validity)
    }

    /// Signs an operator's certificate for the key of a request, of which nothing else is looked at.
    ///
    /// # Errors
    /// As [`Authority::issue_device`].
    pub fn issue_operator(
        &self,
        operator: OperatorId,
        csr_der: &[u8],
        validity: Validity,
    ) -> Result<Issued, AuthorityError> {
        self.issue_client("Caretaker operator", format!("{OPERATOR_URN}{operator}"), csr_der, validity)
    }

    fn issue_client(
        &self,
        what: &str,
        urn: String,
        csr_der: &[u8],
        validity: Validity,
    ) -> Result<Issued, AuthorityError> {
        let mut request =
            CertificateSigningRequestParams::from_der(&csr_der.into()).map_err(AuthorityError::Request)?;
        let mut params = params(validity)?;
        params.distinguished_name.push(DnType::CommonName, what);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.subject_alt_names = vec![SanType::URI(urn.try_into().map_err(AuthorityError::Request)?)];
        request.params = params;
        let signed = request.signed_by(&self.issuer).map_err(AuthorityError::Request)?;
        issued(signed.pem())
    }

    /// Makes a key and a server certificate for the collector itself. The certificate names the fixed names of
    /// [`crate::tls`], not the machine: a collector may move to another address without losing its devices.
    ///
    /// # Errors
    /// [`AuthorityError::Key`] when there is no randomness.
    pub fn issue_server(&self, validity: Validity) -> Result<(Issued, Secret<String>), AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::Key)?;
        let mut params = params(validity)?;
        params.distinguished_name.push(DnType::CommonName, "Caretaker collector");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in tls::NAMES {
            params.subject_alt_names.push(SanType::DnsName(name.try_into().map_err(AuthorityError::Key)?));
        }
        let signed = params.signed_by(&key, &self.issuer).map_err(AuthorityError::Key)?;
        Ok((issued(signed.pem())?, Secret::new(key.serialize_pem())))
    }
}

fn issued(pem: String) -> Result<Issued, AuthorityError> {
    let certificate = Certificate::from_pem(&pem).map_err(AuthorityError::Issued)?;
    Ok(Issued { pem, certificate })
}

fn params(validity: Validity) -> Result<CertificateParams, AuthorityError> {
    let date =
        |at: Timestamp| OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| AuthorityError::Validity);
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.not_before = date(validity.now.checked_sub(BACKDATE).map_err(|_| AuthorityError::Validity)?)?;
    let hours = (i64::from(validity.days) * 24).hours();
    params.not_after = date(validity.now.checked_add(hours).map_err(|_| AuthorityError::Validity)?)?;
    // 127 random bits: a serial number is positive.
    let mut serial = digest::random::<16>();
    serial[0] &= 0x7f;
    serial[0] |= 0x01;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, SanType};
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::{Authority, AuthorityError, Validity};
    use crate::model::{DeviceId, OperatorId};
    use crate::pki::{CertificateError, DeviceKey};

    fn now() -> Timestamp {
        "2026-11-22T09:00:00Z".parse().expect("a time")
    }

    #[test]
    fn names_the_device_and_its_days() {
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let device = DeviceId::random();
        let csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
        let issued = authority.issue_device(device, &csr, Validity { now: now(), days: 100 }).expect("issues");
        assert_eq!(issued.certificate.device(), Ok(device));
        assert_eq!(issued.certificate.not_after, "2027-03-02T09:00:00Z".parse().expect("a time"));
    }

    #[test]
    fn an_operator_is_no_device_and_a_device_no_operator() {
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
        let validity = || Validity { now: now(), days: 100 };
        let operator = OperatorId::random();
        let issued = authority.issue_operator(operator, &csr, validity()).expect("issues").certificate;
        assert_eq!((issued.operator(), issued.device()), (Ok(operator), Err(CertificateError::NoDevice)));
        let issued = authority.issue_device(DeviceId::random(), &csr, validity()).expect("issues").certificate;
        assert_eq!(issued.operator(), Err(CertificateError::NoOperator));
    }

    #[test]
    fn the_server_goes_by_all_fixed_names() {
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let (server, _) = authority.issue_server(Validity { now: now(), days: 90 }).expect("issues");
        assert!(crate::tls::NAMES.iter().all(|name| server.certificate.serves(name)));
        assert!(!server.certificate.serves("collector.example.school"));
    }

    #[test]
    fn a_request_cannot_ask_to_be_an_authority_or_somebody_else() {
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let mut hostile = CertificateParams::new(vec!["collector.example.school".into()]).expect("a name");
        hostile.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let other = format!("urn:caretaker:device:{}", DeviceId::random());
        hostile.subject_alt_names.push(SanType::URI(other.try_into().expect("ASCII")));
        let csr = hostile.serialize_request(&key).expect("a request");
        let device = DeviceId::random();
        let issued = authority.issue_device(device, csr.der(), Validity { now: now(), days: 1 }).expect("issues");
        assert_eq!(issued.certificate.device(), Ok(device));
        let (_, block) = x509_parser::pem::parse_x509_pem(issued.pem.as_bytes()).expect("PEM");
        let (_, parsed) = X509Certificate::from_der(&block.contents).expect("DER");
        assert!(!parsed.is_ca());
    }

    #[test]
    fn a_request_whose_signature_is_wrong_is_refused() {
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let mut csr = DeviceKey::generate().and_then(|key| key.request()).expect("a request");
        if let Some(last) = csr.last_mut() {
            *last ^= 1;
        }
        let refused = authority.issue_device(DeviceId::random(), &csr, Validity { now: now(), days: 1 });
        assert!(matches!(refused, Err(AuthorityError::Request(_))));
    }
}
