//! TLS as both programs use it: version 1.3 only, ring only, no root but the collector's own authority, no session
//! resumption, so that every connection proves itself anew (reliability.md 5.1).
//!
//! One port serves three kinds of caller, told apart by the name that they ask for: [`DEVICE_NAME`] and [`CONSOLE_NAME`]
//! demand a certificate, [`ENROL_NAME`] asks for none and is good for enrolment and login alone. The names are fixed and
//! private; the address of a collector is not part of its identity.

mod client;
mod fault;
mod provider;
mod server;

use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::time_provider::TimeProvider;

use provider::provider;

use crate::clock::Clock;
use crate::secret::Secret;

pub use client::{console_channel, device_channel, enrol_channel};
pub use fault::{Fault, fault};
pub use server::{Acceptor, Peer};

/// The name under which a device with a certificate calls its collector.
pub const DEVICE_NAME: &str = "devices.caretaker.internal";
/// The name under which a device that has none yet asks to be enrolled.
pub const ENROL_NAME: &str = "enrol.caretaker.internal";
/// The name under which an operator with a certificate calls the console.
pub const CONSOLE_NAME: &str = "console.caretaker.internal";
/// All names of a collector: they stand in its server's certificate.
pub const NAMES: [&str; 3] = [DEVICE_NAME, ENROL_NAME, CONSOLE_NAME];

const HTTP2: &[u8] = b"h2";

/// Why TLS could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key is not PEM of the right kind.
    #[error("a certificate or key cannot be read")]
    Pem(#[source] rustls::pki_types::pem::Error),
    /// They do not belong together, or are of an unknown kind.
    #[error("a certificate and its key do not work together")]
    Identity(#[source] rustls::Error),
    /// The authority cannot verify clients.
    #[error("the authority cannot be used to verify devices")]
    Authority(#[source] rustls::server::VerifierBuilderError),
    /// The address is no `host:port`.
    #[error("the collector's address is not host:port")]
    Address,
}

/// Makes ring the provider for everything in this process that does not name one: of the collector, what speaks to the
/// mail servers of others. Our own connections name theirs, and the agent has no others. Later calls change nothing.
pub fn install_provider() {
    let _ = default_provider().install_default();
}

/// A certificate chain and the key of its first certificate, both PEM.
pub struct Identity<'a> {
    /// One or more certificates, the own one first.
    pub chain_pem: &'a str,
    /// Its private key.
    pub key_pem: &'a Secret<String>,
}

impl Identity<'_> {
    fn parse(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let chain = CertificateDer::pem_slice_iter(self.chain_pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(TlsError::Pem)?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.expose().as_bytes()).map_err(TlsError::Pem)?;
        Ok((chain, key))
    }
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(TlsError::Pem)
}

fn roots(authority: &CertificateDer<'static>) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).map_err(TlsError::Identity)?;
    Ok(Arc::new(roots))
}

/// Our clock, as rustls asks for it.
struct Time(Arc<dyn Clock>);

impl std::fmt::Debug for Time {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Time")
    }
}

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
