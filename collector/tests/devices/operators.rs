//! Operators on the one port: how they come in, and that neither they nor devices come where the other belongs.

use caretaker_collector::store::{Added, NewOperator};
use caretaker_proto::agent::v1 as agent;
use caretaker_proto::agent::v1::agent_client::AgentClient;
use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::admission_client::AdmissionClient;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_shared::clock::Clock as _;
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::model::Role;
use caretaker_shared::pki::{Certificate, DeviceKey};
use caretaker_shared::secret::Secret;
use caretaker_shared::tls::{self, Fault, Identity};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::house::{DAY, House};

/// A code for somebody new.
async fn code(house: &House, name: &str, role: Role) -> LoginCode {
    let now = house.clock.now();
    let code = LoginCode::generate(house.address.clone(), house.authority.fingerprint());
    let new = NewOperator {
        name: name.into(),
        role,
        email: String::new(),
        sites: Vec::new(),
        code: code.fingerprint(),
        code_until: now.checked_add(DAY).expect("in range"),
    };
    let added = house.store.add_operator(new, "the test", now).await.expect("the database answers");
    assert!(matches!(added, Added::Done(_)), "{added:?}");
    code
}

async fn log_in(house: &House, code: &LoginCode, key: &DeviceKey) -> Result<proto::LoginResponse, Status> {
    let channel = tls::enrol_channel(&house.address, house.authority.fingerprint(), house.clock.clone());
    let csr_der = key.request().expect("a request");
    let request = proto::LoginRequest { code_secret: code.secret().expose().clone(), csr_der };
    Ok(AdmissionClient::new(channel.expect("a channel")).login(request).await?.into_inner())
}

fn console(house: &House, certificate_pem: &str, key_pem: &Secret<String>) -> Channel {
    let identity = Identity { chain_pem: certificate_pem, key_pem };
    tls::console_channel(&house.address, &identity, house.authority.pem(), house.clock.clone()).expect("a channel")
}

