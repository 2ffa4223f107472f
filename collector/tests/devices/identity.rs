//! Who is let in, and who is no longer.

use std::time::Duration;

use caretaker_collector::store::{NotIngested, Standing};
use caretaker_proto::agent::v1 as proto;
use caretaker_shared::clock::Clock as _;
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, DeviceId, Gap, GapReason, Payload, Stream};
use caretaker_shared::pki::{Authority, Certificate, DeviceKey, Validity};
use caretaker_shared::refusal::Refusal;
use caretaker_shared::tls::{self, Fault};
use caretaker_shared::wire::Upload;
use tonic::Code;

use crate::house::{DAY, DEVICE_DAYS, HOUR, House, enrol_request, refusal};

#[tokio::test]
async fn a_token_lets_in_as_many_devices_as_it_says() {
    let house = House::open().await;
    let secret = house.token(2).await;
    for _ in 0..2 {
        let key = DeviceKey::generate().expect("a key");
        let answer = house.stranger().enrol(enrol_request(&secret, &key)).await.expect("enrols").into_inner();
        assert_eq!((answer.school.as_str(), answer.site.as_str()), ("Northfield School", "Main"));
        assert_eq!(answer.authority_pem, house.authority.pem());
    }
    let key = DeviceKey::generate().expect("a key");
    let refused = house.stranger().enrol(enrol_request(&secret, &key)).await.expect_err("used up");
    assert_eq!(refusal(&refused), (Some(Refusal::TokenUsedUp), Code::PermissionDenied));
    assert_eq!(house.value::<i64>("SELECT count(*) FROM device"), 2);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM audit WHERE action = 'enrol'"), 2);
}

#[tokio::test]
async fn a_wrong_and_an_expired_token_are_told_apart() {
    let house = House::open().await;
    let key = DeviceKey::generate().expect("a key");
    let wrong = house.stranger().enrol(enrol_request("guessed", &key)).await.expect_err("never made");
    assert_eq!(refusal(&wrong), (Some(Refusal::TokenUnknown), Code::PermissionDenied));
    let secret = house.token(1).await;
    house.clock.advance(DAY);
    let late = house.stranger().enrol(enrol_request(&secret, &key)).await.expect_err("too late");
    assert_eq!(refusal(&late), (Some(Refusal::TokenExpired), Code::PermissionDenied));
}

#[tokio::test]
async fn wrong_tokens_run_out_but_never_hold_up_a_good_one() {
    let house = House::open().await;
    let key = DeviceKey::generate().expect("a key");
    let mut stranger = house.stranger();
    let mut held_up = 0;
    for _ in 0..60 {
        let refused = stranger.enrol(enrol_request("guessed", &key)).await.expect_err("never made");
        held_up += u32::from(refused.code() == Code::ResourceExhausted);
    }
    assert_eq!(held_up, 10);
    house.enrol().await;
}

#[tokio::test]
async fn a_request_that_proves_no_key_uses_up_nothing() {
    let house = House::open().await;
    let secret = house.token(1).await;
    let key = DeviceKey::generate().expect("a key");
    let mut broken = enrol_request(&secret, &key);
    if let Some(last) = broken.csr_der.last_mut() {
        *last ^= 1;
    }
    let refused = house.stranger().enrol(broken).await.expect_err("its signature is wrong");
    assert_eq!(refusal(&refused), (Some(Refusal::Malformed), Code::InvalidArgument));
    house.stranger().enrol(enrol_request(&secret, &key)).await.expect("the token is still good");
}

#[tokio::test]
async fn a_stranger_may_enrol_and_nothing_else() {
    let house = House::open().await;
    let device = house.device().await;
    let tamper = device.envelope(Payload::Device(DeviceEvent::of_agent(DeviceEventKind::Started, device.now().wall)));
    let mut stranger = house.stranger();
    let upload = device.request(Stream::Tamper, vec![(1, tamper)]);
    let refused = stranger.upload(upload).await.expect_err("shows no certificate");
    assert_eq!(refusal(&refused), (Some(Refusal::DeviceUnknown), Code::Unauthenticated));
    let refused = stranger.policy(proto::PolicyRequest { version: 0 }).await.expect_err("shows no certificate");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let refused = stranger.renew(proto::RenewRequest { csr_der: vec![1] }).await.expect_err("shows no certificate");
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM record"), 0);
}

#[tokio::test]
async fn a_device_cannot_use_up_tokens() {
    let house = House::open().await;
    let mut device = house.enrol().await;
    let secret = house.token(1).await;
    let key = DeviceKey::generate().expect("a key");
    let refused = device.client.enrol(enrol_request(&secret, &key)).await.expect_err("is in already");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(house.value::<i64>("SELECT count(*) FROM token WHERE uses = 1"), 1, "its own alone");
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let house = House::open().await;
    let (foreign, _) = Authority::generate("Northfield School", house.clock.now()).expect("an authority");
    let key = DeviceKey::generate().expect("a key");
    let csr = key.request().expect("a request");
    let validity = Validity { now: house.clock.now(), days: 10 };
    let issued = foreign.issue_device(DeviceId::random(), &csr, validity).expect("issues");
    let mut client = house.channel(&issued.pem, &key.to_pem());
    let refused = client.policy(proto::PolicyRequest { version: 0 }).await.expect_err("not ours");
    assert_eq!(tls::fault(&refused), Some(Fault::DeviceUnknown));
}

