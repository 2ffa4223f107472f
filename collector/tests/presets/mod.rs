//! What the presets promise, clause by clause: a device or an event that breaks a clause is found, and shown to whom it
//! should be. Everything comes in as a device sends it and is looked at as an operator sees it.

mod a;
mod b;
mod c;
mod d;
mod documented;
mod e;
mod stated;

use std::collections::BTreeMap;

use caretaker_collector::presets::preset;
use caretaker_collector::store::{Added, NewOperator};
use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::admission_client::AdmissionClient;
use caretaker_proto::console::v1::cases_client::CasesClient;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_shared::clock::Clock as _;
use caretaker_shared::digest::Sha256;
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::model::{
    DeviceEvent, DeviceEventKind, DeviceId, Facts, KeywordEvent, Outcome, Payload, Reading, Role, Severity, Stream,
    SubjectKind,
};
use caretaker_shared::pki::DeviceKey;
use caretaker_shared::tls::{self, Identity};
use tonic::transport::Channel;

use crate::house::{DAY, Device, House};

/// A school under one of the presets.
struct School {
    house: House,
    manager: Channel,
    /// Where devices are enrolled.
    place: &'static str,
    text: &'static str,
}

impl School {
    /// With the site "Main".
    async fn of(name: &str) -> Self {
        Self::at("Main", name).await
    }

    /// With the site `place`.
    async fn at(place: &'static str, name: &str) -> Self {
        let house = House::open().await;
        // As the collector does when it starts: an audit waits for that.
        house.store.replay_titles(house.clock.now()).await.expect("titles are in line with the catalogue");
        let manager = operator(&house, Role::NetworkManager, &[]).await;
        let text = preset(name).expect("a preset").text;
        let school = Self { house, manager, place, text };
        school.site(place).await;
        school
    }

    /// Puts the preset in force at a site, which may be new.
    async fn site(&self, name: &str) {
        let request = proto::ApplyPolicyRequest { site: name.into(), toml: self.text.into() };
        self.manager().apply_policy(request).await.expect("the preset can be put in force");
    }

    fn manager(&self) -> ConsoleClient<Channel> {
        ConsoleClient::new(self.manager.clone())
    }

    /// Somebody of a role who has logged in.
    async fn person(&self, role: Role) -> Channel {
        operator(&self.house, role, &[]).await
    }

    async fn device(&self) -> Sender {
        self.device_at(self.place).await
    }

    async fn device_at(&self, site: &str) -> Sender {
        Sender { device: self.house.device_at(site).await, sent: BTreeMap::new() }
    }

    /// What does not hold, of one requirement: "fails", "unknown", with the subject and the summary.
    async fn findings(&self, requirement: &str) -> Vec<proto::Finding> {
        let request = proto::ListFindingsRequest { requirement: requirement.into(), ..Default::default() };
        self.manager().list_findings(request).await.expect("answers").into_inner().findings
    }

    /// The same in a line each: "fails: never locks".
    async fn told(&self, requirement: &str) -> Vec<String> {
        let findings = self.findings(requirement).await;
        assert!(findings.iter().all(|finding| finding.requirement == requirement), "{findings:?}");
        findings.iter().map(|finding| format!("{}: {}", finding.verdict, finding.summary)).collect()
    }

    /// What the alerts about devices say.
    async fn alerts(&self) -> Vec<String> {
        let alerts = self.manager().list_alerts(proto::ListAlertsRequest::default()).await.expect("answers");
        alerts.into_inner().alerts.into_iter().map(|alert| alert.about).collect()
    }

    /// What is known of one device.
    async fn show(&self, sender: &Sender) -> proto::GetDeviceResponse {
        let request = proto::GetDeviceRequest { device: sender.device.id.to_string() };
        self.manager().get_device(request).await.expect("is known").into_inner()
    }
}

/// Somebody of a role, for all sites or for some.
async fn operator(house: &House, role: Role, sites: &[&str]) -> Channel {
    let now = house.clock.now();
    let code = LoginCode::generate(house.address.clone(), house.authority.fingerprint());
    let new = NewOperator {
        name: format!("{} {}", role.title(), DeviceId::random()),
        role,
        email: String::new(),
        sites: sites.iter().map(|&site| site.to_owned()).collect(),
        code: code.fingerprint(),
        code_until: now.checked_add(DAY).expect("in range"),
    };
    let added = house.store.add_operator(new, "the test", now).await.expect("the database answers");
    assert!(matches!(added, Added::Done(_)), "{added:?}");
    let key = DeviceKey::generate().expect("a key");
    let channel = tls::enrol_channel(&house.address, house.authority.fingerprint(), house.clock.clone());
    let csr_der = key.request().expect("a request");
    let request = proto::LoginRequest { code_secret: code.secret().expose().clone(), csr_der };
    let mut admission = AdmissionClient::new(channel.expect("a channel"));
    let answer = admission.login(request).await.expect("is let in").into_inner();
    let pem = key.to_pem();
    let identity = Identity { chain_pem: &answer.certificate_pem, key_pem: &pem };
    tls::console_channel(&house.address, &identity, house.authority.pem(), house.clock.clone()).expect("a channel")
}