#[tokio::test]
async fn a_code_lets_one_machine_in_once_and_the_access_ends_with_the_next_call() {
    let house = House::open().await;
    let (code, key) = (code(&house, "Nora Example", Role::NetworkManager).await, DeviceKey::generate().expect("a key"));
    let answer = log_in(&house, &code, &key).await.expect("is let in");
    assert_eq!((answer.school.as_str(), answer.authority_pem.as_str()), ("Northfield School", house.authority.pem()));
    let certificate = Certificate::from_pem(&answer.certificate_pem).expect("a certificate");
    assert_eq!(certificate.not_after.duration_since(house.clock.now()).as_hours(), 100 * 24);
    let again = log_in(&house, &code, &key).await.expect_err("the code is used");
    assert_eq!(again.code(), Code::PermissionDenied);
    assert!(again.message().starts_with("this login code has been used"), "{again:?}");

    let channel = console(&house, &answer.certificate_pem, &key.to_pem());
    let mut operators = OperatorsClient::new(channel.clone());
    let me = operators.who_am_i(proto::WhoAmIRequest {}).await.expect("is known").into_inner();
    assert_eq!(me.operator.map(|operator| operator.name), Some("Nora Example".into()));
    let next = DeviceKey::generate().expect("a key");
    let request = proto::RenewOperatorRequest { csr_der: next.request().expect("a request") };
    let renewed = operators.renew_operator(request).await.expect("renews").into_inner().certificate_pem;
    let renewed = ConsoleClient::new(console(&house, &renewed, &next.to_pem()));
    renewed.clone().status(proto::StatusRequest {}).await.expect("the next certificate is good");

    // The connections stay open; what they may do is asked anew.
    house.store.revoke_operator("Nora Example", "left", "the test", house.clock.now()).await.expect("revokes");
    for mut client in [ConsoleClient::new(channel), renewed] {
        let refused = client.status(proto::StatusRequest {}).await.expect_err("is shut out");
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
}

#[tokio::test]
async fn codes_that_are_unknown_or_late_and_requests_that_are_none_open_nothing() {
    let house = House::open().await;
    let key = DeviceKey::generate().expect("a key");
    let invented = LoginCode::generate(house.address.clone(), house.authority.fingerprint());
    assert_eq!(log_in(&house, &invented, &key).await.expect_err("never made").code(), Code::PermissionDenied);
    let late = code(&house, "Nora Example", Role::Head).await;
    house.clock.advance(DAY);
    let refused = log_in(&house, &late, &key).await.expect_err("too late");
    assert!(refused.message().starts_with("this login code's time has passed"), "{refused:?}");

    let good = code(&house, "Anna Example", Role::Head).await;
    let channel = tls::enrol_channel(&house.address, house.authority.fingerprint(), house.clock.clone());
    let mut admission = AdmissionClient::new(channel.expect("a channel"));
    for csr_der in [Vec::new(), b"no request".to_vec(), vec![0; 100_000]] {
        let request = proto::LoginRequest { code_secret: good.secret().expose().clone(), csr_der };
        assert_eq!(admission.login(request).await.expect_err("no request").code(), Code::InvalidArgument);
    }
    log_in(&house, &good, &key).await.expect("a mistake does not use the code up");

    // Wrong codes are held up; a good one is not.
    let good = code(&house, "Bea Example", Role::Auditor).await;
    let mut codes = Vec::new();
    for _ in 0..30 {
        codes.push(log_in(&house, &invented, &key).await.expect_err("never made").code());
    }
    assert_eq!(codes.last(), Some(&Code::ResourceExhausted));
    log_in(&house, &good, &key).await.expect("a good code is never held up");
}

#[tokio::test]
async fn neither_comes_where_the_other_belongs() {
    let house = House::open().await;
    let (code, key) = (code(&house, "Nora Example", Role::NetworkManager).await, DeviceKey::generate().expect("a key"));
    let operator = log_in(&house, &code, &key).await.expect("is let in").certificate_pem;
    let enrol = DeviceKey::generate().expect("a key");
    let request = crate::house::enrol_request(&house.token(1).await, &enrol);
    let device = house.stranger().enrol(request).await.expect("enrols").into_inner().certificate_pem;

    // A device under the console's name, and under its own to the console's services.
    let status = proto::StatusRequest {};
    let mut wrong = ConsoleClient::new(console(&house, &device, &enrol.to_pem()));
    assert_eq!(wrong.status(status).await.expect_err("no operator").code(), Code::PermissionDenied);
    let identity = Identity { chain_pem: &device, key_pem: &enrol.to_pem() };
    let channel = tls::device_channel(&house.address, &identity, house.authority.pem(), house.clock.clone());
    let mut wrong = ConsoleClient::new(channel.expect("a channel"));
    assert_eq!(wrong.status(status).await.expect_err("not there").code(), Code::Unimplemented);

    // An operator under the devices' name, and under their own to the devices' service.
    let mut wrong = house.channel(&operator, &key.to_pem());
    let hello = agent::HelloRequest::default();
    assert_eq!(wrong.hello(hello.clone()).await.expect_err("no device").code(), Code::Unauthenticated);
    let mut wrong = AgentClient::new(console(&house, &operator, &key.to_pem()));
    assert_eq!(wrong.hello(hello).await.expect_err("not there").code(), Code::Unimplemented);

    // A stranger at the console's services; and a certificate of another authority under the console's name.
    let channel = tls::enrol_channel(&house.address, house.authority.fingerprint(), house.clock.clone());
    let mut stranger = ConsoleClient::new(channel.expect("a channel"));
    assert_eq!(stranger.status(status).await.expect_err("not there").code(), Code::Unimplemented);
    let other = House::open().await;
    let code = self::code(&other, "Nora Example", Role::NetworkManager).await;
    let foreign = log_in(&other, &code, &key).await.expect("is let in there").certificate_pem;
    let mut foreign = ConsoleClient::new(console(&house, &foreign, &key.to_pem()));
    let refused = foreign.status(status).await.expect_err("not of this school");
    assert_eq!(tls::fault(&refused), Some(Fault::DeviceUnknown));
}
