//! A denominational secondary school.

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::cases_client::CasesClient;
use caretaker_shared::model::{
    Antivirus, AntivirusProduct, DeviceEventKind, Engine, Facts, Hardware, InstalledUpdate, Protection, RealTime, Role,
    Updates,
};
use jiff::ToSpan as _;
use tonic::Code;

use super::a::disk;
use super::{School, mails, only_case, plain, pupil};
use crate::house::start_time;

async fn denominational() -> School {
    School::of("denominational-secondary").await
}

/// A product that runs, with signatures of that many hours.
pub(super) fn product(name: &str, hours: i64) -> AntivirusProduct {
    AntivirusProduct {
        name: name.into(),
        version: "1.4".into(),
        engine: Engine::Running,
        real_time: RealTime::Blocking,
        signature_version: "27000".into(),
        signatures_built_at: Some(start_time() - hours.hours()),
        ..AntivirusProduct::default()
    }
}

pub(super) fn antivirus(name: &str, hours: i64) -> Facts {
    Facts::Antivirus(Antivirus { products: vec![product(name, hours)], detections: Vec::new() })
}

pub(super) fn updated(days: i64) -> Facts {
    let applied = InstalledUpdate {
        installed_at: Some(start_time() - (days * 24).hours()),
        name: format!("KB{days}"),
        title: "Security update".into(),
        succeeded: true,
        security: Some(true),
    };
    Facts::Updates(Updates { last_security_at: applied.installed_at, history: vec![applied], ..Updates::default() })
}

#[tokio::test]
async fn b1_antivirus_that_is_turned_off_is_an_alert_with_who_was_there() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.happens(DeviceEventKind::AntivirusOff, "ClamAV", &["pupil.one"]).await;
    let about = "E1 antivirus was turned off: ClamAV; pupil.one was logged in";
    assert_eq!(school.alerts().await, [about]);
    let off = AntivirusProduct { real_time: RealTime::Off, ..product("ClamAV", 1) };
    device.reads(Facts::Antivirus(Antivirus { products: vec![off], detections: Vec::new() })).await;
    assert_eq!(school.told("E1").await, ["fails: real-time protection is off"]);
    device.reads(antivirus("ClamAV", 73)).await;
    assert_eq!(school.told("A1.signatures").await, ["fails: signatures are over 3 days old"]);
}

#[tokio::test]
async fn b2_late_security_updates_are_found_and_what_was_applied_is_kept() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.reads(updated(31)).await;
    assert_eq!(school.told("B2").await, ["fails: no security update for 31 days"]);
    device.reads(updated(1)).await;
    assert_eq!(school.told("B2").await, [""; 0]);
    let changes = school.show(&device).await.changes;
    assert!(changes.iter().any(|change| change.kind == "applied" && change.text.contains("KB1")), "{changes:?}");
}

#[tokio::test]
async fn b3_equipment_is_on_record_from_its_serial_number_to_its_disposal() {
    let school = denominational().await;
    let mut device = school.device().await;
    let hardware = Hardware {
        manufacturer: "Example Computers".into(),
        model: "Desk 400".into(),
        serial: "XX0000004".into(),
        ..Hardware::default()
    };
    device.reads(Facts::Hardware(hardware)).await;
    let shown = school.show(&device).await;
    assert_eq!((shown.model.as_str(), shown.serial.as_str()), ("Desk 400", "XX0000004"));
    let request = proto::RetireDeviceRequest {
        device: device.device.id.to_string(),
        authorised_by: "the head".into(),
        method: "recycled".into(),
        recipient: "Northfield Reuse".into(),
        wiped: true,
    };
    school.manager().retire_device(request).await.expect("is retired");
    let disposal = school.show(&device).await.disposal.expect("is on record");
    let told = (disposal.authorised_by.as_str(), disposal.method.as_str(), disposal.recipient.as_str(), disposal.wiped);
    assert_eq!(told, ("the head", "recycled", "Northfield Reuse", true));
    device.device.hello().await.expect_err("it is shut out");
}

#[tokio::test]
async fn b4_a_disk_that_is_not_encrypted_is_found() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.reads(disk(Protection::On)).await;
    assert_eq!(school.told("B4").await, [""; 0]);
    device.reads(disk(Protection::Off)).await;
    assert_eq!(school.told("B4").await, ["fails: not encrypted"]);
}

#[tokio::test]
async fn b5_the_network_manager_comes_to_no_case() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.meets(&pupil("bullying", 4)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let reference = only_case(&lead).await.reference;
    for role in [Role::NetworkManager, Role::Technician, Role::Governor, Role::BusinessManager, Role::Auditor] {
        let mut cases = CasesClient::new(school.person(role).await);
        let listed = cases.list_cases(proto::ListCasesRequest::default()).await.expect_err("is refused");
        let shown = cases.get_case(proto::GetCaseRequest { reference: reference.clone() }).await;
        assert_eq!(
            (listed.code(), shown.expect_err("is refused").code()),
            (Code::PermissionDenied, Code::PermissionDenied)
        );
    }
}

#[tokio::test]
async fn b6_a_referral_to_the_police_stands_on_the_record() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.meets(&pupil("weapons", 4)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let reference = only_case(&lead).await.reference;
    let mut cases = CasesClient::new(lead);
    let request = proto::CloseCaseRequest {
        reference: reference.clone(),
        outcome: "police".into(),
        reason: plain("Handed over to the police, who have taken it on.", "P.O."),
    };
    cases.close_case(request).await.expect("is closed");
    let log = cases.incident_log(proto::IncidentLogRequest::default()).await.expect("answers").into_inner();
    let [incident] = log.incidents.as_slice() else { panic!("{log:?}") };
    let case = incident.case.clone().expect("a case");
    assert_eq!((case.reference, case.outcome.as_str()), (reference, "police"));
}

#[tokio::test]
async fn b7_a_subject_line_names_nobody_and_the_receipt_is_an_acknowledgement() {
    let school = denominational().await;
    let mut device = school.device().await;
    device.meets(&pupil("grooming", 4)).await;
    let mails = mails(&school.house).await;
    assert_eq!(mails.len(), 1, "one person hears first");
    let subject = mails[0].lines().find(|line| line.starts_with("Subject: ")).expect("a subject");
    assert_eq!(subject, "Subject: Safeguarding alert - level 4 - case 26-0001");
    let lead = school.person(Role::SafeguardingLead).await;
    let request = proto::AcknowledgeCaseRequest { reference: "26-0001".into() };
    CasesClient::new(lead.clone()).acknowledge_case(request).await.expect("is taken");
    let case = only_case(&lead).await;
    assert!(case.acknowledged_by.contains("safeguarding lead") && case.state == "acting", "{case:?}");
}
