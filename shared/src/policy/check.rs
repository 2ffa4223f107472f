//! What a single text of a policy file must look like. Each check says what is wrong and gives an example.

use super::names::NameForm;
use super::place;
use super::routing::LADDER;
use crate::lexicon::{AgeProfile, CATEGORIES};
use crate::model::{Role, Source};
use crate::wire::limits;

/// An absolute folder or one below each user's home, without a way back up.
pub(super) fn folder(text: &str) -> Option<String> {
    let wanted =
        "a folder that begins with / or ~/ or, on Windows, with a drive, for example \"~/Documents\" or 'C:\\Temp'";
    path(text, place::is_at_home(text) || place::is_rooted(text), wanted)
}

/// The beginning of an absolute path, or the digest of a file.
pub(super) fn allowed(text: &str) -> Option<String> {
    if let Some(digest) = text.strip_prefix("sha256:") {
        let good = digest.len() == 64 && digest.bytes().all(|digit| digit.is_ascii_hexdigit());
        return (!good).then(|| "expected 64 hexadecimal digits after sha256:, as sha256sum prints them".into());
    }
    let wanted = "a path that begins with / or, on Windows, with a drive, for example \"/opt/whiteboard/\" or \
                  'C:\\Whiteboard', or sha256: and 64 digits";
    path(text, place::is_rooted(text), wanted)
}

/// An absolute folder.
pub(super) fn rooted(text: &str) -> Option<String> {
    let wanted = "a folder that begins with / or, on Windows, with a drive, for example \"/srv/music-lessons\" or \
                  'D:\\Music lessons'";
    path(text, place::is_rooted(text), wanted)
}

fn path(text: &str, begins_well: bool, wanted: &str) -> Option<String> {
    // First: what should be C:\temp holds a tab where it stands in double quotation marks.
    if text.chars().any(char::is_control) {
        return Some(
            "expected a path without line breaks or other control characters; a Windows path stands in single \
             quotation marks, for example 'C:\\Temp'"
                .into(),
        );
    }
    if !begins_well {
        return Some(format!("expected {wanted}"));
    }
    if place::climbs(text) {
        return Some("expected a path without .. in it, for example \"/opt/whiteboard\"".into());
    }
    let most = limits::FOLDER_BYTES;
    (text.len() > most).then(|| format!("expected a path of at most {most} bytes"))
}

/// A category that the rules cover.
pub(super) fn category(text: &str) -> Option<String> {
    let known: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
    one_of(text, &known, "category")
}

/// A word for how old people are.
pub(super) fn age(text: &str) -> Option<String> {
    let known: Vec<&str> = AgeProfile::ALL.iter().map(|age| age.word()).collect();
    one_of(text, &known, "age")
}

/// A word for where text comes from.
pub(super) fn source(text: &str) -> Option<String> {
    let known: Vec<&str> = Source::ALL.iter().map(|source| source.word()).collect();
    one_of(text, &known, "source")
}

/// How people are named.
pub(super) fn name_form(text: &str) -> Option<String> {
    one_of(text, &NameForm::ALL.map(NameForm::word), "form of names")
}

/// What people read before they log in.
pub(super) fn notice(text: &str) -> Option<String> {
    let most = limits::TEXT_BYTES;
    let good = text.len() <= most && !text.chars().any(char::is_control);
    (!good).then(|| format!("expected one or two sentences without line breaks, at most {most} bytes"))
}

/// The name of a group.
pub(super) fn group(text: &str) -> Option<String> {
    named(text, "the name of the group, for example \"staff\"").or_else(|| short(text))
}

/// The name of a group of devices, which people type and lists compare.
pub(super) fn device_group(text: &str) -> Option<String> {
    let outer = text.trim() != text;
    named(text, "the name of the group, for example \"Lab 3\"")
        .or_else(|| outer.then(|| "expected no blank before or after the name, for example \"Lab 3\"".to_owned()))
        .or_else(|| short(text))
}

/// The name of a device or an account, with `*` for any letters.
pub(super) fn pattern(text: &str) -> Option<String> {
    named(text, "a name, in which * stands for any letters, for example \"STAFF-*\"").or_else(|| short(text))
}

/// A host, or the beginning of an address: no scheme, no port, no question mark.
pub(super) fn web_address(text: &str) -> Option<String> {
    let wanted = "expected a host or the beginning of an address, without https://, for example \"childline.org.uk\" \
                  or \"example.school/portal\"";
    let (host, path) = text.split_once('/').unwrap_or((text, ""));
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let good = host.split('.').all(label)
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\".contains(&byte))
        && text.len() <= limits::PATTERN_BYTES;
    (!good).then(|| wanted.to_owned())
}

