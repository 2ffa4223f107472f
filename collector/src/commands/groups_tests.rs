//! Groups of devices, from the policy file to every list that knows them.

use caretaker_shared::policy::PRESET;
use caretaker_shared::private_file;

use super::tests::{School, never_locks};
use super::{Exit, Failure};

const LABS: &str = "
[[groups]]
name = 'Lab 3'
devices = ['LAB3-*', 'teacher-3']

[[groups]]
name = 'Laptops'
devices = ['*-LT-*']
";

/// A school whose policy has two groups, put in force as a person does.
async fn school() -> School {
    let school = School::with_site().await;
    school.add(&["LAB3-LT-1", "LAB3-PC-2", "LIB-LT-7", "TEACHER-3"]).await;
    school.store.add_finding(never_locks("LAB3-PC-2")).await;
    school.store.add_finding(never_locks("LIB-LT-7")).await;
    let file = school.path().join("policy.toml");
    private_file::write(&file, format!("{PRESET}{LABS}").as_bytes()).expect("writes");
    let file = file.to_str().expect("a plain path");
    let explained = school.types(&["policy", "explain", file]).await.expect("is explained");
    assert!(explained.contains("Laptops are the devices *-LT-*"), "{explained}");
    school.types(&["policy", "apply", "--site", "Main", file]).await.expect("is in force");
    school
}

/// The values of a field, of the rows of a list.
async fn told(school: &School, line: &[&str], list: &str, field: &str) -> Vec<String> {
    let said = school.json(&[line, &["--json"]].concat()).await;
    let rows = said[list].as_array().expect("a list").clone();
    rows.iter().map(|row| row[field].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn every_list_with_devices_is_asked_for_a_group() {
    let school = school().await;
    let lab = ["--filter", "group = 'lab 3'"];
    let devices = told(&school, &[&["devices"][..], &lab].concat(), "devices", "name").await;
    assert_eq!(devices, ["LAB3-LT-1", "LAB3-PC-2", "TEACHER-3"]);
    let findings = told(&school, &[&["findings"][..], &lab].concat(), "findings", "device").await;
    assert_eq!(findings, ["LAB3-PC-2"]);
    let proofs = told(&school, &[&["canary", "list"][..], &lab].concat(), "devices", "device").await;
    assert_eq!(proofs, ["LAB3-LT-1", "LAB3-PC-2", "TEACHER-3"], "filtered by the program that is typed");
    let others = ["devices", "--filter", "group != 'Lab 3'"];
    assert_eq!(told(&school, &others, "devices", "name").await, ["LIB-LT-7"]);
    let csv = school.types(&["devices", "--csv", "--filter", "name = LAB3-LT-1"]).await.expect("a table");
    assert!(csv.lines().nth(1).is_some_and(|row| row.contains("Lab 3; Laptops")), "{csv}");
    school.close().await;
}

#[tokio::test]
async fn a_device_shows_its_groups_until_it_is_shut_out() {
    let school = school().await;
    let shown = school.types(&["device", "show", "lab3-lt-1"]).await.expect("is known");
    assert!(shown.contains("\nGroups    Lab 3, Laptops\n"), "{shown}");
    let revoke = ["device", "revoke", "LAB3-LT-1", "--reason", "sold"];
    school.types(&revoke).await.expect("is shut out");
    let shown = school.types(&["device", "show", "lab3-lt-1"]).await.expect("is known");
    assert!(!shown.contains("Groups"), "{shown}");
    assert_eq!(told(&school, &["devices", "--filter", "group = Laptops"], "devices", "name").await, ["LIB-LT-7"]);
    school.close().await;
}

#[tokio::test]
async fn a_mistake_in_a_group_leaves_the_policy_in_force() {
    let school = school().await;
    let file = school.path().join("twice.toml");
    private_file::write(&file, format!("{PRESET}{LABS}{LABS}").as_bytes()).expect("writes");
    let file = file.to_str().expect("a plain path");
    let Failure { exit, message } = school.types(&["policy", "apply", "--site", "Main", file]).await.expect_err("no");
    assert_eq!(exit, Exit::Findings);
    assert!(message.contains("groups.name = 'Lab 3'") && message.contains("a name of its own"), "{message}");
    assert_eq!(told(&school, &["devices", "--filter", "group = 'Lab 3'"], "devices", "name").await.len(), 3);
    school.close().await;
}
