//! Those who may not, and those who must not be stopped by them.

use std::net::TcpStream;
use std::sync::Arc;

use caretaker_proto::agent::v1 as proto;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_shared::clock::SystemClock;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, DeviceId, Envelope, EpochId, Payload, Stream};
use caretaker_shared::pki::{Authority, DeviceKey, Validity};
use caretaker_shared::secret::Secret;
use caretaker_shared::tls;
use caretaker_shared::wire::{self, Upload};
use caretaker_tests::agent::{Agent, PHRASE};
use caretaker_tests::caller::{Caller, clock, greeting};
use caretaker_tests::school::{READY, School};
use caretaker_tests::wait;
use jiff::{Timestamp, ToSpan as _};
use tonic::{Code, Status};

/// A certificate made with an authority's key, for a device that may not even exist.
fn forged(authority: &Authority, trusts: &str, address: String, device: DeviceId, validity: Validity) -> Caller {
    let key = DeviceKey::generate().expect("a key");
    let issued = authority.issue_device(device, &key.request().expect("a request"), validity).expect("issues");
    Caller { authority_pem: trusts.to_owned(), certificate_pem: issued.pem, key: key.to_pem(), address }
}

fn hello(epoch: EpochId) -> proto::HelloRequest {
    greeting(epoch).into()
}

fn tamper(epoch: EpochId, sequence: u64) -> proto::UploadRequest {
    let event = DeviceEvent::of_agent(DeviceEventKind::Started, Timestamp::now());
    let envelope = wire::encode(&Envelope { recorded: clock(), payload: Payload::Device(event) });
    Upload { epoch, stream: Stream::Tamper, records: vec![(sequence, envelope)], clock: clock() }.into()
}

fn reason(status: &Status) -> &str {
    status.metadata().get("caretaker-reason").and_then(|reason| reason.to_str().ok()).unwrap_or_default()
}

