//! Who gets a connection, who does not, and what each side is told.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::{Clock, ManualClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::DeviceId;
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{
    Acceptor, DEVICE_NAME, Fault, Identity, Peer, TlsError, device_channel, enrol_channel, fault,
};
use jiff::Timestamp;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{self, cipher_suite};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

struct School {
    authority: Authority,
    authority_key: Secret<String>,
    clock: Arc<ManualClock>,
    acceptor: Acceptor,
}

struct Device {
    certificate: String,
    key: Secret<String>,
}

fn school() -> School {
    let now: Timestamp = "2026-11-22T09:00:00Z".parse().expect("a time");
    let clock = Arc::new(ManualClock::new(now));
    let (authority, authority_key) = Authority::generate("Northfield School", now).expect("an authority");
    let (server, key) = authority.issue_server(Validity { now, days: 90 }).expect("a server certificate");
    let identity = Identity { chain_pem: &server.pem, key_pem: &key };
    let acceptor = Acceptor::new(&identity, authority.pem(), clock.clone()).expect("settings");
    School { authority, authority_key, clock, acceptor }
}

impl School {
    fn device(&self, days: u32) -> Device {
        let key = DeviceKey::generate().expect("a key");
        let csr = key.request().expect("a request");
        let validity = Validity { now: self.clock.now(), days };
        let issued = self.authority.issue_device(DeviceId::random(), &csr, validity).expect("issues");
        Device { certificate: issued.pem, key: key.to_pem() }
    }

    fn channel(&self, address: &str, device: &Device, trusts: &School) -> Channel {
        let identity = Identity { chain_pem: &device.certificate, key_pem: &device.key };
        device_channel(address, &identity, trusts.authority.pem(), self.clock.clone()).expect("a channel")
    }
}

/// Lets one connection in and says who it was, while `channel` tries to make a call over it.
async fn meet(acceptor: &Acceptor, listener: &TcpListener, channel: Channel) -> (std::io::Result<Peer>, Option<Fault>) {
    let served = async {
        let (stream, _) = listener.accept().await?;
        acceptor.accept(stream).await.map(|(_, peer)| peer)
    };
    let request = http::Request::post("http://any/").body(Body::empty()).expect("a request");
    let called = async {
        let error = channel.oneshot(request).await.expect_err("nobody answers calls here");
        fault(&error)
    };
    tokio::time::timeout(Duration::from_secs(10), async { tokio::join!(served, called) })
        .await
        .expect("both come to an end")
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("has an address").to_string();
    (listener, address)
}

#[tokio::test]
async fn a_device_is_known_by_its_certificate() {
    let school = school();
    let device = school.device(100);
    let (listener, address) = listen().await;
    let (peer, _) = meet(&school.acceptor, &listener, school.channel(&address, &device, &school)).await;
    let Ok(Peer::Device(shown)) = peer else { panic!("expected a device, met {peer:?}") };
    let shown = caretaker_shared::pki::Certificate::from_der(&shown).expect("a certificate");
    let issued = caretaker_shared::pki::Certificate::from_pem(&device.certificate).expect("a certificate");
    assert_eq!(shown, issued);
}

#[tokio::test]
async fn a_stranger_reaches_the_pinned_collector_and_is_a_stranger() {
    let school = school();
    let (listener, address) = listen().await;
    let channel = enrol_channel(&address, school.authority.fingerprint(), school.clock.clone()).expect("a channel");
    let (peer, _) = meet(&school.acceptor, &listener, channel).await;
    assert_eq!(peer.ok(), Some(Peer::Stranger));
}

#[tokio::test]
async fn a_stranger_refuses_a_collector_with_another_fingerprint() {
    let school = school();
    let (listener, address) = listen().await;
    let channel = enrol_channel(&address, Sha256::of(b"another"), school.clock.clone()).expect("a channel");
    let (peer, fault) = meet(&school.acceptor, &listener, channel).await;
    assert!(peer.is_err());
    assert_eq!(fault, Some(Fault::WrongAuthority));
}

#[tokio::test]
async fn a_device_refuses_another_schools_collector() {
    let (ours, theirs) = (school(), school());
    let device = ours.device(100);
    let (listener, address) = listen().await;
    let (peer, fault) = meet(&theirs.acceptor, &listener, ours.channel(&address, &device, &ours)).await;
    assert!(peer.is_err());
    assert_eq!(fault, Some(Fault::WrongAuthority));
}

#[tokio::test]
async fn a_collector_refuses_another_schools_device() {
    let (ours, theirs) = (school(), school());
    let foreign = theirs.device(100);
    let (listener, address) = listen().await;
    let (peer, fault) = meet(&ours.acceptor, &listener, ours.channel(&address, &foreign, &ours)).await;
    assert!(peer.is_err());
    assert_eq!(fault, Some(Fault::DeviceUnknown));
}

#[tokio::test]
async fn a_certificate_is_good_until_its_last_day() {
    let school = school();
    let device = school.device(2);
    let (listener, address) = listen().await;
    school.clock.advance(Duration::from_secs(47 * 3600));
    let (peer, _) = meet(&school.acceptor, &listener, school.channel(&address, &device, &school)).await;
    assert!(matches!(peer, Ok(Peer::Device(_))));
    school.clock.advance(Duration::from_secs(2 * 3600));
    let (peer, fault) = meet(&school.acceptor, &listener, school.channel(&address, &device, &school)).await;
    assert!(peer.is_err());
    assert_eq!(fault, Some(Fault::DeviceExpired));
}

