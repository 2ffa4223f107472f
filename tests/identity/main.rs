//! A device's identity from its token to its end: the agent's own enrolment, renewal and errors against the
//! collector's own service, over the wire, on a clock that is moved by hand.

mod house;

use caretaker_agent::identity::{self, Keeper};
use caretaker_agent::plain::{Exit, Plain};
use caretaker_agent::uplink::{Grpc, Uplink as _, UplinkError};
use caretaker_shared::clock::Clock as _;
use caretaker_shared::digest::Sha256;
use caretaker_shared::pki::DEVICE_RENEW_DAYS;
use caretaker_shared::tls::Fault;
use caretaker_shared::token::EnrolmentToken;

use crate::house::{DAY, DEVICE_DAYS, Device, House};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_renews_in_time_and_each_certificate_is_good_until_its_end() {
    let house = House::open().await;
    let device = Device::enrol(&house).await;
    let first = device.identity();
    house.clock.advance(DAY * (DEVICE_DAYS - DEVICE_RENEW_DAYS - 1));
    device.reports(&house).await;
    assert_eq!(device.identity().certificate, first.certificate, "{} days are left", DEVICE_RENEW_DAYS + 1);

    house.clock.advance(DAY);
    device.reports(&house).await;
    let second = device.identity();
    assert_ne!(second.certificate.serial, first.certificate.serial);
    assert_eq!(second.certificate.device(), first.certificate.device(), "it is the same device");
    device.reports(&house).await;
    assert_eq!(device.identity().certificate, second.certificate, "a new certificate is not renewed");

    let old = Grpc::new(&first, house.clock.clone()).expect("an identity");
    old.policy(1).await.expect("the old certificate is good until it ends");
    house.clock.advance(DAY * DEVICE_RENEW_DAYS + DAY);
    assert!(first.certificate.not_after < house.clock.now());
    device.reports(&house).await;

    let old = Grpc::new(&first, house.clock.clone()).expect("an identity");
    let refused = old.policy(1).await.expect_err("it has ended");
    assert_eq!(refused, UplinkError::Unreached(Fault::DeviceExpired));
    assert_eq!(
        identity::refused(&refused, &house.address).to_string(),
        "this device's certificate has expired\n  enrol it again:  caretaker-agent enrol --again TOKEN"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_was_away_too_long_enrols_again() {
    let house = House::open().await;
    let device = Device::enrol(&house).await;
    let first = device.identity();
    house.clock.advance(DAY * (DEVICE_DAYS + 1));
    let keeper = Keeper::open(device.state()).expect("reads").expect("is enrolled");
    assert!(keeper.expired(house.clock.now()));
    device.enrols(&house, &house.token().await).await.expect("a token lets it in again");
    assert_ne!(device.identity().certificate.serial, first.certificate.serial);
    device.reports(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_collector_changes_nothing() {
    let house = House::open().await;
    let device = Device::new();
    let foreign = EnrolmentToken::generate(house.address.clone(), Sha256::of(b"another authority"), None);
    let error = device.enrols(&house, &foreign).await.expect_err("it is not the collector of the token");
    let plain = error.downcast_ref::<Plain>().expect("a person can do something about it");
    assert_eq!(plain.exit, Exit::Denied);
    assert_eq!(
        plain.to_string(),
        format!(
            "{} answered, but it is not the collector that made the token\n  \
             check the address; if the collector was set up again, ask for a new token",
            house.address
        )
    );
    assert!(identity::load(device.state()).expect("reads").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_lets_in_one_device_only() {
    let house = House::open().await;
    let token = house.token().await;
    Device::new().enrols(&house, &token).await.expect("the first");
    let error = Device::new().enrols(&house, &token).await.expect_err("the second");
    assert_eq!(
        error.to_string(),
        "the enrolment token has been used as often as it may\n  \
         ask for a new one:  caretaker-collector token create --site SITE"
    );
}
