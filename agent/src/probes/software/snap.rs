//! Titles of snap, by the description that each brings along. Who published one only the service itself knows.

use std::path::Path;

use caretaker_shared::model::{SoftwareTitle, TitleKind};

use super::listing::Listing;
use crate::host::Host;

/// Where snaps are mounted: Debian's kind, then the others.
const MOUNTS: [&str; 2] = ["/snap", "/var/lib/snapd/snap"];
/// What was downloaded, one file for each revision.
const FILES: &str = "/var/lib/snapd/snaps";
const DESCRIPTION_BYTES: u64 = 1024 * 1024;
/// Longer lines are cut: names and versions are shown to people.
const VALUE_CHARS: usize = 200;

/// Adds the current revision of every snap.
pub(super) fn list(host: &dyn Host, listing: &mut Listing) {
    for mount in MOUNTS.map(Path::new) {
        let names = listing.read_if_there(mount, host.list(mount)).unwrap_or_default();
        for name in names.iter().filter(|name| *name != "bin" && *name != "README") {
            let path = mount.join(name).join("current/meta/snap.yaml");
            let Some(bytes) = listing.read_if_there(&path, host.read(&path, DESCRIPTION_BYTES)) else { continue };
            let revision = host.resolve(&mount.join(name).join("current")).ok();
            let revision =
                revision.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
            listing.titles.push(title(host, name, &String::from_utf8_lossy(&bytes), &revision.unwrap_or_default()));
        }
        if !names.is_empty() {
            return;
        }
    }
}

fn title(host: &dyn Host, name: &str, description: &str, revision: &str) -> SoftwareTitle {
    let file = host.status(&Path::new(FILES).join(format!("{name}_{revision}.snap"))).ok();
    let title = value(description, "title");
    let base = ["base", "core", "os", "snapd", "kernel", "gadget"].contains(&value(description, "type").as_str());
    SoftwareTitle {
        name: if title.is_empty() { name.to_owned() } else { title },
        version: value(description, "version"),
        architecture: architecture(description),
        source: "snap".into(),
        id: name.to_owned(),
        kind: if base { TitleKind::Component } else { TitleKind::Title },
        origin: origin(revision).into(),
        installed_at: file.map(|file| file.modified_at),
        size_bytes: file.map(|file| file.size_bytes),
        ..SoftwareTitle::default()
    }
}

/// The store numbers its revisions; what somebody brought along is x1, x2 and so on.
fn origin(revision: &str) -> &'static str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match revision.strip_prefix('x') {
        Some(rest) if digits(rest) => "a local file",
        None if digits(revision) => "Store",
        Some(_) | None => "",
    }
}

/// The value of a name that stands at the beginning of a line, without its quotes.
fn value(description: &str, name: &str) -> String {
    let found = description.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let found = found.unwrap_or_default().trim().trim_matches(['\'', '"']);
    found.chars().take(VALUE_CHARS).collect()
}

/// The first of its architectures: `architectures: [amd64]`, or a list below.
fn architecture(description: &str) -> String {
    let within = value(description, "architectures");
    let within = within.trim_matches(['[', ']']).split(',').next().unwrap_or_default().trim().to_owned();
    if !within.is_empty() {
        return within;
    }
    let mut below = description.lines().skip_while(|line| line.trim_end() != "architectures:").skip(1);
    let first = below.next().and_then(|line| line.trim().strip_prefix("- ")).unwrap_or_default();
    first.trim().chars().take(VALUE_CHARS).collect()
}
