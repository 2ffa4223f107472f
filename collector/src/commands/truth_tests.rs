//! What a school asks about its devices: the overview of findings, executables, what is overdue, what left.

use caretaker_shared::clock::Clock as _;
use caretaker_shared::digest::Sha256;
use caretaker_shared::model::{
    ExecutableFacts, ExecutableFormat, Facts, LocalAccount, Outcome, PasswordEnds, PasswordState, ProbeName,
    Protection, Reading, SoftwareClass, VersionInfo, Volume, VolumeRole,
};

use super::tests::{School, never_locks};
use crate::store::console::sample::SampleFinding;

fn antivirus_is_old(device: &'static str) -> SampleFinding {
    SampleFinding {
        requirement: "A1.signatures",
        subject: "",
        summary: "signatures are 9 days old",
        reason: "ClamAV 1.4: signatures of Thu 12 Nov 2026 10:00 UTC; 7 days are allowed",
        remedy: "Bring this device onto the network and update the signatures of ClamAV.",
        ..never_locks(device)
    }
}

#[tokio::test]
async fn the_overview_says_each_requirement_in_words_with_what_to_do() {
    let school = School::with_site().await;
    school.add(&["PC-01", "PC-02", "PC-03"]).await;
    for device in ["PC-01", "PC-02"] {
        school.store.add_finding(never_locks(device)).await;
    }
    school.store.add_finding(antivirus_is_old("PC-03")).await;
    let shown = school.types(&["findings"]).await.expect("an answer");
    insta::assert_snapshot!("overview", shown);
    assert!(
        !school.types(&["findings", "E2"]).await.expect("an answer").contains("Show: findings"),
        "device by device"
    );
    school.close().await;
}

#[tokio::test]
async fn overdue_devices_say_what_is_out_of_date() {
    let school = School::with_site().await;
    school.add(&["PC-01", "PC-02"]).await;
    let nothing = school.types(&["devices", "--overdue"]).await.expect("an answer");
    assert!(nothing.starts_with("No device is overdue"), "{nothing}");
    school.store.add_finding(antivirus_is_old("PC-02")).await;
    school.store.add_finding(never_locks("PC-01")).await;
    let said = school.json(&["devices", "--overdue", "--json"]).await;
    let devices = said["devices"].as_array().expect("a list");
    assert_eq!(devices.len(), 1, "a screen that does not lock is not overdue: {said}");
    assert_eq!(devices[0]["overdue"][0], "signatures are 9 days old");
    let shown = school.types(&["devices", "--overdue"]).await.expect("an answer");
    assert!(shown.contains("PC-02") && shown.contains("signatures are 9 days old"), "{shown}");
    school.close().await;
}

#[tokio::test]
async fn executables_are_listed_by_content_and_shown_with_their_places() {
    let school = School::with_site().await;
    school.add(&["PC-01"]).await;
    school.add_unknown_files("PC-01").await;
    let facts = ExecutableFacts {
        sha256: Sha256::from([0; 32]),
        size_bytes: 4_100_000,
        format: ExecutableFormat::Elf,
        runs_on: "x86_64".into(),
        file_name: "game-00".into(),
        version: VersionInfo { product: "Example Game".into(), version: "1.2".into(), ..VersionInfo::default() },
        signer: None,
        class: Some(SoftwareClass::Game),
    };
    school.store.add_facts(facts).await;
    let list = school.json(&["executables", "--json"]).await;
    assert_eq!(list["executables"].as_array().expect("a list").len(), 1, "one content, wherever it lies: {list}");
    let new = school.types(&["executables", "--new", "--since", "1h"]).await.expect("an answer");
    assert!(new.starts_with("No executable was new"), "{new}");
    let shown = school.types(&["executables", "show", "00000000"]).await.expect("an answer");
    insta::assert_snapshot!("executable", shown);
    let refused = school.types(&["executables", "show", "0000"]).await.expect_err("too few digits");
    assert!(refused.message.contains("8 to 64"), "{}", refused.message);
    let refused = school.types(&["executables", "show", "ffffffffffff"]).await.expect_err("nobody has it");
    assert!(refused.message.starts_with("no device has an executable"), "{}", refused.message);
    school.close().await;
}

