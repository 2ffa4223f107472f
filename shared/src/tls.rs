//! TLS as both programs use it: version 1.3 only, ring only, no root but the collector's own authority, no session
//! resumption, so that every connection proves itself anew (reliability.md 5.1).
//!
//! One port serves three kinds of caller, told apart by the name that they ask for: [`DEVICE_NAME`] and [`CONSOLE_NAME`]
//! demand a certificate, [`ENROL_NAME`] asks for none and is good for enrolment and login alone. The names are fixed and
//! private; the address of a collector is not part of its identity.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring::default_provider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{AlertDescription, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsConnector};
use tonic::transport::{Channel, Endpoint, Uri};

use crate::clock::Clock;
use crate::digest::Sha256;
use crate::secret::Secret;

/// The name under which a device with a certificate calls its collector.
pub const DEVICE_NAME: &str = "devices.caretaker.internal";
/// The name under which a device that has none yet asks to be enrolled.
pub const ENROL_NAME: &str = "enrol.caretaker.internal";
/// The name under which an operator with a certificate calls the console.
pub const CONSOLE_NAME: &str = "console.caretaker.internal";
/// All names of a collector: they stand in its server's certificate.
pub const NAMES: [&str; 3] = [DEVICE_NAME, ENROL_NAME, CONSOLE_NAME];

/// Bytes that are read from a caller who was refused, so that it can read why.
const LAST_WORDS: u64 = 64 * 1024;
const HTTP2: &[u8] = b"h2";
const CONNECT: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(30);

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

/// Makes ring the provider for everything in this process that does not name one. Later calls change nothing.
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

/// Who is at the other end of an accepted connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Holds the key of this certificate (DER), which our authority signed and whose time has not passed.
    Device(Vec<u8>),
    /// The same under the name of the console. Whether the certificate is an operator's is decided call by call.
    Operator(Vec<u8>),
    /// Has shown nothing and may only enrol or log in.
    Stranger,
}

/// The server's side.
#[derive(Clone)]
pub struct Acceptor {
    known: Arc<ServerConfig>,
    strangers: Arc<ServerConfig>,
}

impl Acceptor {
    /// Settings for a server whose chain ends in its authority's certificate, so that a device that knows only the
    /// authority's fingerprint can check it.
    ///
    /// # Errors
    /// When a certificate or key cannot be used.
    pub fn new(identity: &Identity<'_>, authority_pem: &str, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let (mut chain, key) = identity.parse()?;
        let authority = certificate(authority_pem)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(roots(&authority)?, provider())
            .build()
            .map_err(TlsError::Authority)?;
        chain.push(authority);
        let settings = || {
            ServerConfig::builder_with_details(provider(), Arc::new(Time(clock.clone())))
                .with_protocol_versions(&[&TLS13])
                .map_err(TlsError::Identity)
        };
        let finish = |mut config: ServerConfig| {
            config.alpn_protocols = vec![HTTP2.to_vec()];
            config.send_tls13_tickets = 0;
            config.max_early_data_size = 0;
            config.session_storage = Arc::new(NoServerSessionStorage {});
            Arc::new(config)
        };
        let known = settings()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain.clone(), key.clone_key())
            .map_err(TlsError::Identity)?;
        let strangers = settings()?.with_no_client_auth().with_single_cert(chain, key).map_err(TlsError::Identity)?;
        Ok(Self { known: finish(known), strangers: finish(strangers) })
    }

    /// Shakes hands on a fresh connection. The caller sets the deadline.
    ///
    /// # Errors
    /// When the other end is not TLS 1.3, asks for an unknown name, or has no certificate that we trust.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, Peer)> {
        let hello = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
        match hello.client_hello().server_name() {
            Some(ENROL_NAME) => Ok((shake_hands(hello, self.strangers.clone()).await?, Peer::Stranger)),
            Some(DEVICE_NAME) => {
                let stream = shake_hands(hello, self.known.clone()).await?;
                let device = shown(&stream);
                Ok((stream, Peer::Device(device)))
            }
            Some(CONSOLE_NAME) => {
                let stream = shake_hands(hello, self.known.clone()).await?;
                let operator = shown(&stream);
                Ok((stream, Peer::Operator(operator)))
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "asks for a name that is not ours")),
        }
    }
}

/// The certificate of the other end, DER.
fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    shown.expect("the verifier demands a certificate").to_vec()
}

/// Ends the handshake. When it fails, the other end is given time to read why: a connection that is closed while
/// bytes wait to be read is reset by the system, and the reason may be lost with it.
async fn shake_hands(
    hello: tokio_rustls::StartHandshake<TcpStream>,
    config: Arc<ServerConfig>,
) -> io::Result<TlsStream<TcpStream>> {
    let (error, mut stream) = match hello.into_stream(config).into_fallible().await {
        Ok(stream) => return Ok(stream),
        Err(failed) => failed,
    };
    if stream.shutdown().await.is_ok() {
        let _ = tokio::io::copy(&mut stream.take(LAST_WORDS), &mut tokio::io::sink()).await;
    }
    Err(error)
}

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

/// Why a call did not reach the collector, in the words a person needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody answers there.
    Unreachable,
    /// Somebody answers who is not our collector.
    WrongAuthority,
    /// The collector's certificate is out of its time, or this machine's clock is wrong.
    CollectorExpired,
    /// The collector says that the certificate of this device or operator is out of its time.
    DeviceExpired,
    /// The collector does not trust the certificate of this device or operator.
    DeviceUnknown,
}

/// Finds the reason for a failed call among the causes of its error; `None` when the call did reach the collector.
#[must_use]
pub fn fault(error: &(dyn std::error::Error + 'static)) -> Option<Fault> {
    let mut cause = Some(error);
    let mut unreachable = None;
    while let Some(error) = cause {
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let tls = error.downcast_ref::<rustls::Error>().or_else(|| carried.and_then(|inner| inner.downcast_ref()));
        if let Some(tls) = tls {
            return Some(tls_fault(tls));
        }
        if error.is::<io::Error>() || error.is::<tonic::transport::Error>() {
            unreachable = Some(Fault::Unreachable);
        }
        cause = error.source();
    }
    unreachable
}

fn tls_fault(error: &rustls::Error) -> Fault {
    use rustls::CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    if let rustls::Error::AlertReceived(alert) = error {
        return if *alert == AlertDescription::CertificateExpired {
            Fault::DeviceExpired
        } else {
            Fault::DeviceUnknown
        };
    }
    let out_of_time = matches!(
        error,
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
    );
    if out_of_time { Fault::CollectorExpired } else { Fault::WrongAuthority }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, TlsError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(TlsError::Pem)
}

fn roots(authority: &CertificateDer<'static>) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).map_err(TlsError::Identity)?;
    Ok(Arc::new(roots))
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
