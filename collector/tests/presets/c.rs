//! A multi-academy trust.

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::cases_client::CasesClient;
use caretaker_proto::console::v1::console_client::ConsoleClient;
use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::licences_client::LicencesClient;
use caretaker_shared::lexicon::AgeProfile;
use caretaker_shared::model::{
    DeviceEventKind, Facts, LocalAccount, PasswordEnds, PasswordState, Role, SoftwareTitle, Source,
};
use caretaker_shared::policy::Policy;
use jiff::ToSpan as _;
use tonic::Code;

use super::a::music;
use super::b::antivirus;
use super::{School, card, cases, mails, only_case, operator, plain, pupil, staff};
use crate::house::{DAY, start_time};

async fn trust() -> School {
    School::at("South Academy", "multi-academy-trust").await
}

/// A title as the list of a Windows device names it.
pub(super) fn from_uninstall(name: &str) -> SoftwareTitle {
    SoftwareTitle {
        name: name.into(),
        version: "2024.3".into(),
        source: "uninstall".into(),
        ..SoftwareTitle::default()
    }
}

/// A local account that may do everything.
pub(super) fn administrator(name: &str) -> LocalAccount {
    LocalAccount {
        name: name.into(),
        directory: false,
        group: false,
        enabled: true,
        administrator: true,
        password: PasswordState::Set,
        password_set_at: Some(start_time() - 24.hours()),
        password_ends: PasswordEnds::Days(30),
        last_login_at: None,
    }
}

#[tokio::test]
async fn c1_the_fleet_is_counted_and_the_devices_behind_the_count_are_named() {
    let school = trust().await;
    for (name, hours) in [("Sophos", 1), ("ClamAV", 1), ("Sophos", 73)] {
        school.device().await.reads(antivirus(name, hours)).await;
    }
    let status = school.manager().status(proto::StatusRequest {}).await.expect("answers").into_inner();
    let counts = |id: &str| {
        let one = status.requirements.iter().find(|one| one.requirement == id).expect("is counted");
        (one.met, one.not_met, one.unknown)
    };
    assert_eq!(counts("E1"), (2, 1, 0), "the trust has approved Defender and Sophos");
    assert_eq!(counts("A1.signatures"), (1, 1, 1), "of what is not approved nobody knows");
    assert_eq!(school.told("E1").await, ["fails: not approved"]);
}

#[tokio::test]
async fn c2_an_administrator_who_is_not_known_is_found_and_a_new_one_is_an_alert() {
    let school = trust().await;
    let mut device = school.device().await;
    device.reads(Facts::Accounts(vec![administrator("root"), administrator("pupil.one")])).await;
    let findings = school.findings("C2").await;
    assert_eq!(findings.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(), ["pupil.one"]);
    device.happens(DeviceEventKind::AdministratorAdded, "pupil.one", &[]).await;
    assert_eq!(school.alerts().await, ["C2 a new administrator: pupil.one"]);
    let old = LocalAccount { password_set_at: Some(start_time() - (91 * 24).hours()), ..administrator("root") };
    device.reads(Facts::Accounts(vec![old])).await;
    assert_eq!(school.told("E3").await, ["fails: password is 91 days old"]);
}

#[tokio::test]
async fn c3_the_register_is_held_against_what_is_installed() {
    let school = trust().await;
    for _ in 0..3 {
        school.device().await.reads(Facts::Software(vec![from_uninstall("Avid Sibelius")])).await;
    }
    let mut audits = LicenceAuditClient::new(school.manager.clone());
    let mut told = async || {
        let audit = audits.run_audit(proto::RunAuditRequest {}).await.expect("an audit").into_inner();
        let title = audit.titles.into_iter().find(|title| title.slug == "sibelius").expect("it is installed");
        (title.state, title.owned, title.installed, title.over)
    };
    assert_eq!(told().await, ("unlicensed".to_owned(), 0, 3, 3));
    let licence = proto::LicenceTerms {
        title: Some("Sibelius".into()),
        metric: Some("device".into()),
        term: Some("perpetual".into()),
        quantity: Some(2),
        ..Default::default()
    };
    let request = proto::AddLicencesRequest { licences: vec![licence], really: true };
    LicencesClient::new(school.manager.clone()).add_licences(request).await.expect("a licence");
    assert_eq!(told().await, ("over".to_owned(), 2, 3, 1));
    let status = school.manager().status(proto::StatusRequest {}).await.expect("answers").into_inner();
    let standing = status.licences.expect("a network manager sees licences");
    assert_eq!((standing.audited, standing.met, standing.not_met), (true, 0, 1));
}

