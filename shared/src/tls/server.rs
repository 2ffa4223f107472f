//! The server's side: the name that a caller asks for chooses what it has to show.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::version::TLS13;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::{CONSOLE_NAME, DEVICE_NAME, ENROL_NAME, HTTP2, Identity, Time, TlsError, certificate, provider, roots};
use crate::clock::Clock;

/// Bytes that are read from a caller who was refused, so that it can read why.
const LAST_WORDS: u64 = 64 * 1024;

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
