//! GLPI's inventory, JSON: <https://github.com/glpi-project/inventory_format>.

use caretaker_proto::console::v1::{ListedEntry, RawEntry};
use caretaker_shared::model::TitleKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fault, Found};

/// What GLPI's agents call our lists.
const LISTS: [(&str, &str); 3] = [("dpkg", "deb"), ("uninstall", "registry"), ("msix", "uwp")];
/// What they file updates under, and parts.
const UPDATES: [&str; 4] = ["update", "security_update", "hotfix", "patch"];
const PART: &str = "system_component";

/// The whole document.
#[derive(Debug, Serialize)]
pub(super) struct Inventory {
    action: &'static str,
    deviceid: String,
    itemtype: &'static str,
    content: Content,
}

#[derive(Debug, Serialize)]
struct Content {
    hardware: Hardware,
    softwares: Vec<Software>,
    versionclient: String,
}

#[derive(Debug, Serialize)]
struct Hardware {
    name: String,
}

/// An entry. The schema allows no field besides those that it names.
#[derive(Debug, Serialize, Deserialize)]
struct Software {
    #[serde(default)]
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    publisher: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    arch: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    guid: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    system_category: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    install_date: String,
}

/// The document of one device.
pub(super) fn inventory(name: &str, id: &str, entries: &[ListedEntry]) -> Inventory {
    Inventory {
        action: "inventory",
        deviceid: format!("caretaker-{id}"),
        itemtype: "Computer",
        content: Content {
            hardware: Hardware { name: name.to_owned() },
            softwares: entries.iter().filter_map(written).collect(),
            versionclient: format!("Caretaker_v{}", env!("CARGO_PKG_VERSION")),
        },
    }
}

fn written(listed: &ListedEntry) -> Option<Software> {
    let entry = listed.entry.as_ref()?;
    let from = LISTS.iter().find(|(ours, _)| *ours == entry.source).map_or(entry.source.as_str(), |(_, theirs)| theirs);
    let system_category = match TitleKind::parse(&entry.kind).unwrap_or_default() {
        TitleKind::Title => entry.section.as_str(),
        TitleKind::Update => UPDATES[0],
        TitleKind::Component => PART,
    };
    Some(Software {
        name: entry.name.clone(),
        version: entry.version.clone(),
        publisher: entry.publisher.clone(),
        arch: entry.architecture.clone(),
        guid: entry.id.clone(),
        from: from.to_owned(),
        system_category: system_category.to_owned(),
        install_date: listed.installed_at().get(..10).unwrap_or_default().to_owned(),
    })
}

/// The entries of a document, with the place of each; or the place and what is wrong there.
pub(super) fn entries(document: &Value) -> Result<Found, Fault> {
    let Some(softwares) = document.pointer("/content/softwares") else { return Ok(Vec::new()) };
    let Some(softwares) = softwares.as_array() else {
        return Err(("content.softwares".into(), "is no list".into()));
    };
    let mut entries = Vec::new();
    for (at, software) in softwares.iter().enumerate() {
        let place = format!("content.softwares[{at}]");
        let software = Software::deserialize(software).map_err(|error| (place.clone(), error.to_string()))?;
        entries.push((place, read(software)));
    }
    Ok(entries)
}

fn read(software: Software) -> RawEntry {
    let Software { name, version, publisher, arch, guid, from, system_category, install_date: _ } = software;
    let kind = match system_category.as_str() {
        word if UPDATES.contains(&word) => TitleKind::Update,
        PART => TitleKind::Component,
        _ => TitleKind::Title,
    };
    let source = LISTS.iter().find(|(_, theirs)| *theirs == from).map_or(from.as_str(), |(ours, _)| ours).to_owned();
    let section = if kind == TitleKind::Title { system_category } else { String::new() };
    RawEntry {
        name,
        version,
        publisher,
        source,
        id: guid,
        section,
        architecture: arch,
        kind: kind.word().into(),
        upgrade_code: String::new(),
    }
}