/// A device that numbers what it sends.
struct Sender {
    device: Device,
    sent: BTreeMap<Stream, u64>,
}

impl Sender {
    async fn send(&mut self, payload: Payload) {
        let seq = self.sent.entry(payload.stream().unwrap_or(Stream::State)).or_default();
        *seq += 1;
        let seq = *seq;
        self.device.send(seq, payload).await.expect("is stored");
    }

    /// A probe's whole answer.
    async fn reads(&mut self, facts: Facts) {
        let taken_at = self.device.now().wall;
        let reading = Reading { probe: facts.probe(), taken_at, outcome: Outcome::Complete(facts) };
        self.send(Payload::Reading(reading)).await;
    }

    async fn happens(&mut self, kind: DeviceEventKind, subject: &str, users: &[&str]) {
        let event = DeviceEvent {
            users: users.iter().map(|&user| user.to_owned()).collect(),
            subject: subject.to_owned(),
            ..DeviceEvent::of_agent(kind, self.device.now().wall)
        };
        self.send(Payload::Device(event)).await;
    }

    /// A rule was met in what somebody wrote.
    async fn meets(&mut self, met: &Met) {
        let at = self.device.now().wall;
        let severity = Severity::new(met.level).expect("1 to 5");
        let document = Sha256::of(format!("{} {} {at}", met.user, met.category).as_bytes());
        let event = KeywordEvent {
            user: Some(Sha256::of(met.user.as_bytes())),
            subject: met.subject,
            conflict: met.conflict.iter().copied().collect(),
            ..KeywordEvent::met(&format!("{}.made.up", met.category), met.category, severity, document, at)
        };
        self.send(Payload::Keyword(event)).await;
    }
}

/// A concern.
struct Met {
    category: &'static str,
    level: u32,
    user: &'static str,
    subject: SubjectKind,
    conflict: &'static [Role],
}

/// Something that a pupil wrote.
fn pupil(category: &'static str, level: u32) -> Met {
    Met { category, level, user: "pupil.one", subject: SubjectKind::Pupil, conflict: &[] }
}

/// Something that a member of staff wrote.
fn staff(category: &'static str, level: u32) -> Met {
    Met { user: "teacher.two", subject: SubjectKind::Staff, ..pupil(category, level) }
}

/// The cases that somebody may know of, the newest first.
async fn cases(of: &Channel) -> Vec<proto::Case> {
    let request = proto::ListCasesRequest { include_closed: true, ..Default::default() };
    CasesClient::new(of.clone()).list_cases(request).await.expect("answers").into_inner().cases
}

/// The only case that somebody may know of.
async fn only_case(of: &Channel) -> proto::Case {
    let cases = cases(of).await;
    let [case] = cases.as_slice() else { panic!("{cases:?}") };
    case.clone()
}

async fn card(of: &Channel, reference: &str) -> proto::GetCaseResponse {
    let request = proto::GetCaseRequest { reference: reference.into() };
    CasesClient::new(of.clone()).get_case(request).await.expect("is known").into_inner()
}

/// What somebody types about a case, while the school has no keys.
fn plain(text: &str, by_whom: &str) -> Option<proto::Words> {
    let statement = proto::Statement { text: text.into(), by_whom: by_whom.into() };
    Some(proto::Words { form: Some(proto::words::Form::Plain(statement)) })
}

/// Sends what waits, into a folder; every mail as it stands there.
async fn mails(house: &House) -> Vec<String> {
    use caretaker_collector::delivery::{self, Ways};
    use caretaker_collector::mail::{self, Route};
    let folder = tempfile::tempdir().expect("a folder");
    let route = Route::Maildir { path: folder.path().join("mail") };
    let first = mail::open("caretaker@example.school", &route).expect("a way out");
    let ways = std::sync::Arc::new(Ways { school: "Northfield School".into(), first, second: None, webhook: None });
    let stop = tokio_util::sync::CancellationToken::new();
    let loops = delivery::run(house.store.clone(), ways, house.clock.clone(), house.mail_waits.clone(), stop.clone());
    let sending = tokio::spawn(loops);
    let done = async {
        while house.value::<i64>("SELECT count(*) FROM outbox WHERE state <> 'sent'") > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), done).await.expect("the mails are sent");
    stop.cancel();
    sending.await.expect("ends");
    let entries = std::fs::read_dir(folder.path().join("mail/new")).expect("a folder of mails");
    entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a mail")).collect()
}