fn account(name: &str) -> LocalAccount {
    LocalAccount {
        name: name.into(),
        directory: false,
        group: false,
        enabled: true,
        administrator: false,
        password: PasswordState::Set,
        password_set_at: None,
        password_ends: PasswordEnds::Never,
        last_login_at: None,
    }
}

#[tokio::test]
async fn a_lost_device_is_shut_out_and_says_what_it_held() {
    let school = School::with_site().await;
    school.add(&["LT-01"]).await;
    let taken_at = school.clock.now();
    let volume = Volume {
        mount: "C:".into(),
        device: String::new(),
        removable: false,
        role: VolumeRole::Data,
        protection: Protection::Suspended,
        method: "BitLocker".into(),
        evidence: String::new(),
    };
    for (probe, facts) in [
        (ProbeName::Encryption, Facts::Encryption(vec![volume])),
        (ProbeName::Accounts, Facts::Accounts(vec![account("teacher.two")])),
    ] {
        let outcome = Outcome::Complete(facts);
        school.store.add_reading("LT-01", Reading { probe, taken_at, outcome }).await;
    }
    let shown = school.types(&["device", "lost", "LT-01", "--note", "left on a train"]).await.expect("an answer");
    insta::assert_snapshot!("lost", shown);
    let again = school.types(&["device", "lost", "LT-01", "--note", "again"]).await.expect_err("once");
    assert!(again.message.contains("lost already"), "{}", again.message);
    let device = school.types(&["device", "show", "LT-01"]).await.expect("an answer");
    assert!(device.contains("This device was reported lost") && device.contains("left on a train"), "{device}");
    school.close().await;
}

#[tokio::test]
async fn a_disposal_is_recorded_whole_and_once() {
    let school = School::with_site().await;
    school.add(&["PC-09"]).await;
    let retire = |more: &[&'static str]| {
        let mut line = vec!["device", "retire", "PC-09", "--authorised-by", "the head", "--how", "given-away"];
        line.extend(more);
        line
    };
    let refused = school.types(&retire(&["--wiped", "yes"])).await.expect_err("to whom?");
    assert!(refused.message.contains("--to"), "{}", refused.message);
    let line = retire(&["--wiped", "yes", "--to", "Northfield Reuse"]);
    let said = school.types(&line).await.expect("an answer");
    assert!(said.starts_with("PC-09 is retired: given away to Northfield Reuse, authorised by the head."), "{said}");
    let again = school.types(&line).await.expect_err("once");
    assert!(again.message.contains("retired already"), "{}", again.message);
    let shown = school.json(&["device", "show", "PC-09", "--json"]).await;
    assert_eq!(shown["device"]["status"], "retired");
    assert_eq!(shown["disposal"]["wiped"], true);
    assert_eq!(school.store.audited().await.last().expect("an entry").1, "retire");
    school.close().await;
}

#[tokio::test]
async fn a_requirement_that_nobody_reported_on_is_not_said_to_be_well() {
    let school = School::with_site().await;
    school.add(&["PC-01", "PC-02"]).await;
    for line in [&["findings", "A8"][..], &["devices", "--finding", "A8"]] {
        let shown = school.types(line).await.expect("an answer");
        assert!(shown.starts_with("A8 is unknown on 2 devices"), "{shown}");
    }
    let shown = school.types(&["findings"]).await.expect("an answer");
    assert!(shown.contains("13 requirements are unknown on devices"), "{shown}");
    let shown = school.types(&["findings", "A1"]).await.expect("an answer");
    assert!(shown.starts_with("Nothing found on the 2 devices"), "{shown}");
    school.close().await;
}

#[tokio::test]
async fn what_is_said_of_devices_that_leave_fits_a_narrow_screen() {
    let school = School::with_site().await;
    school.add(&["LT-SCIENCE-CORRIDOR-01"]).await;
    let lost = ["device", "lost", "LT-SCIENCE-CORRIDOR-01", "--note", "left on a train"];
    school.types_on(80, &lost).await.expect("an answer that fits");
    let retire = ["device", "retire", "LT-SCIENCE-CORRIDOR-01", "--authorised-by", "the business manager"];
    let how = ["--how", "given-away", "--to", "Northfield Reuse", "--wiped", "no"];
    school.types_on(80, &[&retire[..], &how].concat()).await.expect("an answer that fits");
    school.close().await;
}
