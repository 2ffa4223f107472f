//! A junior school with an outsourced technician.

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::cases_client::CasesClient;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::licences_client::LicencesClient;
use caretaker_shared::model::{Executables, Facts, Idle, Role, SessionKind, UserSession};
use jiff::ToSpan as _;
use tonic::Code;

use super::a::{brought, lock};
use super::b::{antivirus, updated};
use super::{Met, School, cases, mails, only_case, pupil, staff};
use crate::house::{DAY, start_time};

async fn junior() -> School {
    School::of("junior-school").await
}

#[tokio::test]
async fn d1_what_stays_away_or_falls_behind_is_overdue() {
    let school = junior().await;
    let (mut behind, mut fresh) = (school.device().await, school.device().await);
    behind.reads(updated(31)).await;
    behind.reads(antivirus("ClamAV", 200)).await;
    fresh.reads(updated(1)).await;
    fresh.reads(antivirus("ClamAV", 1)).await;
    let overdue = async || {
        let request = proto::ListDevicesRequest { overdue: true, ..Default::default() };
        let devices = school.manager().list_devices(request).await.expect("answers").into_inner().devices;
        devices.into_iter().map(|device| (device.id, device.overdue)).collect::<Vec<_>>()
    };
    let late = vec!["signatures are 8 days old".to_owned(), "no security update for 31 days".to_owned()];
    let mut told = overdue().await;
    told.iter_mut().for_each(|(_, what)| what.sort());
    let mut late_sorted = late;
    late_sorted.sort();
    assert_eq!(told, [(behind.device.id.to_string(), late_sorted)]);
    school.house.clock.advance(15 * DAY);
    school.site("Main").await;
    let away = overdue().await;
    assert_eq!(away.len(), 2);
    assert!(away.iter().all(|(_, what)| what.contains(&"not seen for 15 days".to_owned())), "{away:?}");
}

#[tokio::test]
async fn d2_a_session_left_open_overnight_is_found() {
    let school = junior().await;
    let mut device = school.device().await;
    let session = |minutes: i64| {
        Facts::Sessions(vec![UserSession {
            user: "teacher.two".into(),
            kind: SessionKind::Console,
            active: true,
            locked: Some(false),
            began_at: None,
            idle_since: Some(start_time() - minutes.minutes()),
        }])
    };
    device.reads(session(120)).await;
    assert_eq!(school.told("D2").await, [""; 0], "two hours are allowed");
    device.reads(session(14 * 60)).await;
    assert_eq!(school.told("D2").await, ["fails: left logged in and unlocked for 14 hours"]);
    device.reads(lock(Idle::Seconds(301))).await;
    assert_eq!(school.told("E2").await, ["fails: locks after 5 min 1 s"]);
}

#[tokio::test]
async fn d3_the_technician_sees_devices_and_nobodys_account() {
    let school = junior().await;
    let mut device = school.device().await;
    device.reads(lock(Idle::Never)).await;
    device.reads(updated(31)).await;
    let files = vec![brought("/home/pupil.one/game")];
    device.reads(Facts::Executables(Executables { files, media: Vec::new() })).await;
    let mut technician = ConsoleClient::new(school.person(Role::Technician).await);
    let findings = technician.list_findings(proto::ListFindingsRequest::default()).await.expect("answers").into_inner();
    let seen: Vec<_> = findings.findings.iter().map(|finding| finding.requirement.as_str()).collect();
    assert!(seen.contains(&"B2") && seen.contains(&"E2") && seen.contains(&"E4"), "{seen:?}");
    let request = proto::GetDeviceRequest { device: device.device.id.to_string() };
    let shown = technician.get_device(request.clone()).await.expect("is known").into_inner();
    for text in [format!("{findings:?}"), format!("{shown:?}")] {
        assert!(!text.contains("pupil.one"), "{text}");
    }
    let whole = school.manager().get_device(request).await.expect("is known").into_inner();
    assert!(format!("{whole:?}").contains("pupil.one"), "the school's own network manager sees whose it is");
}

