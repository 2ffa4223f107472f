//! What lets a device in, and what it asks for besides.

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, digest, text};
use super::limits;
use crate::digest::Sha256;
use crate::secret::Secret;

/// A checked [`proto::EnrolRequest`].
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret part of the token, as printed.
    pub token_secret: Secret<String>,
    /// PKCS#10, DER: its signature is checked when it is signed.
    pub csr_der: Vec<u8>,
    /// What people call the machine.
    pub hostname: String,
    /// Version of the agent.
    pub agent_version: String,
}

/// A checked [`proto::RenewRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// PKCS#10, DER: its signature is checked when it is signed.
    pub csr_der: Vec<u8>,
}

/// A checked [`proto::OfferExecutablesRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Contents that the device could describe.
    pub digests: Vec<Sha256>,
}

impl TryFrom<proto::EnrolRequest> for Enrolment {
    type Error = WireError;

    fn try_from(request: proto::EnrolRequest) -> Result<Self, WireError> {
        let token_secret = Secret::new(request.token_secret);
        if token_secret.expose().len() > limits::TOKEN_BYTES {
            return Err(WireError::TooLarge("token_secret"));
        }
        Ok(Self {
            token_secret,
            csr_der: csr(request.csr_der)?,
            hostname: text(request.hostname, "hostname")?,
            agent_version: text(request.agent_version, "agent_version")?,
        })
    }
}

impl TryFrom<proto::RenewRequest> for Renewal {
    type Error = WireError;

    fn try_from(request: proto::RenewRequest) -> Result<Self, WireError> {
        Ok(Self { csr_der: csr(request.csr_der)? })
    }
}

impl TryFrom<proto::OfferExecutablesRequest> for Offer {
    type Error = WireError;

    fn try_from(request: proto::OfferExecutablesRequest) -> Result<Self, WireError> {
        if request.digests.len() > limits::OFFERED {
            return Err(WireError::TooLarge("digests"));
        }
        let digests = request.digests.iter().map(|bytes| digest(bytes, "digests"));
        Ok(Self { digests: digests.collect::<Result<_, _>>()? })
    }
}

fn csr(der: Vec<u8>) -> Result<Vec<u8>, WireError> {
    if der.is_empty() {
        return Err(WireError::Missing("csr_der"));
    }
    if der.len() > limits::CSR_BYTES {
        return Err(WireError::TooLarge("csr_der"));
    }
    Ok(der)
}
