//! Names that no rule knows become titles, and what is installed leaves the house in forms that others read.

use caretaker_shared::model::SoftwareTitle;
use caretaker_tests::caller::Computer;
use caretaker_tests::school::School;
use serde_json::Value;

/// More than a page of a list.
const STRANGE: usize = 1_050;

fn installed(name: &str, publisher: &str) -> SoftwareTitle {
    SoftwareTitle {
        name: name.into(),
        publisher: publisher.into(),
        version: "2.1".into(),
        architecture: "x64".into(),
        source: "uninstall".into(),
        ..SoftwareTitle::default()
    }
}

fn planner() -> SoftwareTitle {
    installed("Northfield Planner", "Northfield Software Ltd")
}

/// "Strange Quoaab": digits would be taken for versions of one program.
fn strange(at: usize) -> String {
    let letter = |place: u32| char::from(b'a' + u8::try_from(at / 26_usize.pow(place) % 26).expect("of 26"));
    format!("Strange Quo{}{}{}", letter(2), letter(1), letter(0))
}

/// Two computers with a program of the school's own, and one of them with very many more.
async fn school() -> School {
    let school = School::open();
    let strange = (0..STRANGE).map(|at| installed(&strange(at), "Example Ltd"));
    let mut all = vec![planner(), installed("Adobe Photoshop 2024", "Adobe Inc.")];
    all.extend(strange);
    Computer::enrol(&school, "LAB-01").await.reports(all).await;
    Computer::enrol(&school, "LAB-02").await.reports(vec![planner()]).await;
    school
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_rule_knows_is_listed_to_the_last_and_becomes_a_title() {
    let school = school().await;
    let unknown = school.json(&["catalogue", "unknown"]);
    let names: Vec<&str> =
        unknown["titles"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names.len(), STRANGE + 1);
    assert_eq!((names[0], names[1]), ("Northfield Planner", "Strange Quoaaa"), "most devices first");
    assert_eq!(names.last(), Some(&&*strange(STRANGE - 1)));

    let rule = school.command(&["catalogue", "unknown", "--propose", "northfield"]).ok();
    let path = school.home().join("rule.toml");
    std::fs::write(&path, rule.replace("misses = []", "misses = [\"Northfield\"]")).expect("writes");
    let path = path.to_string_lossy().into_owned();
    let _ = school.command(&["catalogue", "check", &path]).ok();
    let tried = school.command(&["catalogue", "add", "--dry-run", &path]).ok();
    assert!(tried.contains("Nothing was changed"), "{tried}");
    let _ = school.command(&["catalogue", "add", &path]).ok();
    let titles = school.json(&["software", "--titles"]);
    let own = titles["titles"].as_array().expect("a list").iter().find(|one| one["name"] == "Northfield Planner");
    let own = own.unwrap_or_else(|| panic!("no title of our own in {titles}"));
    assert_eq!((own["devices"].as_u64(), own["known"].as_bool()), (Some(2), Some(true)));
    let replayed = school.command(&["catalogue", "replay"]).ok();
    assert!(replayed.starts_with("2 devices looked through; all titles were as the rules say."), "{replayed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_installed_leaves_the_house_in_forms_that_others_read() {
    let school = school().await;
    let fleet: Value =
        serde_json::from_str(&school.command(&["catalogue", "export", "--format", "cyclonedx"]).ok()).expect("JSON");
    assert_eq!((fleet["bomFormat"].as_str(), fleet["specVersion"].as_str()), (Some("CycloneDX"), Some("1.6")));
    let components = fleet["components"].as_array().expect("a list");
    assert_eq!(components.len(), STRANGE + 2, "one for each name and version of the fleet");
    let of_one = ["catalogue", "export", "--format", "glpi", "--device", "LAB-02"];
    let inventory: Value = serde_json::from_str(&school.command(&of_one).ok()).expect("JSON");
    assert_eq!(inventory["content"]["softwares"].as_array().map(Vec::len), Some(1));
    assert_eq!(inventory["content"]["softwares"][0]["name"], "Northfield Planner");

    // Read back, each is the same titles again.
    let path = school.home().join("fleet.json").to_string_lossy().into_owned();
    let said = school.command(&["catalogue", "export", "--format", "cyclonedx", "--into", &path]).ok();
    assert!(said.contains("1,052"), "{said}");
    let tried = school.json(&["catalogue", "try", &path]);
    let known =
        tried["entries"].as_array().expect("a list").iter().filter(|one| one["standing"]["standing"] == "title");
    assert_eq!(known.count(), 1, "Photoshop");
}
