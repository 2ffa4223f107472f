//! `catalogue` and `software --titles` as people type them.

use caretaker_shared::private_file;

use super::Exit;
use super::tests::School;

const RULE: &str = "# Ours.\ncategory = \"teaching\"\nchecked = \"2026-11-22\"\n
[[title]]\nslug = \"northfield-planner\"\nname = \"Northfield Planner\"\npublisher = \"Northfield Software\"\nlicensing = \"paid\"
packages = [\"dpkg:northfield-planner\"]\nsource = \"our own\"\nhits = [\"dpkg:northfield-planner\"]\nmisses = [\"dpkg:planner\"]\n";

/// Two devices with a program that no rule knows, one of them with a browser that one knows; all in line.
async fn school() -> School {
    let school = School::with_site().await;
    school.add(&["PC-1", "PC-2"]).await;
    let of = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "2.1".to_owned())).collect();
    school.store.add_software("PC-1", of(&["northfield-planner", "microsoft-edge-stable", "bash"])).await;
    school.store.add_software("PC-2", of(&["northfield-planner", "libc6"])).await;
    // Packages of a company count; the sample's maker is none.
    school.store.made_by("Northfield Software Ltd").await;
    school.types(&["catalogue", "replay"]).await.expect("replays");
    school
}

#[tokio::test]
async fn titles_are_listed_and_shown_with_their_rule_and_raw_names() {
    let school = school().await;
    let listed = school.types(&["catalogue", "list", "edge"]).await.expect("an answer");
    assert!(listed.contains("Microsoft Edge") && listed.contains("bundled"), "{listed}");
    let games = school.json(&["catalogue", "list", "--category", "game", "--json"]).await;
    let games = games["titles"].as_array().expect("a list");
    assert!(!games.is_empty() && games.iter().all(|title| title["category"] == "game"));
    let shown = school.types(&["catalogue", "show", "Microsoft Edge"]).await.expect("an answer");
    for part in ["on 1 device (Main 1)", "microsoft-edge-stable", "ships with Caretaker (microsoft.toml)", "[[title]]"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let none = school.types(&["catalogue", "show", "no such"]).await.expect_err("there is none");
    assert!(none.message.starts_with("there is no title \"no such\""), "{none}");
    let installed = school.json(&["software", "--titles", "--json"]).await;
    let counted: Vec<(&str, u64)> = installed["titles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|title| (title["name"].as_str().expect("a name"), title["devices"].as_u64().expect("a count")))
        .collect();
    assert_eq!(counted, [("bash", 1), ("Microsoft Edge", 1), ("northfield-planner", 2)]);
    let of_one = school.types(&["software", "--titles", "--device", "PC-1"]).await.expect("an answer");
    assert!(of_one.contains("3 titles on PC-1.") && of_one.contains("its list"), "{of_one}");
    school.close().await;
}

#[tokio::test]
async fn a_proposed_rule_is_checked_added_and_removed() {
    let school = school().await;
    let unknown = school.types(&["catalogue", "unknown"]).await.expect("an answer");
    let first = unknown.lines().nth(1).expect("a row");
    assert!(first.starts_with("northfield-planner") && first.contains('2'), "{unknown}");
    let proposal = school.types(&["catalogue", "unknown", "--propose", "planner"]).await.expect("an answer");
    let file = tempfile::tempdir().expect("a folder");
    let path = file.path().join("rule.toml");
    private_file::write(&path, proposal.as_bytes()).expect("writes");
    let path = path.to_str().expect("a path");
    let checked = school.types(&["catalogue", "check", path]).await.expect("is good");
    assert!(checked.contains("1 rule, good."), "{checked}");
    let dry = school.types(&["catalogue", "add", "--dry-run", path]).await.expect("an answer");
    assert!(dry.contains("1 rule would be added: northfield-planner") && dry.contains("Nothing was changed"), "{dry}");
    assert!(school.types(&["catalogue", "unknown", "planner"]).await.expect("an answer").contains("northfield"));
    let added = school.types(&["catalogue", "add", path]).await.expect("is added");
    assert!(added.contains("1 rule added: northfield-planner"), "{added}");
    let none = school.types(&["catalogue", "unknown", "planner"]).await.expect("an answer");
    assert_eq!(none, "Rules know every title that is installed.\n");
    let audited = school.store.audited().await;
    let added =
        audited.iter().filter(|(_, action, subject)| action == "catalogue.add" && subject == "northfield-planner");
    assert_eq!(added.count(), 1);
    let removed = school.types(&["catalogue", "remove", "northfield-planner"]).await.expect("is removed");
    assert!(removed.contains("1 rule removed"), "{removed}");
    assert!(school.types(&["catalogue", "unknown", "planner"]).await.expect("an answer").contains("northfield"));
    let ours = school.types(&["catalogue", "remove", "microsoft-edge"]).await.expect_err("ships");
    assert!(ours.message.starts_with("microsoft-edge is no rule of your own"), "{ours}");
    school.close().await;
}

#[tokio::test]
async fn rules_come_all_or_none() {
    let school = school().await;
    let file = tempfile::tempdir().expect("a folder");
    let path = file.path().join("rules.toml");
    let torn = format!(
        "{RULE}\n[[title]]\nslug = \"torn\"\nname = \"Torn\"\nlicensing = \"gratis\"\nnames = [\"Torn\"]
source = \"our own\"\nhits = [\"Torn\"]\nmisses = [\"Tear\"]\n"
    );
    private_file::write(&path, torn.as_bytes()).expect("writes");
    let path = path.to_str().expect("a path");
    let refused = school.types(&["catalogue", "add", path]).await.expect_err("one is not right");
    assert!(refused.message.contains("torn, licensing: \"gratis\" is no way of licensing"), "{refused}");
    assert_eq!(school.types(&["catalogue", "check", path]).await.expect_err("the same").exit, Exit::Findings);
    assert!(
        school.types(&["catalogue", "show", "northfield-planner"]).await.expect("unknown").contains("No rule knows it")
    );
    school.close().await;
}