fn school_authority(school: &School) -> Authority {
    let read = |name: &str| std::fs::read_to_string(school.data().join(name)).expect("the authority's file");
    Authority::from_pem(read("authority.pem"), &Secret::new(read("authority.key"))).expect("the school's authority")
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_without_a_valid_identity_are_refused() {
    let school = School::open();
    let ours = school_authority(&school);
    let now = Timestamp::now();
    let (foreign, _) = Authority::generate("Southfield School", now).expect("an authority");
    let epoch = EpochId::random();
    let fresh = Validity { now, days: 100 };

    let stranger = forged(&foreign, ours.pem(), school.address(), DeviceId::random(), fresh);
    let refused = stranger.client().hello(hello(epoch)).await.expect_err("a foreign certificate");
    assert_eq!(tls::fault(&refused), Some(tls::Fault::DeviceUnknown), "{refused:?}");

    let past = Validity { now: now.checked_sub((24 * 9).hours()).expect("in range"), days: 3 };
    let expired = forged(&ours, ours.pem(), school.address(), DeviceId::random(), past);
    let refused = expired.client().hello(hello(epoch)).await.expect_err("an expired certificate");
    assert_eq!(tls::fault(&refused), Some(tls::Fault::DeviceExpired), "{refused:?}");

    // Signed by our own authority, but for a device that was never enrolled: a leaked key is not enough.
    let invented = forged(&ours, ours.pem(), school.address(), DeviceId::random(), fresh);
    let refused = invented.client().hello(hello(epoch)).await.expect_err("a device that nobody enrolled");
    assert_eq!((refused.code(), reason(&refused)), (Code::Unauthenticated, "device-unknown"), "{refused:?}");

    // Without a certificate, only enrolment is open.
    let bare = tls::enrol_channel(&school.address(), ours.fingerprint(), Arc::new(SystemClock)).expect("a channel");
    let refused = AgentClient::new(bare).hello(hello(epoch)).await.expect_err("no certificate at all");
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused:?}");
    assert_eq!(school.count("SELECT count(*) FROM epoch"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_stopped_on_its_open_connection() {
    let school = School::open();
    let device = Caller::enrol(&school, "DESKTOP-01").await;
    let epoch = EpochId::random();
    let mut client = device.client();
    client.hello(hello(epoch)).await.expect("is welcome");
    client.upload(tamper(epoch, 1)).await.expect("is stored");
    let _ = school.command(&["device", "revoke", "DESKTOP-01", "--reason", "stolen from the library"]).ok();
    let refused = client.upload(tamper(epoch, 2)).await.expect_err("is revoked");
    assert_eq!((refused.code(), reason(&refused)), (Code::PermissionDenied, "device-revoked"), "{refused:?}");
    assert_eq!(school.count("SELECT count(*) FROM event"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_cannot_write_as_another() {
    let school = School::open();
    let (one, two) = (Caller::enrol(&school, "DESKTOP-01").await, Caller::enrol(&school, "DESKTOP-02").await);
    let epoch = EpochId::random();
    one.client().hello(hello(epoch)).await.expect("is welcome");
    let refused = two.client().upload(tamper(epoch, 1)).await.expect_err("the epoch is another's");
    assert_eq!(reason(&refused), "epoch-unknown", "{refused:?}");
    assert_eq!(school.count("SELECT count(*) FROM event"), 0);
    // Even a device that takes over the same epoch number writes into a history of its own.
    two.client().hello(hello(epoch)).await.expect("is welcome");
    two.client().upload(tamper(epoch, 1)).await.expect("is stored as its own");
    assert_eq!(school.count("SELECT count(*) FROM event WHERE device = (SELECT min(id) FROM device)"), 0);
    assert_eq!(school.count("SELECT count(*) FROM event WHERE device = (SELECT max(id) FROM device)"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn oversized_and_garbled_messages_are_refused_and_cost_no_memory() {
    let school = School::open();
    let device = Caller::enrol(&school, "DESKTOP-01").await;
    let epoch = EpochId::random();
    let mut client = device.client();
    client.hello(hello(epoch)).await.expect("is welcome");
    let before = school.collector().resident_bytes();
    for _ in 0..60 {
        let mut large = tamper(epoch, 1);
        large.records[0].envelope = vec![0; 2 * 1024 * 1024];
        let refused = device.client().upload(large).await.expect_err("is too large");
        assert!(matches!(refused.code(), Code::OutOfRange | Code::ResourceExhausted), "{refused:?}");
    }
    let grown = school.collector().resident_bytes().saturating_sub(before);
    assert!(grown < 32 * 1024 * 1024, "grew by {grown} bytes");

    // An envelope that nobody can read is kept aside, named, and does not stop the stream.
    let mut garbled = tamper(epoch, 1);
    garbled.records[0].envelope = vec![0xff; 300];
    let mut client = device.client();
    assert_eq!(client.upload(garbled).await.expect("moves on").into_inner().high_water, 1);
    assert_eq!(client.upload(tamper(epoch, 2)).await.expect("moves on").into_inner().high_water, 2);
    assert_eq!(school.count("SELECT count(*) FROM quarantine"), 1);
    let findings = school.json(&["findings", "integrity"]);
    assert_eq!(findings["findings"].as_array().map(Vec::len), Some(1), "{findings}");

    // A number that comes twice with different content: the first stands, and people are told.
    let answer = client.upload(tamper(epoch, 2)).await.expect("is answered").into_inner();
    assert_eq!(answer.high_water, 2);
    assert_eq!(school.count("SELECT count(*) FROM event"), 1);
    assert_eq!(school.count("SELECT count(*) FROM quarantine"), 2);
}

#[test]
fn half_open_connections_do_not_stop_an_honest_device() {
    let school = School::open();
    let mut agent = Agent::enrol(&school, "device");
    let idle: Vec<TcpStream> =
        (0..200).map(|_| TcpStream::connect(school.address()).expect("the collector listens")).collect();
    agent.run_until_reported(&school);
    std::fs::write(school.documents().join("essay.txt"), format!("This is the {PHRASE}.")).expect("saves");
    wait::until("the event", READY, || {
        (school.count("SELECT count(*) FROM event WHERE kind = 'keyword'") == 1).then_some(())
    });
    drop(idle);
    agent.stop();
}
