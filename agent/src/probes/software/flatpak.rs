//! Titles of flatpak, for the machine and for each person, by the files that it keeps of what is deployed.

use std::path::{Path, PathBuf};

use caretaker_shared::model::{SoftwareTitle, TitleKind};

use super::desktop_entry;
use super::listing::Listing;
use crate::host::{Account, Host};

const SYSTEM: &str = "/var/lib/flatpak";
const USER: &str = ".local/share/flatpak";
/// A description has its whole history of versions; the newest stands first.
const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// One person's installations; what the machine has is a few dozen.
const NAMES: usize = 2_000;

/// Adds what is deployed for the machine, and for each of these people.
pub(super) fn list(host: &dyn Host, accounts: &[Account], listing: &mut Listing) {
    installation(host, Path::new(SYSTEM), "", listing);
    for account in accounts {
        installation(host, &account.home.join(USER), &account.name, listing);
    }
}

fn installation(host: &dyn Host, folder: &Path, user: &str, listing: &mut Listing) {
    for (below, kind) in [("app", TitleKind::Title), ("runtime", TitleKind::Component)] {
        let all = folder.join(below);
        let ids = listing.read_if_there(&all, host.list(&all)).unwrap_or_default();
        if ids.len() > NAMES {
            listing.lacks(format!("{}: more than {NAMES} names; the rest is left out", all.display()));
        }
        for id in ids.into_iter().take(NAMES) {
            for deployed in deployments(host, &all.join(&id), kind) {
                listing.titles.push(SoftwareTitle { user: user.to_owned(), ..title(host, &id, kind, &deployed) });
            }
        }
    }
}

/// One branch of one architecture.
struct Deployed {
    folder: PathBuf,
    architecture: String,
    branch: String,
}

/// An application has one branch in use, "current"; of a runtime every branch is.
fn deployments(host: &dyn Host, folder: &Path, kind: TitleKind) -> Vec<Deployed> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let deployed = |branch: &Path| Deployed {
        folder: branch.join("active"),
        architecture: branch.parent().map(name).unwrap_or_default(),
        branch: name(branch),
    };
    let branches = match kind {
        TitleKind::Title => host.resolve(&folder.join("current")).into_iter().collect(),
        TitleKind::Component | TitleKind::Update => below(host, folder),
    };
    // What is being removed, or was never finished, has no file that says where it came from.
    let whole = |it: &Deployed| host.status(&it.folder.join("deploy")).is_ok();
    branches.iter().map(|branch| deployed(branch)).filter(whole).collect()
}

fn below(host: &dyn Host, folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        host.list(folder).into_iter().flatten().take(NAMES).map(|name| folder.join(name)).collect()
    };
    list(folder).iter().flat_map(|architecture| list(architecture)).collect()
}

fn title(host: &dyn Host, id: &str, kind: TitleKind, deployed: &Deployed) -> SoftwareTitle {
    let folder = &deployed.folder;
    let text = |path: PathBuf| {
        let bytes = host.read(&path, FILE_BYTES).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let entry = text(folder.join(format!("export/share/applications/{id}.desktop")));
    let name = desktop_entry::value(&entry, "Desktop Entry", "Name");
    let described =
        [format!("export/share/metainfo/{id}.metainfo.xml"), format!("files/share/appdata/{id}.appdata.xml")];
    let version = described.into_iter().find_map(|file| newest_version(&text(folder.join(file))));
    let deploy = folder.join("deploy");
    SoftwareTitle {
        name: if name.is_empty() { id.to_owned() } else { name },
        version: version.unwrap_or_else(|| deployed.branch.clone()),
        architecture: deployed.architecture.clone(),
        source: "flatpak".into(),
        id: id.to_owned(),
        kind,
        origin: origin(&host.read(&deploy, FILE_BYTES).unwrap_or_default()),
        section: desktop_entry::value(&entry, "Desktop Entry", "Categories").trim_matches(';').to_owned(),
        installed_at: host.status(&deploy).ok().map(|status| status.modified_at),
        ..SoftwareTitle::default()
    }
}

/// The name of the remote, which the file that flatpak writes about a deployment begins with.
fn origin(deploy: &[u8]) -> String {
    let name = deploy.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = std::str::from_utf8(name).unwrap_or_default();
    let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    if plain && name.len() <= 100 { name.to_owned() } else { String::new() }
}

/// The first release in a description: `<release version="5.2.2" date="2026-10-01">`.
fn newest_version(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("<release ")?;
    let (attributes, _) = rest.split_once('>')?;
    let (_, version) = attributes.split_once("version=")?;
    let quote = version.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let version = version[1..].split(quote).next()?.trim();
    (!version.is_empty() && version.len() <= 100).then(|| version.to_owned())
}