#[tokio::test]
async fn d3_the_provider_gets_the_licence_audit_without_people_and_costs() {
    let school = junior().await;
    let _device = school.device().await;
    let terms = proto::LicenceTerms {
        title: Some("Example Whiteboard".into()),
        metric: Some("user".into()),
        term: Some("subscription".into()),
        quantity: Some(3),
        cost_pence: Some(471_100),
        supplier: Some("Canarysupplier".into()),
        order_ref: Some("Canaryorder".into()),
        proof_holder: Some("Kim Canaryholder".into()),
        note: Some("Canarynote".into()),
        ..Default::default()
    };
    let mut register = LicencesClient::new(school.manager.clone());
    let request = proto::AddLicencesRequest { licences: vec![terms], really: true };
    let added = register.add_licences(request).await.expect("is entered").into_inner();
    assert!(added.done, "{added:?}");
    let mut audits = LicenceAuditClient::new(school.manager.clone());
    audits.run_audit(proto::RunAuditRequest {}).await.expect("is made");

    let export = |form: &str| proto::ExportAuditRequest { form: form.into(), ..Default::default() };
    let whole = audits.export_audit(export("json")).await.expect("the school's own").into_inner();
    let told = String::from_utf8(whole.content).expect("text");
    assert!(!whole.for_provider && told.contains("Canarysupplier") && told.contains("471100"), "{told}");
    let mut technician = LicenceAuditClient::new(school.person(Role::Technician).await);
    for form in ["json", "csv", "html"] {
        let file = technician.export_audit(export(form)).await.expect("a technician may").into_inner();
        let told = String::from_utf8(file.content).expect("text");
        assert!(file.for_provider && file.file_name.ends_with(&format!("-provider.{form}")), "{}", file.file_name);
        assert!(told.contains("Example Whiteboard"), "{told}");
        assert!(!told.contains("Canary") && !told.contains("4711") && !told.contains("4,711"), "{told}");
    }

    let sent = audits.mail_audit(proto::MailAuditRequest { which: None }).await.expect("goes out").into_inner();
    assert_eq!(sent.mails, 2);
    // They leave one after the other.
    school.house.clock.advance(std::time::Duration::from_secs(60));
    let mails = mails(&school.house).await;
    let provider = mails.iter().find(|mail| mail.contains("To: technician@example.school")).expect("the provider's");
    assert!(provider.contains("-provider.xlsx") && provider.contains("name no person and no cost"), "{provider}");
}

#[tokio::test]
async fn d4_a_concern_about_the_head_reaches_the_chair_and_never_the_head() {
    let school = junior().await;
    let mut device = school.device().await;
    device.meets(&Met { conflict: &[Role::Head], ..staff("violence", 5) }).await;
    let (head, chair) = (school.person(Role::Head).await, school.person(Role::Chair).await);
    assert_eq!(cases(&head).await, []);
    let case = only_case(&chair).await;
    let hidden = CasesClient::new(head).get_case(proto::GetCaseRequest { reference: case.reference }).await;
    assert_eq!(hidden.expect_err("does not exist").code(), Code::NotFound);
    let mails = mails(&school.house).await;
    assert!(mails.iter().any(|mail| mail.contains("To: alex.example@example.school")), "{mails:?}");
    assert!(!mails.iter().any(|mail| mail.contains("robin.example")), "{mails:?}");
}

#[tokio::test]
async fn d5_content_about_staff_opens_with_the_chairs_approval_alone() {
    let school = junior().await;
    let mut device = school.device().await;
    device.meets(&staff("violence", 4)).await;
    let people = (school.person(Role::SafeguardingLead).await, school.person(Role::Head).await);
    let (lead, head) = people;
    let chair = school.person(Role::Chair).await;
    let reference = only_case(&lead).await.reference;
    let mut cases = CasesClient::new(lead);
    let ask = proto::OpenCaseRequest {
        reference: reference.clone(),
        reason: "a parent has complained".into(),
        ..Default::default()
    };
    assert!(cases.open_case(ask.clone()).await.expect("is asked").into_inner().waiting.is_some());
    let approve = proto::ApproveOpeningRequest { reference, ..Default::default() };
    let refused = CasesClient::new(head).approve_opening(approve.clone()).await.expect_err("the head is not the chair");
    assert!(refused.message().contains("chair of governors"), "{refused:?}");
    CasesClient::new(chair).approve_opening(approve).await.expect("the chair approves");
    assert_eq!(cases.open_case(ask.clone()).await.expect("opens").into_inner().evidence.len(), 1);
    school.house.clock.advance(DAY);
    let later = cases.open_case(ask).await.expect("is asked").into_inner();
    assert!(later.waiting.is_some(), "the approval has ended");
}

#[tokio::test]
async fn a_pupils_case_waits_for_nobody() {
    let school = junior().await;
    school.device().await.meets(&pupil("suicide", 5)).await;
    let mut lead = CasesClient::new(school.person(Role::SafeguardingLead).await);
    let request = proto::OpenCaseRequest { reference: "26-0001".into(), ..Default::default() };
    assert!(lead.open_case(request).await.expect("opens").into_inner().waiting.is_none());
}
