//! A device is asked to prove itself, answers, and is proven once somebody has answered the mail.

use caretaker_collector::store::canary::{CanaryRow, CanaryState};
use caretaker_collector::store::cases::{CaseFilter, CaseState, Viewer};
use caretaker_collector::store::{AuditChain, Call, MailedKind, Matter, SiteScope, Way};
use caretaker_shared::clock::Clock as _;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{CanaryNonce, Content, KeywordEvent, Payload, Role, Severity};

use crate::house::{DAY, Device, House, start_time};

fn lead() -> Viewer {
    let actor = "Anna Example (safeguarding lead)".to_owned();
    Viewer { id: "anna".into(), actor, role: Role::SafeguardingLead, sites: SiteScope::all() }
}

/// What a device sends that answers a question, or says that it does.
fn answer(nonce: Option<CanaryNonce>, category: &str) -> Payload {
    let severity = Severity::new(4).expect("1 to 5");
    let event = KeywordEvent::met("demo.check", category, severity, Sha256::of(b"a path"), start_time());
    Payload::Keyword(KeywordEvent { canary: nonce, content: Content::Sealed(vec![7; 64]), ..event })
}

impl House {
    async fn ask(&self, devices: &[&Device]) -> i64 {
        let ids = devices.iter().map(|device| device.id).collect();
        let asked = self.store.run_canary(Some(ids), &SiteScope::all(), "a test", self.clock.now()).await;
        asked.expect("the database answers").expect("there are devices")
    }

    async fn states(&self, run: i64) -> Vec<CanaryState> {
        let rows: Vec<CanaryRow> = self.store.canary_run(run, &SiteScope::all()).await.expect("reads");
        rows.iter().map(|row| row.state(self.clock.now())).collect()
    }

    /// Sends what waits; what each mail tells of.
    async fn send_mail(&self) -> Vec<MailedKind> {
        let mut told = Vec::new();
        for mail in self.store.lease_mail(20, self.clock.now()).await.expect("leases") {
            if let Matter::Alert(alert) = &mail.matter {
                told.push(alert.kind);
            }
            let way = Way { name: "mail", instead_of: None };
            self.store.mail_sent(mail.id, way, self.clock.now()).await.expect("marks");
        }
        told
    }

    async fn acknowledge(&self, reference: &str) {
        self.store.acknowledge_case(reference, lead(), self.clock.now()).await.expect("the database answers");
    }
}

async fn asked(device: &mut Device) -> Option<CanaryNonce> {
    CanaryNonce::from_slice(&device.hello().await.expect("is welcome").canary_nonce)
}

#[tokio::test]
async fn a_device_is_asked_until_it_answers_and_is_proven_once_the_mail_is_answered() {
    let house = House::open().await;
    let mut device = house.device().await;
    assert_eq!(asked(&mut device).await, None, "nobody has asked");
    let run = house.ask(&[&device]).await;
    assert_eq!(house.states(run).await, [CanaryState::Asked]);
    let nonce = asked(&mut device).await.expect("is asked");
    assert_eq!(asked(&mut device).await, Some(nonce), "asked again until it answers");
    assert_eq!(house.states(run).await, [CanaryState::OnItsWay]);

    device.send(1, answer(Some(nonce), "demonstration")).await.expect("is stored");
    assert_eq!(asked(&mut device).await, None, "answered");
    assert_eq!(house.states(run).await, [CanaryState::Arrived]);
    assert_eq!(house.send_mail().await, [MailedKind::Canary { devices: 1 }]);
    assert_eq!(house.states(run).await, [CanaryState::Mailed]);
    assert!(house.store.last_proof(device.id, &SiteScope::all()).await.expect("reads").is_none());

    house.acknowledge("26-0001").await;
    assert_eq!(house.states(run).await, [CanaryState::Proven]);
    let proof = house.store.last_proof(device.id, &SiteScope::all()).await.expect("reads").expect("is proven");
    let said: String =
        house.value(&format!("SELECT action || ' ' || subject FROM audit WHERE n = {}", proof.audit_row));
    assert_eq!(said, format!("canary.proven {}", device.id));
    assert!(matches!(house.store.verify_audit().await.expect("reads"), AuditChain::Whole { .. }));
    assert!(proof.canary.sealed, "what it sealed is kept");
    assert_eq!(proof.canary.acknowledged.map(|(_, by)| by).as_deref(), Some("Anna Example (safeguarding lead)"));
    let elsewhere = SiteScope::of_no_site();
    assert!(house.store.last_proof(device.id, &elsewhere).await.expect("reads").is_none(), "another site's");
}