#[tokio::test]
async fn a_device_notices_a_collector_whose_time_has_passed() {
    let school = school();
    let device = school.device(400);
    let (listener, address) = listen().await;
    school.clock.advance(Duration::from_secs(91 * 24 * 3600));
    let (_, fault) = meet(&school.acceptor, &listener, school.channel(&address, &device, &school)).await;
    assert_eq!(fault, Some(Fault::CollectorExpired));
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let school = school();
    let device = school.device(100);
    let (listener, address) = listen().await;
    drop(listener);
    let request = http::Request::post("http://any/").body(Body::empty()).expect("a request");
    let error = school.channel(&address, &device, &school).oneshot(request).await.expect_err("nobody is there");
    assert_eq!(fault(&error), Some(Fault::Unreachable));
}

#[tokio::test]
async fn what_is_not_tls_is_refused() {
    use tokio::io::AsyncWriteExt as _;
    let school = school();
    let (listener, address) = listen().await;
    let mut plain = TcpStream::connect(&address).await.expect("connects");
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("writes");
    let (stream, _) = listener.accept().await.expect("accepts");
    assert!(school.acceptor.accept(stream).await.is_err());
}

/// A certificate of the school's own authority for a key of this kind.
fn certified(
    school: &School,
    kind: &'static rcgen::SignatureAlgorithm,
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let authority = rcgen::KeyPair::from_pem(school.authority_key.expose()).expect("a key");
    let issuer = rcgen::Issuer::from_ca_cert_pem(school.authority.pem(), authority).expect("an issuer");
    let key = rcgen::KeyPair::generate_for(kind).expect("a key");
    let params = rcgen::CertificateParams::new(vec![DEVICE_NAME.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &issuer).expect("signs");
    (certificate.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}

/// What rustls speaks with everybody, but with no cipher other than ChaCha20-Poly1305.
fn chacha() -> CryptoProvider {
    CryptoProvider { cipher_suites: vec![cipher_suite::TLS13_CHACHA20_POLY1305_SHA256], ..ring::default_provider() }
}

/// A stranger's program, which does more than we do and asks for the devices' name.
async fn call(
    school: &School,
    provider: CryptoProvider,
    shows: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
) -> std::io::Error {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(school.authority.pem().as_bytes()).expect("PEM")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
    let config = config.expect("settings").with_root_certificates(roots);
    let config = match shows {
        Some((certificate, key)) => config.with_client_auth_cert(vec![certificate], key).expect("an identity"),
        None => config.with_no_client_auth(),
    };
    let (listener, address) = listen().await;
    let called = async {
        let stream = TcpStream::connect(&address).await.expect("connects");
        let name = ServerName::try_from(DEVICE_NAME).expect("a name");
        let _ = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    };
    let served = async {
        let (stream, _) = listener.accept().await.expect("accepts");
        school.acceptor.accept(stream).await.map(|(_, peer)| peer).expect_err("refuses")
    };
    tokio::join!(called, served).1
}

/// What a device says of a collector that does more than ours and has this identity.
async fn meet_other(
    school: &School,
    provider: CryptoProvider,
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
) -> Option<Fault> {
    let config = ServerConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
    let config = config.expect("settings").with_no_client_auth().with_single_cert(vec![certificate], key);
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config.expect("an identity")));
    let device = school.device(100);
    let (listener, address) = listen().await;
    let served = async {
        let (stream, _) = listener.accept().await.expect("accepts");
        let _ = acceptor.accept(stream).await;
    };
    let request = http::Request::post("http://any/").body(Body::empty()).expect("a request");
    let called = async {
        let error = school.channel(&address, &device, school).oneshot(request).await.expect_err("no collector of ours");
        fault(&error)
    };
    tokio::join!(served, called).1
}

fn tls_error(error: &std::io::Error) -> &rustls::Error {
    error.get_ref().and_then(|inner| inner.downcast_ref()).expect("an error of TLS")
}

#[tokio::test]
async fn a_caller_with_no_cipher_but_chacha_is_refused() {
    let school = school();
    let refused = call(&school, chacha(), None).await;
    let expected = rustls::Error::PeerIncompatible(rustls::PeerIncompatible::NoCipherSuitesInCommon);
    assert_eq!(tls_error(&refused), &expected);
}

#[tokio::test]
async fn a_caller_with_a_p384_certificate_is_refused_though_our_authority_signed_it() {
    let school = school();
    let refused =
        call(&school, ring::default_provider(), Some(certified(&school, &rcgen::PKCS_ECDSA_P384_SHA384))).await;
    // Its side finds no signature that ours would take, and shows nothing.
    assert_eq!(tls_error(&refused), &rustls::Error::NoCertificatesPresented);
}

#[tokio::test]
async fn a_device_refuses_a_collector_with_no_cipher_but_chacha() {
    let school = school();
    let identity = certified(&school, &rcgen::PKCS_ECDSA_P256_SHA256);
    assert_eq!(meet_other(&school, chacha(), identity).await, Some(Fault::WrongAuthority));
}

#[tokio::test]
async fn a_device_refuses_a_collector_with_a_p384_certificate() {
    let school = school();
    let identity = certified(&school, &rcgen::PKCS_ECDSA_P384_SHA384);
    assert_eq!(meet_other(&school, ring::default_provider(), identity).await, Some(Fault::WrongAuthority));
}

#[test]
fn a_device_takes_no_key_of_another_kind() {
    let school = school();
    let (_, key) = certified(&school, &rcgen::PKCS_ECDSA_P384_SHA384);
    let pem = Secret::new(rcgen::KeyPair::try_from(key.secret_der()).expect("a key").serialize_pem());
    let device = school.device(100);
    let identity = Identity { chain_pem: &device.certificate, key_pem: &pem };
    let refused = device_channel("127.0.0.1:1", &identity, school.authority.pem(), school.clock.clone());
    assert!(matches!(refused, Err(TlsError::Identity(_))));
}