#[tokio::test]
async fn c4_each_kind_of_conduct_has_its_level_and_staff_have_categories_of_their_own() {
    let school = trust().await;
    let mut device = school.device().await;
    for (category, level) in [("csa", 5), ("grooming", 5), ("extremism", 4), ("hate", 3), ("bypass", 2)] {
        device.meets(&pupil(category, level)).await;
    }
    device.meets(&staff("hate", 4)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let mut told: Vec<_> =
        cases(&lead).await.into_iter().map(|case| (case.level, case.category, case.subject)).collect();
    told.sort();
    let told: Vec<_> = told.iter().map(|(level, category, of)| (*level, category.as_str(), of.as_str())).collect();
    assert!(told.contains(&(5, "csa", "pupil")) && told.contains(&(5, "grooming", "pupil")), "{told:?}");
    assert!(told.contains(&(4, "extremism", "pupil")) && told.contains(&(3, "hate", "pupil")), "{told:?}");
    assert!(told.contains(&(4, "hate", "staff")), "{told:?}");

    let detection = Policy::parse(school.text).expect("a policy").detection;
    let scope = |device: &str, user: &str| detection.scope(device, Some(user));
    assert!(!scope("SIX-1", "a.teacher.staff").categories.contains("bullying"));
    assert!(scope("SIX-1", "pupil.one").categories.contains("bullying"));
    assert!(!scope("SIX-1", "a.teacher.staff").looks_at(Source::Search));
}

#[tokio::test]
async fn c5_a_serious_incident_reaches_the_leads_of_its_site_and_the_trust() {
    let school = trust().await;
    let mut device = school.device().await;
    device.meets(&pupil("suicide", 5)).await;
    device.happens(DeviceEventKind::VirusFound, "Example-Virus", &[]).await;
    let told = |mails: Vec<String>| {
        let to = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("To: ").map(str::to_owned));
        let mut told: Vec<String> = mails.iter().filter_map(to).collect();
        told.sort();
        told
    };
    let at_once = ["charlie.example", "kim.example", "network-manager"].map(|name| format!("{name}@example.school"));
    assert_eq!(told(mails(&school.house).await), at_once, "lead and head of South at once, nobody of North");
    let next = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    let mut later = Vec::new();
    for _ in 0..6 {
        school.house.clock.advance(next(15));
        later.extend(told(mails(&school.house).await));
    }
    assert!(later.contains(&"alex.example@example.school".to_owned()), "the trust when nobody answers: {later:?}");
    assert!(!later.iter().any(|to| to.starts_with("pat.") || to.starts_with("robin.")), "nobody of North: {later:?}");
}