#[tokio::test]
async fn a_case_of_a_canary_is_closed_by_its_answer_and_counts_nowhere() {
    let house = House::open().await;
    let mut device = house.device().await;
    house.ask(&[&device]).await;
    let nonce = asked(&mut device).await;
    device.send(1, answer(nonce, "demonstration")).await.expect("is stored");
    let open = house.store.list_cases(CaseFilter::default(), lead(), None, 9).await.expect("reads");
    assert_eq!(open.len(), 1, "who is to answer it sees it");
    house.acknowledge("26-0001").await;
    let all = CaseFilter { closed_too: true, ..CaseFilter::default() };
    let closed = house.store.list_cases(all, lead(), None, 9).await.expect("reads");
    assert_eq!(closed.iter().map(|case| case.state).collect::<Vec<_>>(), [CaseState::Closed]);
    assert!(house.store.rule_precision().await.expect("reads").is_empty(), "no rule was right or wrong");
}

#[tokio::test]
async fn what_answers_no_question_is_a_concern_whatever_it_calls_itself() {
    let house = House::open().await;
    let (mut device, mut other) = (house.device().await, house.device().await);
    house.ask(&[&device]).await;
    let nonce = asked(&mut device).await.expect("is asked");
    let real = |call| MailedKind::Safeguarding { events: 1, call, then: None };
    let is_real =
        |kind: &MailedKind| matches!(kind, MailedKind::Safeguarding { .. }) && *kind != real(Call::BrokenGlass);

    device.send(1, answer(Some(CanaryNonce::random()), "demonstration")).await.expect("is stored");
    assert!(house.send_mail().await.iter().all(is_real), "nobody has asked that");
    device.send(2, answer(Some(nonce), "bullying")).await.expect("is stored");
    other.send(1, answer(Some(nonce), "demonstration")).await.expect("is stored");
    let told = house.send_mail().await;
    assert!(!told.is_empty() && told.iter().all(is_real), "another category, another device: {told:?}");
    device.send(3, answer(Some(nonce), "demonstration")).await.expect("is stored");
    assert_eq!(house.send_mail().await, [MailedKind::Canary { devices: 1 }]);
    house.clock.advance(DAY);
    device.send(4, answer(Some(nonce), "demonstration")).await.expect("is stored");
    let told = house.send_mail().await;
    assert!(!told.is_empty() && told.iter().all(is_real), "it was answered before: {told:?}");
}

#[tokio::test]
async fn one_mail_stands_for_all_devices_of_a_run_for_a_day() {
    let house = House::open().await;
    let (mut first, mut second, mut third, mut late) =
        (house.device().await, house.device().await, house.device().await, house.device().await);
    let run = house.ask(&[&first, &second, &third, &late]).await;
    for device in [&mut first, &mut second] {
        let nonce = asked(device).await;
        device.send(1, answer(nonce, "demonstration")).await.expect("is stored");
    }
    assert_eq!(house.send_mail().await, [MailedKind::Canary { devices: 2 }]);
    house.acknowledge("26-0001").await;
    let proven = |states: Vec<CanaryState>| states.iter().filter(|state| **state == CanaryState::Proven).count();
    assert_eq!(proven(house.states(run).await), 2);

    let nonce = asked(&mut third).await;
    third.send(1, answer(nonce, "demonstration")).await.expect("is stored");
    assert_eq!(house.send_mail().await, [], "somebody has answered this run's mail");
    assert_eq!(proven(house.states(run).await), 3);

    house.clock.advance(DAY + DAY);
    let nonce = asked(&mut late).await;
    late.send(1, answer(nonce, "demonstration")).await.expect("is stored");
    assert_eq!(house.send_mail().await, [MailedKind::Canary { devices: 1 }]);
    assert_eq!(proven(house.states(run).await), 3, "not before it is answered");
    house.acknowledge("26-0002").await;
    assert_eq!(proven(house.states(run).await), 4);
}

#[tokio::test]
async fn a_question_ends_after_thirty_days_and_a_newer_one_takes_its_place() {
    let house = House::open().await;
    let mut device = house.device().await;
    let old = house.ask(&[&device]).await;
    let first = asked(&mut device).await.expect("is asked");
    house.ask(&[&device]).await;
    assert_ne!(asked(&mut device).await.expect("is asked"), first);
    let cert_lasts = DAY * 9;
    house.clock.advance(cert_lasts);
    assert!(asked(&mut device).await.is_some());
    assert_eq!(house.states(old).await, [CanaryState::OnItsWay]);
    house.clock.advance(DAY * 22);
    assert_eq!(house.states(old).await, [CanaryState::Expired]);
}
