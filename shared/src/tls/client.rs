//! The side that calls: a device, an operator's machine, or somebody who wants to become one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::AsyncBufReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};

use super::{CONSOLE_NAME, DEVICE_NAME, ENROL_NAME, HTTP2, Identity, Time, TlsError, certificate, provider, roots};
use crate::clock::Clock;
use crate::digest::Sha256;

const CONNECT: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(30);

/// A channel to the collector for a device that has its certificate. Connects when it is first used.
///
/// # Errors
/// When the identity or the authority cannot be used, or the address is no `host:port`.
pub fn device_channel(
    address: &str,
    identity: &Identity<'_>,
    authority_pem: &str,
    clock: Arc<dyn Clock>,
) -> Result<Channel, TlsError> {
    certified_channel(address, DEVICE_NAME, identity, authority_pem, clock)
}

/// A channel to the console for an operator who has a certificate. Connects when it is first used.
///
/// # Errors
/// As [`device_channel`].
pub fn console_channel(
    address: &str,
    identity: &Identity<'_>,
    authority_pem: &str,
    clock: Arc<dyn Clock>,
) -> Result<Channel, TlsError> {
    certified_channel(address, CONSOLE_NAME, identity, authority_pem, clock)
}

fn certified_channel(
    address: &str,
    name: &'static str,
    identity: &Identity<'_>,
    authority_pem: &str,
    clock: Arc<dyn Clock>,
) -> Result<Channel, TlsError> {
    let (chain, key) = identity.parse()?;
    let config = client(clock)?
        .with_root_certificates(roots(&certificate(authority_pem)?)?)
        .with_client_auth_cert(chain, key)
        .map_err(TlsError::Identity)?;
    channel(address, name, config)
}

/// A channel to a collector of which only the fingerprint of its authority is known: for enrolment and login.
///
/// # Errors
/// When the address is no `host:port`.
pub fn enrol_channel(address: &str, authority: Sha256, clock: Arc<dyn Clock>) -> Result<Channel, TlsError> {
    let config = client(clock)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { authority, provider: provider() }))
        .with_no_client_auth();
    channel(address, ENROL_NAME, config)
}

fn client(clock: Arc<dyn Clock>) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, TlsError> {
    ClientConfig::builder_with_details(provider(), Arc::new(Time(clock)))
        .with_protocol_versions(&[&TLS13])
        .map_err(TlsError::Identity)
}

fn channel(address: &str, name: &'static str, mut config: ClientConfig) -> Result<Channel, TlsError> {
    if address.rsplit_once(':').is_none_or(|(host, port)| host.is_empty() || port.parse::<u16>().is_err()) {
        return Err(TlsError::Address);
    }
    config.alpn_protocols = vec![HTTP2.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    let connector = TlsConnector::from(Arc::new(config));
    let address = address.to_owned();
    let connect = tower::service_fn(move |_: Uri| {
        let (connector, address) = (connector.clone(), address.clone());
        async move {
            let stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from(name).expect("a fixed and valid name");
            let mut stream = connector.connect(name, stream).await?;
            // In TLS 1.3 the collector's word on our certificate comes after our side of the handshake. HTTP/2 would
            // keep nothing of it but a broken connection; a collector that lets us in speaks first, so wait for that.
            stream.fill_buf().await?;
            Ok::<_, io::Error>(TokioIo::new(stream))
        }
    });
    // The scheme is http because the connector above is the one that does TLS.
    let endpoint = Endpoint::from_shared(format!("http://{name}")).map_err(|_| TlsError::Address)?;
    Ok(endpoint
        .connect_timeout(CONNECT)
        .timeout(REQUEST)
        // Asked only while a call waits: a connection that a laptop slept through must not hold up an alert for long.
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(10))
        .connect_with_connector_lazy(connect))
}

/// Trusts the one chain that ends in the certificate with this fingerprint.
#[derive(Debug)]
struct Pinned {
    authority: Sha256,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let untrusted = || rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let pinned = intermediates.iter().find(|shown| Sha256::of(shown) == self.authority).ok_or_else(untrusted)?;
        let mut roots = RootCertStore::empty();
        roots.add(pinned.clone().into_owned())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|_| untrusted())?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not spoken here".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
