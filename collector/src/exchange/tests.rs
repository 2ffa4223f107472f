//! Software lists as other programs want them, and as they write them.

use caretaker_proto::console::v1::{EntryStanding, ListedEntry, RawEntry};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ENTRIES, Form, Head, List, ReadError, Whose, read, write};

fn entry(name: &str, version: &str, source: &str) -> RawEntry {
    RawEntry {
        name: name.into(),
        version: version.into(),
        source: source.into(),
        kind: "title".into(),
        ..RawEntry::default()
    }
}

fn listed(entry: RawEntry, standing: &str) -> ListedEntry {
    let standing = EntryStanding { standing: standing.into(), slug: "slug".into(), ..EntryStanding::default() };
    let installed_at = Some("2026-09-01T10:00:00Z".into());
    ListedEntry { entry: Some(entry), standing: Some(standing), devices: 3, installed_at, distribution: String::new() }
}

/// One of each list, with names that break what is not written with care.
fn entries() -> Vec<ListedEntry> {
    let package = RawEntry {
        publisher: "Packager".into(),
        section: "games".into(),
        architecture: "amd64".into(),
        ..entry("g++-12", "2:1.0+dfsg~1-1", "dpkg")
    };
    let program = RawEntry {
        publisher: "Ada & Söhne, \"Ltd\"".into(),
        id: "{AAAA-1} other".into(),
        ..entry("=cmd|' /C calc'!A0 \u{202e}<b>,\"x\"\nline", "1.0", "uninstall")
    };
    let update = RawEntry { kind: "update".into(), ..entry("Update for it", "2", "uninstall") };
    let part = RawEntry { kind: "component".into(), ..entry("'Runtime", "", "msix") };
    let flatpak = RawEntry { id: "org.example.Paint".into(), ..entry("Paint", "4", "flatpak") };
    vec![
        listed(package, "unknown"),
        listed(program, "title"),
        listed(update, "part"),
        listed(part, "system"),
        listed(flatpak, "title"),
        listed(entry("bash", "1:5.2-3.fc40", "rpm"), "system"),
    ]
}

const DEVICE: Whose<'_> = Whose::Device { name: "PC-1", id: "0190aaaa" };

fn written(form: Form, whose: Whose<'_>, entries: &[ListedEntry]) -> Option<String> {
    let now = "2026-11-22T19:00:00Z".parse::<jiff::Timestamp>().expect("a time").to_zoned(TimeZone::UTC);
    write(form, &Head { whose, now: &now, serial: Uuid::nil() }, entries).expect("is written")
}

fn document(form: Form, whose: Whose<'_>) -> Value {
    serde_json::from_str(&written(form, whose, &entries()).expect("a list")).expect("JSON")
}

#[test]
fn cyclonedx_has_what_its_schema_asks_for() {
    let bom = document(Form::CycloneDx, DEVICE);
    assert_eq!(
        (&bom["bomFormat"], &bom["specVersion"], &bom["version"]),
        (&json!("CycloneDX"), &json!("1.6"), &json!(1))
    );
    assert_eq!(bom["serialNumber"], "urn:uuid:00000000-0000-0000-0000-000000000000");
    assert_eq!(bom["metadata"]["timestamp"], "2026-11-22T19:00:00Z");
    assert_eq!(bom["metadata"]["tools"]["components"][0]["name"], "Caretaker");
    assert_eq!(bom["metadata"]["component"], json!({"type": "device", "bom-ref": "0190aaaa", "name": "PC-1"}));
    let components = bom["components"].as_array().expect("components");
    let allowed = ["type", "bom-ref", "name", "version", "publisher", "purl", "properties"];
    let mut references = Vec::new();
    for component in components {
        let fields = component.as_object().expect("an object");
        assert!(fields.keys().all(|key| allowed.contains(&key.as_str())), "{component}");
        assert!(["application", "library"].contains(&component["type"].as_str().expect("a type")));
        assert!(fields.values().all(|value| value != "" && !value.is_null()), "{component}");
        references.push(component["bom-ref"].to_string());
    }
    references.sort();
    references.dedup();
    assert_eq!(references.len(), 6, "each has a reference of its own");
    let purls: Vec<&str> = components.iter().filter_map(|component| component["purl"].as_str()).collect();
    let wanted = [
        "pkg:deb/debian/g%2B%2B-12@2:1.0%2Bdfsg~1-1?arch=amd64",
        "pkg:flatpak/org.example.Paint@4",
        "pkg:rpm/bash@5.2-3.fc40?epoch=1",
    ];
    assert_eq!(purls, wanted);
    let property = |name: &str| json!({"name": "caretaker:devices", "value": name});
    let has = |component: &Value, wanted: &Value| {
        component["properties"].as_array().is_some_and(|properties| properties.contains(wanted))
    };
    assert!(!has(&components[0], &property("3")), "one device is no number");
    let fleet = document(Form::CycloneDx, Whose::Fleet { site: Some("North") });
    assert_eq!(fleet["metadata"]["component"]["name"], "Devices of North");
    assert!(has(&fleet["components"][0], &property("3")), "{}", fleet["components"][0]);
}