fn short(text: &str) -> Option<String> {
    let most = limits::PATTERN_BYTES;
    (text.len() > most).then(|| format!("expected at most {most} bytes"))
}

fn one_of(text: &str, known: &[&str], what: &str) -> Option<String> {
    if known.contains(&text) {
        return None;
    }
    Some(match nearest(text, known) {
        Some(near) => format!("there is no such {what}; did you mean \"{near}\"?"),
        None => format!("there is no such {what}; there are: {}", known.join(", ")),
    })
}

/// The name of a product.
pub(super) fn product(text: &str) -> Option<String> {
    named(text, "the name of a product, for example \"ClamAV\"")
}

/// The name of a title.
pub(super) fn title(text: &str) -> Option<String> {
    named(text, "the name of a title, for example \"Minecraft Education\"")
}

/// The name of an account or group.
pub(super) fn account(text: &str) -> Option<String> {
    named(text, "the name of an account or group, for example \"Administrator\" or 'SCHOOL\\Technicians'")
}

/// The name of a private network.
pub(super) fn tunnel(text: &str) -> Option<String> {
    named(text, "the name of a private network as the device shows it, for example \"School VPN\"")
}

/// A host, or a host and port.
pub(super) fn proxy(text: &str) -> Option<String> {
    let wanted = "a host, or a host and port, for example \"proxy.example.school:8080\"";
    let (host, port) = text.rsplit_once(':').unwrap_or((text, "1"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let good = !host.is_empty() && host.bytes().all(plain) && port.parse::<u16>().is_ok_and(|port| port > 0);
    if good { named(text, wanted) } else { Some(format!("expected {wanted}")) }
}

fn named(text: &str, wanted: &str) -> Option<String> {
    let good = !text.trim().is_empty() && text.len() <= limits::TEXT_BYTES && !text.chars().any(char::is_control);
    (!good).then(|| format!("expected {wanted}"))
}

/// Something that looks like an e-mail address. Whether it exists, only a message can tell.
pub(super) fn address(text: &str) -> Option<String> {
    let looks_right = text.split_once('@').is_some_and(|(local, domain)| {
        let atom = |part: &str| !part.is_empty() && part.bytes().all(is_atom);
        let label = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        local.len() <= 64 && local.split('.').all(atom) && domain.split('.').all(label)
    });
    let good = looks_right && text.len() <= 254;
    (!good).then(|| "expected one e-mail address, for example \"lead@example.school\"".into())
}

/// What mailboxes are called that more than one person reads, in small letters; also in any combination.
const SHARED: &[&str] = &[
    "admin",
    "administration",
    "alert",
    "alerts",
    "all",
    "contact",
    "designated",
    "dsl",
    "enquiries",
    "finance",
    "head",
    "headteacher",
    "help",
    "helpdesk",
    "hello",
    "info",
    "it",
    "lead",
    "mail",
    "mailbox",
    "office",
    "pastoral",
    "post",
    "reception",
    "safeguarding",
    "school",
    "staff",
    "support",
    "team",
    "welfare",
];

/// Whether the name of a mailbox says that it belongs to an office rather than to a person: "office", "safeguarding-lead".
pub(super) fn is_shared_mailbox(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_lowercase();
    local
        .split(['.', '-', '_', '+'])
        .all(|part| SHARED.contains(&part.trim_end_matches(|last: char| last.is_ascii_digit())))
}

/// The name of a person.
pub(super) fn person(text: &str) -> Option<String> {
    named(text, "the name of a person, for example \"Pat Example\"").or_else(|| short(text))
}

/// A role that may hear of a concern about a child.
pub(super) fn alerted_role(text: &str) -> Option<String> {
    one_of(text, &LADDER.map(Role::word), "role that hears of alerts")
}

/// What stands between the dots of an address without quotation marks (RFC 5322, atext).
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// The word among `known` that somebody probably meant; `None` when nothing comes close.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // A long word is no misspelling, and comparing it takes time.
    if word.len() > 64 {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let wanted = plain(word);
    let scored = known.iter().map(|&candidate| {
        let other = plain(candidate);
        let begins = wanted.len() >= 3 && (other.starts_with(&wanted) || wanted.starts_with(&other));
        (if begins { 1 } else { distance(&wanted, &other) }, candidate)
    });
    let (steps, best) = scored.min_by_key(|&(steps, _)| steps)?;
    (steps <= 1 + wanted.chars().count() / 3).then_some(best)
}

/// How many letters must be added, dropped or changed to make one word of the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = *cell;
            *cell = changed.min(*cell + 1).min(left + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
