//! What a device has sealed: read, held against the device's certificate, and the ways in which a key opens it.

use caretaker_proto::agent::v1 as proto;
use prost::Message as _;

use super::body;
use super::content::TAG;
use super::hpke;
use super::opening::OpenError;
use crate::digest::Sha256;
use crate::model::{DeviceId, EpochId, Stream};
use crate::pki;
use crate::wire::limits;

/// X25519, HKDF-SHA256, AES-256-GCM.
pub(super) const SUITE: u32 = 1;
const CONTEXT: &[u8] = b"caretaker sealed v1 context\0";
const SIGNED: &[u8] = b"caretaker sealed v1\0";
/// What is said to HPKE of a wrap.
pub(super) const WRAP: &[u8] = b"caretaker sealed v1 wrap";

/// Where something was first queued: what is sealed is bound to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Which device.
    pub device: DeviceId,
    /// In which history of its spool. A later epoch may number the same event anew.
    pub epoch: EpochId,
    /// On which stream,
    pub stream: Stream,
    /// and under which number.
    pub sequence: u64,
}

/// What a device has sealed. Nobody who has not the right keys can read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    pub(super) message: proto::Sealed,
    origin: Origin,
    root: Sha256,
    recipients: Sha256,
    certificate: Sha256,
}

impl Sealed {
    /// Reads what travels with an event.
    ///
    /// # Errors
    /// [`OpenError::Malformed`] when it is not what a device of this version seals.
    pub fn parse(encoded: &[u8]) -> Result<Self, OpenError> {
        if encoded.len() > limits::SEALED_BYTES {
            return Err(OpenError::Malformed);
        }
        Self::of(proto::Sealed::decode(encoded).map_err(|_| OpenError::Malformed)?).ok_or(OpenError::Malformed)
    }

    fn of(message: proto::Sealed) -> Option<Self> {
        let is_whole = message.body.len() > TAG && (message.body.len() - TAG).is_multiple_of(body::STEP);
        let fits = |wrap: &proto::Wrap| {
            let layers = if wrap.second.is_empty() { 1 } else { 2 };
            let names = wrap.first.len() == 4 && [0, 4].contains(&wrap.second.len());
            names && wrap.sealed.len() == 32 + layers * hpke::OVERHEAD
        };
        if message.suite != SUITE || !is_whole || !message.wraps.iter().all(fits) {
            return None;
        }
        let origin = Origin {
            device: DeviceId::from_slice(&message.device)?,
            epoch: EpochId::from_slice(&message.epoch)?,
            stream: Stream::from_priority(message.stream.into())?,
            sequence: message.sequence,
        };
        Some(Self {
            origin,
            root: Sha256::from_slice(&message.root)?,
            recipients: Sha256::from_slice(&message.recipients)?,
            certificate: Sha256::from_slice(&message.certificate)?,
            message,
        })
    }

    /// Where it was first queued.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// SHA-256 of the root's public key that the device knows.
    #[must_use]
    pub fn root(&self) -> Sha256 {
        self.root
    }

    /// SHA-256 of the recipients that it was sealed for.
    #[must_use]
    pub fn recipients(&self) -> Sha256 {
        self.recipients
    }

    /// SHA-256 of the device's certificate.
    #[must_use]
    pub fn certificate(&self) -> Sha256 {
        self.certificate
    }

    /// Whether the device of a certificate, DER, has sealed this.
    ///
    /// # Errors
    /// [`OpenError::NotTheDevice`] when it is another certificate, another device's, or has not signed this.
    pub fn check_device(&self, certificate_der: &[u8]) -> Result<(), OpenError> {
        let is_named = Sha256::of(certificate_der) == self.certificate;
        let signed = signed_bytes(&self.message);
        let device = pki::signer_of(certificate_der, &signed, &self.message.signature);
        if is_named && device == Some(self.origin.device) { Ok(()) } else { Err(OpenError::NotTheDevice) }
    }

    pub(super) fn context(&self) -> Vec<u8> {
        context(&self.message)
    }
}

/// What everything inside is bound to: the root, the recipients, the place in the queue, and the signer.
pub(super) fn context(message: &proto::Sealed) -> Vec<u8> {
    let stream = u8::try_from(message.stream).unwrap_or(u8::MAX);
    [
        CONTEXT,
        &message.root,
        &message.recipients,
        &message.device,
        &message.epoch,
        &[stream],
        &message.sequence.to_be_bytes(),
        &message.certificate,
    ]
    .concat()
}

/// What a wrap is bound to: the context, whom it is for, and which of its layers it is.
pub(super) fn wrap_context(context: &[u8], first: &[u8], second: &[u8], layer: u8) -> Vec<u8> {
    [context, b"wrap", &[layer], first, second].concat()
}

/// What the device signs.
pub(super) fn signed_bytes(message: &proto::Sealed) -> Vec<u8> {
    let unsigned = proto::Sealed { signature: Vec::new(), ..message.clone() };
    [SIGNED, &unsigned.encode_to_vec()].concat()
}
