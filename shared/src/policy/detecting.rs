//! Reads `[detection]` and its groups from a policy file.

use std::collections::BTreeSet;

use super::hours::Span;
use super::sections::folders;
use super::table::{Section, Texts};
use super::{Detection, Group, Hours, PolicyError, check};
use crate::lexicon::AgeProfile;
use crate::model::{Source, SubjectKind};
use crate::wire::limits;

const KEYS: &[&str] = &["categories", "age", "sources", "hours", "excluded_addresses", "excluded_folders", "groups"];
const GROUP_KEYS: &[&str] = &["name", "devices", "users", "categories", "age", "sources", "hours", "subject"];

/// Reads the section; what it does not say is as by default.
pub(super) fn read(file: &Section<'_>) -> Result<Detection, PolicyError> {
    let section = file.section("detection", KEYS)?;
    let default = Detection::default();
    let addresses = Texts {
        list: "a list of hosts and addresses, for example [\"childline.org.uk\"]",
        fault: check::web_address,
        count: 0..=limits::EXCLUDED_ADDRESSES,
    };
    let groups = section.tables("groups", "detection.groups", GROUP_KEYS, limits::GROUPS)?;
    Ok(Detection {
        categories: categories(&section, 1)?.unwrap_or(default.categories),
        age: age(&section)?.unwrap_or(default.age),
        sources: sources(&section)?.unwrap_or(default.sources),
        hours: hours(&section)?.unwrap_or(default.hours),
        excluded_addresses: section.texts("excluded_addresses", &addresses)?.unwrap_or(default.excluded_addresses),
        excluded_folders: section.texts("excluded_folders", &folders(0))?.unwrap_or(default.excluded_folders),
        groups: groups.iter().map(group).collect::<Result<_, _>>()?,
    })
}

fn group(section: &Section<'_>) -> Result<Group, PolicyError> {
    let patterns = |list| Texts { list, fault: check::pattern, count: 1..=limits::PATTERNS };
    let name = section.text("name", "the name of the group, for example \"staff\"", check::group)?;
    let group = Group {
        name: name.ok_or_else(|| section.missing("name", "a name, for example name = \"staff\""))?,
        devices: section
            .texts("devices", &patterns("a list of names of devices, for example [\"STAFF-*\"]"))?
            .unwrap_or_default(),
        users: section.texts("users", &patterns("a list of accounts, for example [\"*.staff\"]"))?.unwrap_or_default(),
        categories: categories(section, 0)?,
        age: age(section)?,
        sources: sources(section)?,
        hours: hours(section)?,
        subject: subject(section)?,
    };
    if group.devices.is_empty() && group.users.is_empty() {
        return Err(section.missing("devices", "devices = [\"STAFF-*\"] or users = [\"*.staff\"], or both"));
    }
    Ok(group)
}

fn categories(section: &Section<'_>, least: usize) -> Result<Option<Vec<String>>, PolicyError> {
    let categories = Texts {
        list: "a list of categories, for example [\"suicide\", \"selfharm\"]",
        fault: check::category,
        count: least..=limits::CATEGORIES,
    };
    section.texts("categories", &categories)
}

fn age(section: &Section<'_>) -> Result<Option<AgeProfile>, PolicyError> {
    let age = section.text("age", "how old they are, for example \"secondary\"", check::age)?;
    Ok(age.and_then(|word| AgeProfile::from_word(&word)))
}

/// Who somebody is, under the key `subject`.
pub(super) fn subject(section: &Section<'_>) -> Result<Option<SubjectKind>, PolicyError> {
    let subject = section.text("subject", "who they are, \"pupil\" or \"staff\"", |word| {
        SubjectKind::from_word(word).is_none().then(|| "expected \"pupil\" or \"staff\"".to_owned())
    })?;
    Ok(subject.and_then(|word| SubjectKind::from_word(&word)))
}

fn sources(section: &Section<'_>) -> Result<Option<BTreeSet<Source>>, PolicyError> {
    let sources = Texts {
        list: "a list of sources, for example [\"documents\", \"searches\"]; an empty one looks at nothing",
        fault: check::source,
        count: 0..=Source::ALL.len(),
    };
    let words = section.texts("sources", &sources)?;
    Ok(words.map(|words| words.iter().filter_map(|word| Source::parse(word)).collect()))
}

/// Spans of the week under the key `hours`.
pub(super) fn hours(section: &Section<'_>) -> Result<Option<Hours>, PolicyError> {
    let hours = Texts {
        list: "a list of hours, for example [\"mon-fri 08:00-17:00\"]; an empty one is at all times",
        fault: |text| {
            let expected = "expected days and a time of day, for example \"mon-fri 08:00-17:00\"";
            Span::parse(text).is_none().then(|| expected.to_owned())
        },
        count: 0..=limits::HOURS,
    };
    Ok(section.texts("hours", &hours)?.and_then(|texts| Hours::parse(&texts)))
}