#[test]
fn a_distribution_that_a_package_names_is_that_of_its_url() {
    for (distribution, wanted) in [("Ubuntu", "pkg:deb/ubuntu/vim@9"), ("A/B?", "pkg:deb/debian/vim@9")] {
        let listed = ListedEntry { distribution: distribution.into(), ..listed(entry("vim", "9", "dpkg"), "title") };
        let bom = written(Form::CycloneDx, DEVICE, &[listed]).expect("a list");
        let bom: Value = serde_json::from_str(&bom).expect("JSON");
        assert_eq!(bom["components"][0]["purl"], wanted);
    }
}

#[test]
fn glpi_gets_the_inventory_of_one_device() {
    let inventory = document(Form::Glpi, DEVICE);
    assert_eq!(inventory["action"], "inventory");
    assert_eq!(inventory["itemtype"], "Computer");
    assert_eq!(inventory["deviceid"], "caretaker-0190aaaa");
    let content = &inventory["content"];
    assert_eq!(content["hardware"], json!({"name": "PC-1"}));
    assert!(content["versionclient"].as_str().is_some_and(|client| client.starts_with("Caretaker_v")));
    // Of the schema, which allows no others.
    let allowed =
        ["name", "version", "publisher", "arch", "guid", "from", "system_category", "install_date", "comments"];
    let softwares = content["softwares"].as_array().expect("a list");
    for software in softwares {
        let fields = software.as_object().expect("an object");
        assert!(fields.contains_key("name") && fields.keys().all(|key| allowed.contains(&key.as_str())), "{software}");
        assert!(fields.values().all(Value::is_string), "{software}");
        assert_eq!(software["install_date"], "2026-09-01");
    }
    let from: Vec<&str> = softwares.iter().filter_map(|software| software["from"].as_str()).collect();
    assert_eq!(from, ["deb", "registry", "registry", "uwp", "flatpak", "rpm"]);
    assert_eq!(written(Form::Glpi, Whose::Fleet { site: None }, &entries()), None, "of many devices there is none");
}

#[test]
fn a_table_computes_nothing() {
    let table = written(Form::Csv, DEVICE, &entries()).expect("a list");
    assert!(table.starts_with("name,version,publisher,source,id,"), "{table}");
    assert!(table.contains("\"'=cmd|"), "{table}");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    for record in reader.records() {
        let record = record.expect("a row");
        assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '@', '-'])), "{record:?}");
    }
}

#[test]
fn an_export_reads_back_as_it_was() {
    let all: Vec<RawEntry> = entries().into_iter().filter_map(|listed| listed.entry).collect();
    for form in [Form::CycloneDx, Form::Csv, Form::Glpi] {
        let text = written(form, DEVICE, &entries()).expect("a list");
        assert_eq!(read(text.as_bytes()), Ok(List { form, entries: all.clone() }), "{}", form.name());
    }
}

