//! What every list can do, as it is typed.

use crate::commands::Exit;
use crate::commands::tests::{School, never_locks};

/// Names in the first column of a table.
fn names(shown: &str) -> Vec<&str> {
    shown.lines().filter_map(|line| line.split_whitespace().next()).filter(|word| word.starts_with("PC-")).collect()
}

async fn school(devices: usize) -> School {
    let school = School::with_site().await;
    let names: Vec<String> = (1..=devices).map(|n| format!("PC-{n:03}")).collect();
    school.add(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    school
}

#[tokio::test]
async fn a_long_list_is_shown_by_pages_and_says_which() {
    let school = school(120).await;
    let shown = school.types(&["devices"]).await.expect("a page");
    assert_eq!((names(&shown).len(), names(&shown)[0]), (50, "PC-001"));
    assert!(shown.contains("120 devices.") && shown.ends_with("1-50 of 120: --page 2\n"), "{shown}");
    let shown = school.types(&["devices", "--page", "3"]).await.expect("a page");
    assert_eq!((names(&shown).len(), names(&shown)[0]), (20, "PC-101"));
    assert!(shown.ends_with("101-120 of 120.\n"), "{shown}");
    let shown = school.types(&["devices", "--page", "4"]).await.expect("a page");
    assert_eq!(shown, "There are 120; the last page is 3: --page 3\n");
    let shown = school.types(&["devices", "--limit", "2", "--sort=-name"]).await.expect("a page");
    assert_eq!(names(&shown), ["PC-120", "PC-119"]);
    // A program gets everything, unless it asks for less.
    assert_eq!(school.json(&["devices", "--json"]).await["devices"].as_array().map(Vec::len), Some(120));
    let page = school.json(&["devices", "--json", "--limit", "7", "--page", "2"]).await;
    assert_eq!((page["total"].as_u64(), page["devices"][0]["name"].as_str()), (Some(120), Some("PC-008")));
    school.close().await;
}

#[tokio::test]
async fn a_filter_is_the_same_wherever_it_is_applied() {
    let school = school(3).await;
    school.store.add_finding(never_locks("PC-002")).await;
    let shown = school.types(&["devices", "--filter", "site = main and finding = E2"]).await.expect("a list");
    assert_eq!(names(&shown), ["PC-002"]);
    assert!(shown.contains("1 device."), "{shown}");
    let nothing = school.types(&["devices", "--filter", "findings > 5"]).await.expect("a list");
    assert_eq!(nothing, "Nothing in this list meets  findings > 5\n");

    // Filtered here: what was done, in the audit log.
    school.types(&["token", "create", "--site", "Main"]).await.expect("a token");
    school.types(&["device", "revoke", "PC-003", "--reason", "a test"]).await.expect("is shut out");
    let log = ["audit", "log", "--filter", "action ~ token and not actor ~ nobody", "--csv"];
    let table = school.types(&log).await.expect("a table");
    assert!(table.starts_with("number,at,actor,action,subject,") && table.matches("\r\n").count() == 2, "{table}");
    for (list, field) in [("devices", "sitte"), ("alerts", "sitte"), ("operators list", "nme")] {
        let typed = format!("{field} = x");
        let line: Vec<&str> = list.split(' ').chain(["--filter", typed.as_str()]).collect();
        let failure = school.types(&line).await.expect_err("no such field");
        assert_eq!(failure.exit, Exit::Usage);
        let marks = "^".repeat(field.len());
        let told = format!("--filter: there is no field \"{field}\"\n  {typed}\n  {marks}\n  the fields are:  ");
        assert!(failure.message.starts_with(&told), "{failure}");
    }
    school.close().await;
}

#[tokio::test]
async fn every_list_is_a_table_for_spreadsheets() {
    let school = school(1).await;
    for (list, header) in [
        ("devices", "id,name,site,status,os,"),
        ("findings", "requirement,title,device,"),
        ("software", "name,version,publisher,"),
        ("executables", "sha256,path,format,"),
        ("alerts", "reference,kind,severity,"),
        ("operators list", "id,name,role,"),
        ("canary list", "device_id,device,site,"),
        ("audit log", "number,at,actor,"),
        ("retention report", "at,"),
        ("policy list", "name,school,clauses\r\n"),
    ] {
        let line: Vec<&str> = list.split(' ').chain(["--csv"]).collect();
        let table = match school.types(&line).await {
            Ok(table) => table,
            Err(failure) => panic!("{list}: {failure}"),
        };
        assert!(table.starts_with(header), "{list}: {table}");
    }
    school.close().await;
}

#[tokio::test]
async fn looking_again_and_again_needs_somebody_who_looks() {
    let mut out = Vec::new();
    let look = async |_: &mut Vec<u8>| panic!("nobody may be asked");
    let error = super::watch(5, false, false, &mut out, look).await.expect_err("no terminal");
    assert!(error.to_string().starts_with("--watch needs a terminal\n"), "{error}");
    let school = School::with_site().await;
    let failure = school.types(&["policy", "list", "--watch"]).await.expect_err("nothing changes there");
    assert!(failure.message.starts_with("--watch is for what a running collector knows"), "{failure}");
    school.close().await;
}
