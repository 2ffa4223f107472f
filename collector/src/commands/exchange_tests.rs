//! `catalogue export` and `catalogue try` as people type them.

use caretaker_shared::private_file;

use super::Exit;
use super::tests::School;
use crate::catalogue::{Catalogue, RuleFile};

/// Two devices: a program that no rule knows, a browser that one knows, and a part of the system.
async fn school() -> School {
    let school = School::with_site().await;
    school.add(&["PC-1", "PC-2"]).await;
    let of = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "2.1".to_owned())).collect();
    school.store.add_software("PC-1", of(&["northfield-planner", "microsoft-edge-stable", "libc6"])).await;
    school.store.add_software("PC-2", of(&["northfield-planner", "=cmd+x"])).await;
    school.store.made_by("Northfield Software Ltd").await;
    school
}

#[tokio::test]
async fn an_export_says_what_the_catalogue_makes_of_each_entry() {
    let school = school().await;
    let bom = school.json(&["catalogue", "export", "--format", "cyclonedx"]).await;
    assert_eq!(bom["metadata"]["component"]["name"], "All devices");
    let told: Vec<(&str, &str, &str, &str)> = bom["components"]
        .as_array()
        .expect("components")
        .iter()
        .map(|component| {
            let property = |name: &str| {
                let all = component["properties"].as_array().expect("properties").iter();
                let mut named = all.filter(|one| one["name"] == format!("caretaker:{name}"));
                named.next().and_then(|one| one["value"].as_str()).unwrap_or_default()
            };
            let name = component["name"].as_str().expect("a name");
            (name, property("standing"), property("title"), property("devices"))
        })
        .filter(|(name, ..)| *name != "=cmd+x")
        // The slug of a title that no rule knows is "?" and digits.
        .map(|(name, standing, title, devices)| (name, standing, title.split('?').next().unwrap_or(title), devices))
        .collect();
    let wanted = [
        ("libc6", "system", "", "1"),
        ("microsoft-edge-stable", "title", "microsoft-edge", "1"),
        ("northfield-planner", "unknown", "", "2"),
    ];
    assert_eq!(told, wanted);
    let site = school.json(&["catalogue", "export", "--format", "cyclonedx", "--site", "main"]).await;
    assert_eq!(site["components"].as_array().map(Vec::len), Some(4));
    let none = school.types(&["catalogue", "export", "--format", "csv", "--site", "North"]).await.expect_err("no site");
    assert!(none.message.starts_with("there is no site \"North\""), "{none}");
    let table = school.types(&["catalogue", "export", "--format", "csv", "--device", "PC-2"]).await.expect("a table");
    assert!(table.contains("\r\n'=cmd+x,2.1,") && !table.contains("libc6"), "{table}");
    school.close().await;
}

#[tokio::test]
async fn glpi_gets_one_device_into_a_file_that_can_be_tried() {
    let school = school().await;
    let refused = school.types(&["catalogue", "export", "--format", "glpi"]).await.expect_err("of all");
    assert_eq!(refused.exit, Exit::Usage);
    assert!(refused.message.ends_with("--device NAME"), "{refused}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pc-1.json");
    let path = path.to_str().expect("a path");
    let export = ["catalogue", "export", "--format", "glpi", "--device", "pc-1", "--into", path];
    let said = school.types(&export).await.expect("is written");
    assert!(said.starts_with("3 entries written to ") && said.ends_with("(GLPI)\n"), "{said}");
    let audited = school.store.audited().await.len();
    let tried = school.json(&["catalogue", "try", "--json", path]).await;
    let standings: Vec<&str> = tried["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|one| one["standing"]["standing"].as_str())
        .collect();
    assert_eq!((tried["format"].as_str(), standings), (Some("GLPI"), vec!["system", "title", "unknown"]));
    assert_eq!(school.store.audited().await.len(), audited, "nothing was done");
    school.close().await;
}

#[tokio::test]
async fn a_list_of_another_program_is_looked_at_and_not_kept() {
    let school = school().await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    let table = "DisplayName,DisplayVersion,Publisher\r\nMicrosoft Edge,121.0,Microsoft Corporation\r\n\
                 Pond Life Maths 3,3.1,Pond Example Ltd\r\nPond Life Maths,3.0,Pond Example Ltd\r\n\
                 Pond-Life Maths!,3.0,Other Example\r\n\"<b>=SUM(1) \u{1b}[31m\u{202e}Evil \"\"x\"\" \\\",1,\r\n";
    private_file::write(&path, table.as_bytes()).expect("writes");
    let path = path.to_str().expect("a path");
    let shown = school.types(&["catalogue", "try", path]).await.expect("an answer");
    for part in ["CSV, 5 entries. Nothing was stored.", "microsoft-edge", "2 titles that no rule knows:", "Pond Life"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    let proposed = school.types(&["catalogue", "try", "--propose", path]).await.expect("rules");
    assert_eq!(proposed.matches("[[title]]").count(), 2, "{proposed}");
    let file = RuleFile { name: "proposed.toml".into(), text: proposed.clone() };
    let checked = Catalogue::with(&[file]).map(|catalogue| catalogue.titles().iter().filter(|title| title.own).count());
    assert_eq!(checked.map_err(|flaws| format!("{flaws}\n{proposed}")), Ok(2));
    let installed = school.json(&["software", "--json"]).await;
    assert!(!installed.to_string().contains("Pond"), "nothing was stored");
    let torn = folder.path().join("torn.json");
    private_file::write(&torn, b"{\"bomFormat\": \"CycloneDX\", \"components\": [{}]}").expect("writes");
    let refused = school.types(&["catalogue", "try", torn.to_str().expect("a path")]).await.expect_err("no name");
    assert_eq!(refused.exit, Exit::Usage);
    assert!(refused.message.contains("torn.json: components[0]: has no name\n  "), "{refused}");
    school.close().await;
}
