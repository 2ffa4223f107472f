//! A secondary academy.

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::licence_audit_client::LicenceAuditClient;
use caretaker_proto::console::v1::licences_client::LicencesClient;
use caretaker_proto::console::v1::reports_client::ReportsClient;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    DeviceEventKind, Executable, ExecutableFormat, Executables, Facts, Idle, MediaFolder, Protection, RemovableMedium,
    Role, ScreenLock, Volume, VolumeRole,
};

use super::c::from_uninstall;
use super::{Met, School, cases, mails, only_case, pupil};
use crate::house::{DAY, start_time};
use crate::ingest::software;

pub(super) async fn academy() -> School {
    School::of("secondary-academy").await
}

/// A user's lock.
pub(super) fn lock(until_password: Idle) -> Facts {
    Facts::ScreenLock(vec![ScreenLock {
        user: "pupil.one".into(),
        desktop: "GNOME".into(),
        until_covered: Idle::Never,
        until_password,
        setting: "idle-delay = 900".into(),
        place: "/etc/dconf/db/local".into(),
        user_can_change: true,
        on_battery: None,
        weighed: Vec::new(),
    }])
}

/// A program of a user that no package owns.
pub(super) fn brought(path: &str) -> Executable {
    Executable {
        path: path.into(),
        sha256: Sha256::of(b"a program"),
        size_bytes: 4096,
        modified_at: start_time(),
        owner: "pupil.one".into(),
        format: ExecutableFormat::Pe,
        class: None,
        signer: Some("Example Ltd".into()),
        removable: false,
    }
}

pub(super) fn music(path: &str) -> Facts {
    let folder = MediaFolder {
        path: path.into(),
        owner: "pupil.one".into(),
        audio: 12,
        video: 1,
        bytes: 9_000_000,
        names: Vec::new(),
    };
    Facts::Executables(Executables { files: Vec::new(), media: vec![folder] })
}

pub(super) fn stick(protection: Protection) -> Facts {
    Facts::Removable(vec![RemovableMedium {
        mount: "E:".into(),
        name: "Example Flash".into(),
        serial: "0001".into(),
        bus: "usb".into(),
        file_system: "vfat".into(),
        size_bytes: 32_000_000_000,
        protection,
    }])
}

pub(super) fn disk(protection: Protection) -> Facts {
    Facts::Encryption(vec![Volume {
        mount: "C:".into(),
        device: "disk 0".into(),
        removable: false,
        role: VolumeRole::Data,
        protection,
        method: "BitLocker".into(),
        evidence: "made up".into(),
    }])
}

#[tokio::test]
async fn a1_a_device_that_stays_away_and_old_signatures_are_two_findings() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(super::b::antivirus("ClamAV", 168)).await;
    assert_eq!(school.told("A1.signatures").await, [""; 0], "a week is allowed");
    device.reads(super::b::antivirus("ClamAV", 169)).await;
    assert_eq!(school.told("A1.signatures").await, ["fails: signatures are over 7 days old"]);
    school.house.clock.advance(7 * DAY);
    school.site("Main").await;
    assert_eq!(school.told("A1").await, [""; 0], "a week is allowed");
    school.house.clock.advance(DAY);
    school.site("Main").await;
    assert_eq!(school.told("A1").await, ["fails: not seen for 8 days"]);
}

#[tokio::test]
async fn a2_an_infection_reaches_the_network_manager_at_once() {
    let school = academy().await;
    let mut device = school.device().await;
    device.happens(DeviceEventKind::VirusFound, "Example-Virus", &[]).await;
    assert_eq!(school.alerts().await, ["E1 antivirus found a virus: Example-Virus"]);
    let mails = mails(&school.house).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: network-manager@example.school"), "{}", mails[0]);
}

#[tokio::test]
async fn a3_a_screen_that_never_locks_is_found() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(lock(Idle::Seconds(600))).await;
    assert_eq!((school.told("A3").await, school.told("E2").await), (vec![], vec![]), "ten minutes are allowed");
    device.reads(lock(Idle::Seconds(601))).await;
    assert_eq!(school.told("E2").await, ["fails: locks after 10 min 1 s"]);
    assert_eq!(school.told("A3").await, [""; 0], "but it locks");
    device.reads(lock(Idle::Never)).await;
    assert_eq!(school.told("A3").await, ["fails: never locks by itself"]);
}

#[tokio::test]
async fn a4_titles_are_listed_and_programs_that_nobody_installed_are_found() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(software(&[("Whiteboard", "4.1"), ("Spreadsheet", "9")])).await;
    let titles = school.manager().list_software(proto::ListSoftwareRequest::default()).await.expect("answers");
    let titles = titles.into_inner().titles;
    assert_eq!(titles.iter().map(|title| title.name.as_str()).collect::<Vec<_>>(), ["Spreadsheet", "Whiteboard"]);
    let files = vec![brought("/home/pupil.one/game")];
    device.reads(Facts::Executables(Executables { files, media: Vec::new() })).await;
    let findings = school.findings("E4").await;
    assert_eq!(findings.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(), ["/home/pupil.one/game"]);
}

