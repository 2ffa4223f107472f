//! CycloneDX 1.6, JSON: <https://cyclonedx.org/docs/1.6/json/>.

use caretaker_proto::console::v1::{ListedEntry, RawEntry};
use caretaker_shared::model::TitleKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fault, Found, Head, Whose, purl};

/// Before the names of our properties.
const OURS: &str = "caretaker:";
/// How deep components may lie in one another.
const DEPTH: usize = 20;

/// The whole document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bom {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Debug, Serialize)]
struct Metadata {
    timestamp: String,
    tools: Tools,
    component: Component,
}

#[derive(Debug, Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Debug, Default, Serialize)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "String::is_empty")]
    reference: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    publisher: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Property {
    name: String,
    #[serde(default)]
    value: String,
}

/// The document of a list.
pub(super) fn bom(head: &Head<'_>, entries: &[ListedEntry]) -> Bom {
    let component = match head.whose {
        Whose::Device { name, id } => {
            Component { kind: "device", reference: id.to_owned(), name: name.to_owned(), ..Component::default() }
        }
        Whose::Fleet { site } => Component {
            kind: "platform",
            reference: "fleet".into(),
            name: site.map_or_else(|| "All devices".into(), |site| format!("Devices of {site}")),
            ..Component::default()
        },
    };
    let of_fleet = matches!(head.whose, Whose::Fleet { .. });
    let tool = Component {
        kind: "application",
        name: "Caretaker".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Component::default()
    };
    let numbered = (1..).zip(entries);
    Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", head.serial),
        version: 1,
        metadata: Metadata {
            timestamp: head.now.timestamp().to_string(),
            tools: Tools { components: vec![tool] },
            component,
        },
        components: numbered.filter_map(|(number, listed)| written(number, listed, of_fleet)).collect(),
    }
}

fn written(number: u64, listed: &ListedEntry, of_fleet: bool) -> Option<Component> {
    let entry = listed.entry.as_ref()?;
    let standing = listed.standing.clone().unwrap_or_default();
    let devices = if of_fleet { listed.devices.to_string() } else { String::new() };
    let properties = [
        ("source", entry.source.as_str()),
        ("id", &entry.id),
        ("upgrade-code", &entry.upgrade_code),
        ("section", &entry.section),
        ("architecture", &entry.architecture),
        ("kind", &entry.kind),
        ("standing", &standing.standing),
        ("title", &standing.slug),
        ("installed-at", listed.installed_at()),
        ("devices", &devices),
    ];
    let counts = matches!(standing.standing.as_str(), "title" | "unknown");
    Some(Component {
        kind: if counts { "application" } else { "library" },
        reference: format!("entry-{number}"),
        name: entry.name.clone(),
        version: entry.version.clone(),
        publisher: entry.publisher.clone(),
        purl: purl::of(listed),
        properties: properties
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| Property { name: format!("{OURS}{name}"), value: value.to_owned() })
            .collect(),
    })
}

/// A component as anybody writes it.
#[derive(Debug, Deserialize)]
struct Foreign {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    publisher: String,
    #[serde(default)]
    purl: String,
    #[serde(default)]
    properties: Vec<Property>,
    #[serde(default)]
    components: Vec<Value>,
}

/// The entries of a document, with the place of each; or the place and what is wrong there.
pub(super) fn entries(document: &Value) -> Result<Found, Fault> {
    let mut entries = Vec::new();
    let Some(components) = document.get("components") else { return Ok(entries) };
    let Some(components) = components.as_array() else {
        return Err(("components".into(), "is no list".into()));
    };
    collect(components, "components", 0, &mut entries)?;
    Ok(entries)
}

fn collect(components: &[Value], place: &str, depth: usize, entries: &mut Found) -> Result<(), Fault> {
    if depth > DEPTH {
        return Err((place.to_owned(), "lies too deep".into()));
    }
    for (at, component) in components.iter().enumerate() {
        let place = format!("{place}[{at}]");
        let foreign = Foreign::deserialize(component).map_err(|error| (place.clone(), error.to_string()))?;
        collect(&foreign.components, &format!("{place}.components"), depth + 1, entries)?;
        entries.push((place, read(foreign)));
    }
    Ok(())
}

fn read(foreign: Foreign) -> RawEntry {
    let Foreign { kind, name, version, publisher, purl, properties, components: _ } = foreign;
    let mut entry = RawEntry { name, version, publisher, ..RawEntry::default() };
    purl::apply(&purl, &mut entry);
    // Other programs call every package a library; what is none of a system's packages is a part of a program.
    let packaged = ["dpkg", "rpm", "flatpak"].contains(&entry.source.as_str());
    let whole = packaged || kind == "application";
    entry.kind = if whole { TitleKind::Title } else { TitleKind::Component }.word().to_owned();
    for Property { name, value } in properties {
        match name.strip_prefix(OURS) {
            Some("source") => entry.source = value,
            Some("id") => entry.id = value,
            Some("upgrade-code") => entry.upgrade_code = value,
            Some("section") => entry.section = value,
            Some("architecture") => entry.architecture = value,
            Some("kind") if TitleKind::parse(&value).is_some() => entry.kind = value,
            _ => {}
        }
    }
    entry
}