#[tokio::test]
async fn a_certificate_that_the_database_does_not_know_is_refused() {
    let house = House::open().await;
    let key = DeviceKey::generate().expect("a key");
    let csr = key.request().expect("a request");
    let validity = Validity { now: house.clock.now(), days: 10 };
    let known = house.enrol().await;
    // Signed by the authority, and for a device that exists: but never written down.
    let issued = house.authority.issue_device(known.id, &csr, validity).expect("issues");
    let mut client = house.channel(&issued.pem, &key.to_pem());
    let refused = client.policy(proto::PolicyRequest { version: 0 }).await.expect_err("not known");
    assert_eq!(refusal(&refused), (Some(Refusal::DeviceUnknown), Code::Unauthenticated));
}

#[tokio::test]
async fn a_revocation_acts_on_an_open_connection() {
    let house = House::open().await;
    let mut device = house.device().await;
    device.hello().await.expect("is welcome");
    let revoked = house.store.revoke_device(device.id, "stolen", "the test", house.clock.now()).await;
    assert!(revoked.expect("revokes"));
    let refused = device.hello().await.expect_err("is revoked");
    assert_eq!(refusal(&refused), (Some(Refusal::DeviceRevoked), Code::PermissionDenied));
    let refused = device.upload(Stream::State, Vec::new()).await.expect_err("is revoked");
    assert_eq!(refusal(&refused).0, Some(Refusal::DeviceRevoked));
}

#[tokio::test]
async fn an_upload_that_waited_while_its_device_was_revoked_changes_nothing() {
    let house = House::open().await;
    let device = house.device().await;
    let now = house.clock.now();
    let standing = house.store.standing(device.id, device.serial.clone(), now).await.expect("reads");
    let Standing::Active(caller) = standing else { panic!("it may speak") };
    assert!(house.store.revoke_device(device.id, "stolen", "the test", now).await.expect("revokes"));
    let records = vec![(1, device.envelope(Payload::Gap(Gap { from: 1, to: 1, reason: GapReason::Quota })))];
    let upload = Upload { epoch: device.epoch, stream: Stream::State, records, clock: device.now() };
    let outcome = house.store.ingest(caller, upload, now).await.expect("answers");
    assert_eq!(outcome, Err(NotIngested::Revoked));
    assert_eq!(house.value::<i64>("SELECT count(*) FROM record"), 0);
}

#[tokio::test]
async fn a_device_renews_and_both_certificates_are_good_until_they_end() {
    let house = House::open().await;
    let mut device = house.device().await;
    house.clock.advance(DAY * (DEVICE_DAYS / 2));
    let next_key = DeviceKey::generate().expect("a key");
    let request = proto::RenewRequest { csr_der: next_key.request().expect("a request") };
    let renewed = device.client.renew(request).await.expect("renews").into_inner().certificate_pem;
    let certificate = Certificate::from_pem(&renewed).expect("a certificate");
    assert_eq!(certificate.device(), Ok(device.id));
    let mut next = house.channel(&renewed, &next_key.to_pem());
    next.policy(proto::PolicyRequest { version: 1 }).await.expect("the new one is good");
    device.client.policy(proto::PolicyRequest { version: 1 }).await.expect("the old one is good");

    house.clock.advance(DAY * (DEVICE_DAYS / 2) + HOUR);
    next.policy(proto::PolicyRequest { version: 1 }).await.expect("the new one is good still");
    let refused = device.client.policy(proto::PolicyRequest { version: 1 }).await.expect_err("the old one has ended");
    assert_eq!(refusal(&refused).0, Some(Refusal::DeviceUnknown), "on the connection that was open");
    let standing = house.store.standing(device.id, device.serial.clone(), house.clock.now()).await.expect("reads");
    assert_eq!(standing, Standing::Unknown);
}

#[tokio::test]
async fn an_expired_certificate_opens_no_connection() {
    let house = House::open().await;
    let mut device = house.enrol().await;
    house.clock.advance(DAY * DEVICE_DAYS + Duration::from_secs(1));
    let refused = device.hello().await.expect_err("has ended");
    assert_eq!(tls::fault(&refused), Some(Fault::DeviceExpired));
}

#[tokio::test]
async fn a_device_hears_its_sites_policy_once() {
    let house = House::open().await;
    let mut device = house.device().await;
    let answer = device.client.policy(proto::PolicyRequest { version: 0 }).await.expect("answers").into_inner();
    let policy = answer.policy.expect("there is one");
    assert_eq!((policy.version, policy.school.as_str(), policy.site.as_str()), (1, "Northfield School", "Main"));
    let again = device.client.policy(proto::PolicyRequest { version: 1 }).await.expect("answers").into_inner();
    assert_eq!(again.policy, None);
    let next = caretaker_shared::policy::PRESET.replace("max_seconds = 300", "max_seconds = 240");
    house.store.apply_policy("Main", &next, "the test", house.clock.now()).await.expect("applies");
    assert_eq!(device.hello().await.expect("is welcome").policy_version, 2);
    let newer = device.client.policy(proto::PolicyRequest { version: 1 }).await.expect("answers").into_inner();
    assert_eq!(newer.policy.map(|policy| policy.version), Some(2));
}

#[tokio::test]
async fn a_device_is_unknown_until_its_first_word_and_from_then_on_met() {
    const OPEN: &str =
        "SELECT count(*) FROM finding WHERE requirement = 'A1' AND verdict = 'unknown' AND closed_at IS NULL";
    let house = House::open().await;
    let mut device = house.enrol().await;
    house.store.rejudge_aging(house.clock.now()).await.expect("judges");
    assert_eq!(house.value::<i64>(OPEN), 1);
    device.hello().await.expect("is welcome");
    assert_eq!(house.value::<i64>(OPEN), 0);
}
