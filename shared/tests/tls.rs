//! Who gets a connection, who does not, and what each side is told.

use std::sync::Arc;
use std::time::Duration;

use caretaker_shared::clock::{Clock, ManualClock};
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::DeviceId;
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{Acceptor, Fault, Identity, Peer, device_channel, enrol_channel, fault};
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tonic::body::Body;
use tonic::transport::Channel;
use tower::ServiceExt as _;

struct School {
    authority: Authority,
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
    let (authority, _) = Authority::generate("Northfield School", now).expect("an authority");
    let (server, key) = authority.issue_server(Validity { now, days: 90 }).expect("a server certificate");
    let identity = Identity { chain_pem: &server.pem, key_pem: &key };
    let acceptor = Acceptor::new(&identity, authority.pem(), clock.clone()).expect("settings");
    School { authority, clock, acceptor }
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
