//! What is looked at for signs of a child at risk, and what is not.

use std::collections::BTreeSet;

use caretaker_shared::lexicon::CATEGORIES;
use caretaker_shared::model::{Source, SubjectKind};
use caretaker_shared::policy::{ALWAYS, Detection, Group, Policy};

use super::devices::homes;
use super::people::capital;
use super::words::{age, category_title, list, source};
use super::{Measure, Statement};

/// Addresses of the list of what is left alone that are named.
const NAMED: usize = 4;

pub(super) fn statements(policy: &Policy) -> Vec<Statement> {
    let detection = &policy.detection;
    let mut statements = vec![documents(policy), sources(&detection.sources), ages(detection), hours(detection)];
    statements.extend(categories(detection));
    statements.extend(detection.groups.iter().map(group));
    statements.extend(left_alone(detection));
    let never = "Never: keystrokes, screens, cameras, microphones, private windows, places. No text leaves a device \
                 unsealed.";
    statements.push(Statement::fixed(&["A12", "C10"], never));
    statements
}

fn documents(policy: &Policy) -> Statement {
    let documents = &policy.documents;
    let places = if documents.enabled { documents.folders.clone() } else { Vec::new() };
    let sticks = if documents.removable_media { ", and on sticks" } else { ", and not on sticks" };
    let says = if documents.enabled {
        format!("Documents are read when they are saved in {}{sticks}.", list(&homes(&documents.folders)))
    } else {
        "No document is read.".to_owned()
    };
    let media = (documents.enabled && documents.removable_media).then(|| "sticks".to_owned());
    Statement::new("documents.enabled", Measure::Watched(places.into_iter().chain(media).collect()), says)
}

fn sources(of: &BTreeSet<Source>) -> Statement {
    let words: Vec<&str> = of.iter().map(|&one| source(one)).collect();
    let says =
        if words.is_empty() { "Nothing is looked at.".to_owned() } else { format!("Looked at: {}.", list(&words)) };
    let watched = of.iter().map(|one| one.word().to_owned()).collect();
    Statement::new("detection.sources", Measure::Watched(watched), says)
}

fn ages(detection: &Detection) -> Statement {
    let says = format!("What is met is weighed as from {}.", age(detection.age));
    Statement::new("detection.age", Measure::Other(detection.age.word().to_owned()), says)
}

fn hours(detection: &Detection) -> Statement {
    let texts = detection.hours.texts();
    let says = if detection.hours.is_always() {
        "It is looked at whenever it was written.".to_owned()
    } else {
        format!("What is written or visited outside of {} is never read.", texts.join("; "))
    };
    Statement::new("detection.hours", Measure::Other(texts.join("; ")), says)
}

fn categories(detection: &Detection) -> Vec<Statement> {
    let everyone = detection.scope("", None).categories;
    let known = |looked_for: bool| -> Vec<String> {
        let of = CATEGORIES.iter().filter(|category| everyone.contains(category.id) == looked_for);
        of.map(|category| category.title.to_owned()).collect()
    };
    let always: Vec<String> = ALWAYS.iter().map(|id| category_title(id)).collect();
    let says = format!("Looked for: {}. Always, whatever a policy says: {}.", known(true).join("; "), list(&always));
    let ids = everyone.iter().cloned().collect();
    let mut statements = vec![Statement::new("detection.categories", Measure::Watched(ids), says)];
    let left = known(false);
    if !left.is_empty() {
        statements.push(Statement::fixed(&[], &format!("Not looked for: {}.", left.join("; "))));
    }
    statements
}

/// "Staff (accounts *.staff), adults: only threats ...".
fn group(group: &Group) -> Statement {
    let of = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", list(names)));
    let whom: Vec<String> =
        [of("devices", &group.devices), of("accounts", &group.users)].into_iter().flatten().collect();
    let sources = group.sources.as_ref().map(|sources| {
        let words: Vec<&str> = sources.iter().map(|&one| source(one)).collect();
        if words.is_empty() { "nothing is read".to_owned() } else { format!("looked at: {}", list(&words)) }
    });
    let read = group.sources.as_ref().is_none_or(|sources| !sources.is_empty());
    let categories = group.categories.as_ref().filter(|_| read).map(|ids| {
        let titles: Vec<String> = ids.iter().map(|id| category_title(id)).collect();
        format!("looked for: {}, and what always is", titles.join("; "))
    });
    let hours = group.hours.as_ref().map(|hours| {
        if hours.is_always() { "at all times".to_owned() } else { format!("only {}", hours.texts().join("; ")) }
    });
    let weighed = group.age.filter(|_| read).map(|own| format!("weighed as from {}", age(own)));
    let staff = (group.subject == Some(SubjectKind::Staff)).then(|| "two people open what is about them".to_owned());
    let parts: Vec<String> = [weighed, sources, hours, categories, staff].into_iter().flatten().collect();
    let says = format!("{} ({}): {}.", capital(&group.name), whom.join("; "), parts.join("; "));
    Statement::of("detection.groups", group.name.clone(), says)
}

fn left_alone(detection: &Detection) -> Vec<Statement> {
    let (addresses, folders) = (&detection.excluded_addresses, &detection.excluded_folders);
    let says = match addresses.as_slice() {
        [] => "No address is left alone.".to_owned(),
        some if some.len() <= NAMED => format!("Visits to {} are dropped before anything else happens.", list(some)),
        some => {
            let (named, more) = (some[..NAMED].join(", "), some.len() - NAMED);
            format!("Visits to {named} and {more} more are dropped before anything else happens.")
        }
    };
    let none = "No folder is left alone.".to_owned();
    let not_read = if folders.is_empty() { none } else { format!("No document is read in {}.", list(&homes(folders))) };
    vec![
        Statement::new("detection.excluded_addresses", Measure::Allowed(addresses.clone()), says),
        Statement::new("detection.excluded_folders", Measure::Allowed(folders.clone()), not_read),
    ]
}