#[tokio::test]
async fn a5_what_nobody_approved_is_named_until_the_group_has_decided() {
    let school = academy().await;
    school.device().await.reads(Facts::Software(vec![from_uninstall("Avid Sibelius")])).await;
    let mut audits = LicenceAuditClient::new(school.manager.clone());
    let mut permission = async || {
        let audit = audits.run_audit(proto::RunAuditRequest {}).await.expect("an audit").into_inner();
        audit.titles.into_iter().find(|title| title.slug == "sibelius").expect("it is installed").permission
    };
    assert_eq!(permission().await, "missing");
    let decided = async |decision: &str| {
        let approval = proto::Approval {
            title: "Sibelius".into(),
            decision: decision.into(),
            decided_by: "The approval group".into(),
            ..Default::default()
        };
        let request = proto::AddApprovalRequest { approval: Some(approval) };
        LicencesClient::new(school.manager.clone()).add_approval(request).await.expect("is entered");
    };
    decided("approved").await;
    assert_eq!(permission().await, "approved");
    decided("refused").await;
    assert_eq!(permission().await, "refused");
}

#[tokio::test]
async fn a6_private_media_are_found_until_they_are_gone() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(music("/home/pupil.one/Music")).await;
    assert_eq!(school.findings("E6").await.len(), 1);
    school.house.clock.advance(3 * DAY);
    device.reads(Facts::Executables(Executables::default())).await;
    assert_eq!(school.findings("E6").await, []);
    let request = proto::ListFindingsRequest { requirement: "E6".into(), include_closed: true, ..Default::default() };
    let closed = school.manager().list_findings(request).await.expect("answers").into_inner().findings;
    let [one] = closed.as_slice() else { panic!("{closed:?}") };
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a time");
    assert_eq!(at(&one.closed_at).duration_since(at(&one.opened_at)).as_hours(), 72, "how long it took stands there");
}

#[tokio::test]
async fn a7_a_lost_device_is_shut_out_and_what_it_held_is_told() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(disk(Protection::Off)).await;
    device.reads(stick(Protection::On)).await;
    device.reads(lock(Idle::Seconds(60))).await;
    let id = device.device.id.to_string();
    let request = proto::ReportDeviceLostRequest { device: id, note: "left on a train".into() };
    let lost = school.manager().report_device_lost(request).await.expect("is reported").into_inner();
    let states = |volumes: &[proto::Volume]| volumes.iter().map(|one| one.mount.clone()).collect::<Vec<_>>();
    assert_eq!((states(&lost.volumes), states(&lost.media)), (vec!["C:".to_owned()], vec!["Example Flash".to_owned()]));
    assert_eq!(lost.accounts, ["pupil.one"]);
    assert_eq!(lost.device.map(|device| device.status), Some("lost".into()));
    device.device.hello().await.expect_err("it is shut out");
}

#[tokio::test]
async fn a8_a_stick_that_is_not_encrypted_is_found() {
    let school = academy().await;
    let mut device = school.device().await;
    device.reads(stick(Protection::On)).await;
    assert_eq!(school.told("A8").await, [""; 0]);
    device.reads(stick(Protection::Off)).await;
    assert_eq!(school.told("A8").await, ["fails: removable medium is not encrypted"]);
}

#[tokio::test]
async fn a9_support_for_extremism_is_a_case_for_the_lead() {
    let school = academy().await;
    let mut device = school.device().await;
    device.meets(&pupil("extremism", 4)).await;
    let lead = school.person(Role::SafeguardingLead).await;
    let case = only_case(&lead).await;
    assert_eq!((case.category.as_str(), case.level), ("extremism", 4));
    let mails = mails(&school.house).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: pat.example@example.school"), "the lead is first: {}", mails[0]);
}

#[tokio::test]
async fn a10_governors_read_of_a_term_without_names_or_small_numbers() {
    let school = academy().await;
    let mut device = school.device().await;
    for category in ["bullying", "drugs", "gambling", "hate", "violence", "weapons"] {
        device.meets(&Met { user: category, ..pupil(category, 4) }).await;
    }
    device.meets(&pupil("selfharm", 5)).await;
    let mut governor = ReportsClient::new(school.person(Role::Governor).await);
    let report = governor.get_term_report(proto::GetTermReportRequest::default()).await.expect("answers").into_inner();
    assert_eq!(report.concerns, Some(proto::Count { value: 7, hidden: false }));
    let of_five: Vec<_> =
        report.by_level.iter().flat_map(|by| &by.parts).filter(|part| part.name.contains('5')).collect();
    assert!(of_five.iter().all(|part| part.count.is_some_and(|count| count.hidden)), "{of_five:?}");
    let told = format!("{report:?}");
    for name in ["pupil.one", "library-07", "selfharm", "26-0001"] {
        assert!(!told.contains(name), "{name} in {told}");
    }
}

#[tokio::test]
async fn a11_a_mail_about_a_case_tells_no_name_category_or_word() {
    let school = academy().await;
    let mut device = school.device().await;
    device.meets(&pupil("selfharm", 5)).await;
    let mails = mails(&school.house).await;
    assert_eq!(mails.len(), 2, "lead and deputy");
    for mail in mails {
        assert!(mail.contains("Subject: Safeguarding alert - level 5 - case 26-0001"), "{mail}");
        let text = mail.to_lowercase();
        for told in ["selfharm", "self-harm", "pupil.one", "library-07", "made.up"] {
            assert!(!text.contains(told), "{told} in {mail}");
        }
    }
    let manager = school.alerts().await;
    assert_eq!(manager, [""], "and the network manager sees that there is one, and no more");
    assert_eq!(cases(&school.person(Role::SafeguardingLead).await).await.len(), 1);
}