#[test]
fn lists_of_other_programs_are_read() {
    let scanned = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [
        {"type": "library", "name": "vim", "version": "9.1", "purl": "pkg:deb/debian/vim@9.1?arch=amd64&distro=debian-12"},
        {"type": "library", "name": "requests", "purl": "pkg:pypi/requests@2.31"},
        {"type": "application", "name": "Paint", "components": [{"type": "library", "name": "inner"}]}]});
    let list = read(scanned.to_string().as_bytes()).expect("a list");
    let told: Vec<(&str, &str, &str, &str)> = list
        .entries
        .iter()
        .map(|entry| (entry.name.as_str(), entry.version.as_str(), entry.source.as_str(), entry.kind.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("vim", "9.1", "dpkg", "title"),
            ("requests", "2.31", "pypi", "component"),
            ("inner", "", "", "component"),
            ("Paint", "", "", "title")
        ]
    );
    let agent = json!({"deviceid": "pc-2018", "action": "inventory", "content": {"versionclient": "GLPI-Agent_v1.7",
        "softwares": [{"name": "Paint", "from": "registry", "guid": "{1}", "filesize": 12, "username": "pupil.one"},
            {"name": "KB1", "system_category": "security_update"}]}});
    let list = read(agent.to_string().as_bytes()).expect("a list");
    let paint = RawEntry { id: "{1}".into(), ..entry("Paint", "", "uninstall") };
    assert_eq!(list.entries, [paint, RawEntry { kind: "update".into(), ..entry("KB1", "", "") }]);
    let table = "\"DisplayName\";\"DisplayVersion\";\"Publisher\"\r\n\"Paint\";\"4\";\"Söhne\"\r\n;;\r\n";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(table.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let paint = RawEntry { publisher: "Söhne".into(), ..entry("Paint", "4", "") };
    for bytes in [table.as_bytes(), &wide] {
        assert_eq!(read(bytes), Ok(List { form: Form::Csv, entries: vec![paint.clone()] }));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let told = |text: &str| read(text.as_bytes()).expect_err(text).to_string();
    assert!(told("{\"bomFormat\": \"CycloneDX\",\n oops}").starts_with("line 2, column 2: is no JSON\n  "));
    let components = |inner: &str| format!("{{\"bomFormat\": \"CycloneDX\", \"components\": {inner}}}");
    assert!(told(&components("[{\"name\": \"a\"}, {\"type\": \"x\"}]")).starts_with("components[1]: has no name\n"));
    assert!(told(&components("[{\"name\": 5}]")).starts_with("components[0]: invalid type: integer `5`"));
    assert!(told(&components("7")).starts_with("components: is no list"));
    assert!(told(&components("[]")).starts_with("has no software in it"));
    let softwares = "{\"content\": {\"softwares\": [{\"name\": \"  \"}]}}";
    assert!(told(softwares).starts_with("content.softwares[0]: has no name"));
    assert!(told("name,version\nPaint,1\n,2\n").starts_with("line 3: has no name"));
    assert!(told(&format!("name\n{}\n", "x".repeat(1_001))).starts_with("line 2: has a text of more than 1000"));
    assert!(told("colour,size\nred,2\n").contains("no column of its first line says the names"));
    assert!(told("{\"a\": 1}").contains("it is JSON without"));
    assert!(told("<?xml version=\"1.0\"?><bom/>").contains("it is XML"));
    assert!(told("").contains("no column"));
    let many = "name\n".to_owned() + &"x\n".repeat(ENTRIES + 1);
    assert_eq!(read(many.as_bytes()), Err(ReadError::TooLarge("50,000 entries")));
    assert_eq!(read(&vec![b'a'; super::BYTES + 1]), Err(ReadError::TooLarge("20 MB")));
    let deep = (0..40)
        .fold("{\"name\": \"a\"}".to_owned(), |inner, _| format!("{{\"name\": \"a\", \"components\": [{inner}]}}"));
    assert!(told(&components(&format!("[{deep}]"))).contains("lies too deep"));
}

proptest! {
    #[test]
    fn any_name_survives_the_way_there_and_back(name in "[!-~äß=+@\u{202e}\u{1f600}][ -~\n\"äß\u{202e}]{0,20}[!-~]", version in "[!-~]{0,12}") {
        // Of a package list, whose names travel in URLs as well.
        for source in ["dpkg", "rpm", "uninstall"] {
            let one = entry(&name, &version, source);
            for form in [Form::CycloneDx, Form::Glpi] {
                let text = written(form, DEVICE, &[listed(one.clone(), "title")]).expect("a list");
                prop_assert_eq!(read(text.as_bytes()), Ok(List { form, entries: vec![one.clone()] }));
            }
        }
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }
}
