//! TLS to servers of others: those that the system's authorities vouch for, and one more that the school names.
//!
//! Everything of our own goes by [`crate::tls`], which trusts the school's authority alone.

use std::io;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why servers of others cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The named authority is not a PEM certificate.
    #[error("the certificate authority is not PEM")]
    Pem(#[source] rustls::pki_types::pem::Error),
    /// The named authority cannot be trusted with this.
    #[error("the certificate authority cannot be used")]
    Authority(#[source] rustls::Error),
    /// This system trusts nobody.
    #[error("this system has no certificate authorities, and none is named")]
    Nobody,
}

/// The client's side.
#[derive(Clone)]
pub struct Outside(TlsConnector);

impl Outside {
    /// Reads the system's authorities; `authority_pem` are certificates to trust besides them.
    ///
    /// # Errors
    /// When a certificate cannot be used, or there is none at all.
    pub fn new(authority_pem: Option<&[u8]>) -> Result<Self, OutsideError> {
        let mut roots = RootCertStore::empty();
        // What of the system's cannot be read is passed over, as browsers do.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for certificate in authority_pem.into_iter().flat_map(CertificateDer::pem_slice_iter) {
            roots.add(certificate.map_err(OutsideError::Pem)?).map_err(OutsideError::Authority)?;
        }
        if roots.is_empty() {
            return Err(OutsideError::Nobody);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(OutsideError::Authority)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Shakes hands with a server that must prove to be `host`. The caller sets the deadline.
    ///
    /// # Errors
    /// When it does not, or the line breaks.
    pub async fn connect(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.0.connect(name, stream).await
    }
}
