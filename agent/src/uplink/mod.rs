//! The way to the collector: what may be said ([`Uplink`]), how it goes over the wire, and the one loop that does it.

mod backoff;
mod follow;
mod grpc;
mod send;
mod session;
#[cfg(test)]
mod tests;

use caretaker_proto::agent::v1::{DevicePolicy, SignedCheckpoint};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{CanaryNonce, ProbeName, Stream};
use caretaker_shared::refusal::{REASON, Refusal};
use caretaker_shared::tls::{self, Fault, TlsError};
use caretaker_shared::wire::{Hello, Upload};

pub use backoff::{Backoff, Course};
pub use grpc::Grpc;
pub use send::run;
pub use session::{Describe, Described, Session, Wiring};

use crate::identity::Identity;
use crate::plain::printable;

/// What the collector answers to a greeting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Welcome {
    /// What it holds of this epoch.
    pub high_water: Vec<(Stream, u64)>,
    /// The policy version in force.
    pub policy_version: u64,
    /// Seconds until the next greeting, before jitter.
    pub heartbeat_seconds: u32,
    /// Digest of the rules that the school has added; `None` when there are none.
    pub lexicons: Option<Sha256>,
    /// The collector cannot tell which these are now.
    pub lexicons_unknown: bool,
    /// Digest of the recipients in force; `None` when there are none.
    pub recipients: Option<Sha256>,
    /// Checkpoints of its audit log that follow the one the device keeps, not yet checked.
    pub checkpoints: Vec<SignedCheckpoint>,
    /// What the device is asked to prove itself with; `None` when it is not asked.
    pub canary: Option<CanaryNonce>,
}

/// What the collector answers to records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Everything up to here is durable.
    pub high_water: u64,
    /// Probes whose whole state it wants.
    pub resend: Vec<ProbeName>,
}

/// Why a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UplinkError {
    /// It did not reach the collector, or not ours.
    #[error("the collector was not reached: {0:?}")]
    Unreached(Fault),
    /// The collector said no.
    #[error("the collector said no: {message}")]
    Refused {
        /// Its word for the reason, where this version knows it.
        reason: Option<Refusal>,
        /// Its words for people.
        message: String,
    },
    /// The answer makes no sense.
    #[error("the collector's answer is malformed: {0}")]
    Answer(&'static str),
}

impl From<tonic::Status> for UplinkError {
    fn from(status: tonic::Status) -> Self {
        let word = status.metadata().get(REASON).and_then(|word| word.to_str().ok());
        if let Some(word) = word {
            let message = printable(status.message());
            return Self::Refused { reason: Refusal::parse(word), message };
        }
        if let Some(fault) = tls::fault(&status) {
            return Self::Unreached(fault);
        }
        use tonic::Code::{Cancelled, DeadlineExceeded, Unavailable, Unknown};
        // These say that the call broke off on the way; everything else is the collector's own word.
        if matches!(status.code(), Unavailable | Cancelled | DeadlineExceeded | Unknown) {
            return Self::Unreached(Fault::Unreachable);
        }
        Self::Refused { reason: None, message: printable(status.message()) }
    }
}

/// A collector, as the agent may speak to it.
pub trait Uplink: Send + Sync + 'static {
    /// Greets: what the device holds, what the collector has.
    fn hello(&self, hello: Hello) -> impl Future<Output = Result<Welcome, UplinkError>> + Send;

    /// Delivers records.
    fn upload(&self, upload: Upload) -> impl Future<Output = Result<Receipt, UplinkError>> + Send;

    /// Asks for the next certificate, PEM, with a request in DER.
    fn renew(&self, csr_der: Vec<u8>) -> impl Future<Output = Result<String, UplinkError>> + Send;

    /// The policy, unless `version` is the one in force.
    fn policy(&self, version: u64) -> impl Future<Output = Result<Option<DevicePolicy>, UplinkError>> + Send;

    /// Which of these executables nobody has described yet; at most 2,000.
    fn offer_executables(&self, digests: Vec<Sha256>) -> impl Future<Output = Result<Vec<Sha256>, UplinkError>> + Send;

    /// A piece of the added rules of this digest, from an offset on, and how many bytes there are in all.
    fn lexicons(&self, digest: Sha256, offset: u32)
    -> impl Future<Output = Result<(Vec<u8>, u32), UplinkError>> + Send;

    /// The recipients in force, an encoded `SignedRecipients`; `None` when there are none.
    fn recipients(&self) -> impl Future<Output = Result<Option<Vec<u8>>, UplinkError>> + Send;

    /// Speaks under this identity from now on.
    ///
    /// # Errors
    /// When the identity cannot be used; the one before stays.
    fn adopt(&self, identity: &Identity) -> Result<(), TlsError>;
}