#[tokio::test]
async fn c6_a_repeated_offence_weighs_more_and_says_so() {
    let school = trust().await;
    let mut device = school.device().await;
    device.meets(&pupil("bullying", 3)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let first = only_case(&lead).await;
    assert_eq!(first.level, 3);
    let reason = plain("Spoken with, and with the parents.", "B.Y.");
    let request = proto::CloseCaseRequest { reference: first.reference.clone(), outcome: "parents".into(), reason };
    CasesClient::new(lead.clone()).close_case(request).await.expect("is closed");
    school.house.clock.advance(3 * DAY);
    device.meets(&pupil("bullying", 3)).await;
    let again = cases(&lead).await.into_iter().find(|case| case.state == "new").expect("a second case");
    assert_eq!(again.level, 4);
    let card = card(&lead, &again.reference).await;
    assert!(card.causes[0].arithmetic.contains("repeat +1"), "{:?}", card.causes);
    assert_eq!(card.earlier.iter().map(|one| one.reference.as_str()).collect::<Vec<_>>(), [first.reference.as_str()]);
}

#[tokio::test]
async fn c7_suspected_pictures_carry_nothing_and_show_the_steps() {
    let school = trust().await;
    let mut device = school.device().await;
    device.meets(&pupil("csa", 5)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let case = only_case(&lead).await;
    assert!(case.images && case.legal_hold, "{case:?}");
    let mut cases = CasesClient::new(lead);
    let request = proto::GuidanceRequest { reference: case.reference.clone() };
    let guidance = cases.guidance(request).await.expect("answers").into_inner();
    assert!(guidance.steps.iter().any(|step| step.contains("Call the police")), "{:?}", guidance.steps);
    assert!(guidance.steps.iter().any(|step| step.contains("Do not look for, open, copy")), "{:?}", guidance.steps);
    let request = proto::OpenCaseRequest { reference: case.reference, ..Default::default() };
    let opened = cases.open_case(request).await.expect("answers").into_inner();
    assert!(opened.evidence.iter().all(|evidence| evidence.sealed.is_empty()), "there is nothing to open");
}

#[tokio::test]
async fn c8_what_is_about_staff_needs_a_reason_and_a_second_person() {
    let school = trust().await;
    let mut device = school.device().await;
    device.meets(&staff("violence", 4)).await;
    let (lead, head) = (school.person(Role::SafeguardingLead).await, school.person(Role::Head).await);
    let reference = only_case(&lead).await.reference;
    let ask = |reason: &str| proto::OpenCaseRequest {
        reference: reference.clone(),
        reason: reason.into(),
        ..Default::default()
    };
    let mut cases = CasesClient::new(lead.clone());
    let refused = cases.open_case(ask("")).await.expect_err("a reason is asked for");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let waits = cases.open_case(ask("a threat was reported")).await.expect("is asked").into_inner();
    assert!(waits.waiting.is_some() && waits.evidence.iter().all(|evidence| evidence.halves.is_empty()));
    let approve = proto::ApproveOpeningRequest { reference: reference.clone(), ..Default::default() };
    cases.approve_opening(approve.clone()).await.expect_err("nobody approves for themselves");
    CasesClient::new(head).approve_opening(approve).await.expect("a second person approves");
    let opened = cases.open_case(ask("")).await.expect("opens").into_inner();
    assert!(opened.waiting.is_none() && opened.evidence.len() == 1);
    let steps: Vec<_> = card(&lead, &reference).await.steps.into_iter().map(|step| step.step).collect();
    for step in ["asked", "approved", "opened"] {
        assert!(steps.contains(&step.to_owned()), "{step} of {steps:?}");
    }
}

#[tokio::test]
async fn c9_the_incident_log_has_its_fields_and_nothing_closes_without_an_action() {
    let school = trust().await;
    let mut device = school.device().await;
    device.meets(&pupil("drugs", 3)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let reference = only_case(&lead).await.reference;
    let mut cases = CasesClient::new(lead);
    let close = |outcome: &str, reason| proto::CloseCaseRequest {
        reference: reference.clone(),
        outcome: outcome.into(),
        reason,
    };
    cases.close_case(close("pastoral", None)).await.expect_err("without an action");
    cases.close_case(close("", plain("Spoken with.", "D.R."))).await.expect_err("without an outcome");
    cases.close_case(close("pastoral", plain("Spoken with the tutor.", "D.R."))).await.expect("is closed");
    let log = cases.incident_log(proto::IncidentLogRequest::default()).await.expect("answers").into_inner();
    let incident = &log.incidents[0];
    let case = incident.case.clone().expect("a case");
    assert!(incident.occurred_at.starts_with("2026-11-23T08:50"), "date and time: {}", incident.occurred_at);
    assert_eq!((case.category.as_str(), case.outcome.as_str()), ("drugs", "pastoral"));
    assert!(case.closed_by.contains("safeguarding lead"), "reported by: {}", case.closed_by);
    assert_eq!(incident.action, plain("Spoken with the tutor.", "D.R."), "by whom, and the action taken");
}

#[tokio::test]
async fn c10_names_of_media_stay_on_the_device() {
    let school = trust().await;
    let mut device = school.device().await;
    device.reads(music("/home/pupil.one/Music")).await;
    assert_eq!(school.findings("E6").await.len(), 1, "the folder is counted");
    let policy = Policy::parse(school.text).expect("a policy");
    assert!(!policy.for_device("A trust", "Main", 1).media_names, "the device is not asked for names");
    assert!(!policy.documents.folders.contains(&"~".to_owned()), "a whole home is never read");
}

#[tokio::test]
async fn c11_a_sites_staff_see_their_site_alone() {
    let school = trust().await;
    school.site("North Primary").await;
    school.device_at("North Primary").await.meets(&pupil("bullying", 4)).await;
    school.device_at("South Academy").await.meets(&pupil("hate", 4)).await;
    let lead = operator(&school.house, Role::SafeguardingLead, &["South Academy"]).await;
    let case = only_case(&lead).await;
    assert_eq!((case.site.as_str(), case.category.as_str()), ("South Academy", "hate"));
    let technician = operator(&school.house, Role::Technician, &["North Primary"]).await;
    let devices = ConsoleClient::new(technician).list_devices(proto::ListDevicesRequest::default()).await;
    let devices = devices.expect("answers").into_inner().devices;
    assert_eq!(devices.iter().map(|device| device.site.as_str()).collect::<Vec<_>>(), ["North Primary"]);
    let detection = Policy::parse(school.text).expect("a policy").detection;
    assert_eq!(detection.scope("PRI-07", Some("pupil.one")).age, AgeProfile::Primary);
    assert_eq!(detection.scope("SIX-07", Some("pupil.one")).age, AgeProfile::SixthForm);
}
