//! Which questions to ask on macOS: the applications that are there, and what Homebrew keeps.
//!
//! Receipts of installations (`/var/db/receipts`) outlive what they are for, so they prove nothing and are not read;
//! the history of installations only says where an application that is there came from. Casks of Homebrew are
//! applications like all others.

use std::path::{Path, PathBuf};

use caretaker_shared::model::{Outcome, SoftwareTitle, TitleKind};

use super::listing::Listing;
use super::property_list::{self, Info, Installation};
use crate::host::Host;

/// Applications of everyone, and whether they are parts of the system that nobody starts by hand.
const MACHINE: [(&str, TitleKind); 4] = [
    ("/Applications", TitleKind::Title),
    ("/System/Applications", TitleKind::Title),
    ("/Users/Shared/Applications", TitleKind::Title),
    ("/Library/Apple/System/Library/CoreServices", TitleKind::Component),
];
const USER: [&str; 3] = ["Applications", "Desktop", "Downloads"];
const CELLARS: [&str; 2] = ["/opt/homebrew/Cellar", "/usr/local/Cellar"];
const HISTORY: &str = "/Library/Receipts/InstallHistory.plist";
const HISTORY_BYTES: u64 = 16 * 1024 * 1024;
const INFO_BYTES: u64 = 1024 * 1024;
/// Names in one folder.
const NAMES: usize = 5_000;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let mut listing = Listing::default();
    let history = Path::new(HISTORY);
    let content = listing.read_if_there(history, host.read(history, HISTORY_BYTES));
    let history = content.and_then(|content| listing.read(history, property_list::history(&content)));
    let mac = Mac { host, history: history.unwrap_or_default() };
    for (folder, kind) in MACHINE {
        mac.folder(Path::new(folder), "", kind, &mut listing);
    }
    let accounts = listing.read(Path::new("the list of accounts"), host.accounts()).unwrap_or_default();
    for account in &accounts {
        for below in USER {
            mac.folder(&account.home.join(below), &account.name, TitleKind::Title, &mut listing);
        }
    }
    if listing.titles.is_empty() {
        // No Mac is without the applications of its system.
        listing.lacks("no application was found in /Applications and /System/Applications");
    }
    CELLARS.iter().for_each(|cellar| mac.cellar(Path::new(cellar), &mut listing));
    listing.outcome()
}

struct Mac<'host> {
    host: &'host dyn Host,
    history: Vec<Installation>,
}

impl Mac<'_> {
    /// Applications in a folder, and in the folders in it: makers and the system group theirs.
    fn folder(&self, folder: &Path, user: &str, kind: TitleKind, listing: &mut Listing) {
        for name in self.names(folder, listing) {
            let path = folder.join(&name);
            if name.ends_with(".app") {
                self.bundle(&path, user, kind, listing);
            } else if self.host.status(&path).is_ok_and(|status| status.kind == crate::host::Kind::Folder) {
                let below = self.names(&path, listing).into_iter().filter(|name| name.ends_with(".app"));
                below.for_each(|name| self.bundle(&path.join(name), user, kind, listing));
            }
        }
    }

    fn names(&self, folder: &Path, listing: &mut Listing) -> Vec<String> {
        let names = listing.read_if_there(folder, self.host.list(folder)).unwrap_or_default();
        if names.len() > NAMES {
            listing.lacks(format!("{}: more than {NAMES} names; the rest is left out", folder.display()));
        }
        names.into_iter().filter(|name| !name.starts_with('.')).take(NAMES).collect()
    }

    /// Adds what a folder holds, when it is an application.
    fn bundle(&self, bundle: &Path, user: &str, kind: TitleKind, listing: &mut Listing) {
        let path = self.info_of(bundle);
        let Some(content) = listing.read_if_there(&path, self.host.read(&path, INFO_BYTES)) else { return };
        let Some(info) = listing.read(&path, property_list::info(&content)) else { return };
        let title = self.title(bundle, info, kind);
        listing.titles.push(SoftwareTitle { user: user.to_owned(), ..title });
    }

    /// An application for telephones is wrapped: `Slate.app/Wrapper/Slate.app/Info.plist`.
    fn info_of(&self, bundle: &Path) -> PathBuf {
        let wrapper = bundle.join("Wrapper");
        let inner = self.host.list(&wrapper).unwrap_or_default().into_iter().find(|name| name.ends_with(".app"));
        inner.map_or_else(|| bundle.join("Contents/Info.plist"), |inner| wrapper.join(inner).join("Info.plist"))
    }

    fn title(&self, bundle: &Path, info: Info, kind: TitleKind) -> SoftwareTitle {
        let receipt = self.host.status(&bundle.join("Contents/_MASReceipt/receipt")).ok();
        let stem = bundle.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = if info.name.is_empty() { stem } else { info.name };
        let newest = self.history.iter().rev();
        let installed = newest.into_iter().find(|one| one.packages.contains(&info.id) || one.name == name);
        let of_apple = bundle.starts_with("/System") || bundle.starts_with("/Library/Apple");
        SoftwareTitle {
            name,
            version: info.version,
            source: "bundle".into(),
            id: info.id,
            publisher: if of_apple { "Apple".into() } else { String::new() },
            kind: if info.background { TitleKind::Component } else { kind },
            origin: match (&receipt, installed) {
                (Some(_), _) => "App Store".into(),
                (None, Some(installed)) => origin(&installed.by).to_owned(),
                (None, None) => String::new(),
            },
            section: info.category,
            installed_at: receipt.map(|receipt| receipt.modified_at).or_else(|| installed?.at),
            ..SoftwareTitle::default()
        }
    }

    /// Adds every version of what Homebrew has in a cellar; several may stand beside one another.
    fn cellar(&self, cellar: &Path, listing: &mut Listing) {
        for name in self.names(cellar, listing) {
            for version in self.names(&cellar.join(&name), listing) {
                let receipt = cellar.join(&name).join(&version).join("INSTALL_RECEIPT.json");
                listing.titles.push(SoftwareTitle {
                    name: name.clone(),
                    version,
                    source: "homebrew".into(),
                    origin: "Homebrew".into(),
                    installed_at: self.host.status(&receipt).ok().map(|receipt| receipt.modified_at),
                    ..SoftwareTitle::default()
                });
            }
        }
    }
}

/// What people call the program that installed something.
fn origin(program: &str) -> &str {
    match program {
        "appstoreagent" | "appstored" | "storedownloadd" | "App Store" => "App Store",
        "softwareupdated" | "Software Update" => "Software Update",
        "installer" | "Installer" | "installd" => "an installer package",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::{Facts, Outcome, SoftwareTitle, TitleKind};

    use super::ask;
    use crate::host::sample::Sample;
    use crate::host::{Account, System};

    const INFO: &[u8] = include_bytes!("testdata/macos-15-info-binary.plist");
    const HISTORY: &[u8] = include_bytes!("testdata/macos-15-install-history.plist");

    fn info(id: &str, name: &str) -> String {
        format!(
            "<plist version=\"1.0\"><dict><key>CFBundleIdentifier</key><string>{id}</string>\
             <key>CFBundleName</key><string>{name}</string><key>CFBundleShortVersionString</key><string>1.0</string>\
             </dict></plist>"
        )
    }

    fn mac() -> Sample {
        let mut host = Sample::of(System::MacOs)
            .file(super::HISTORY, HISTORY)
            .file("/Applications/Slate.app/Contents/Info.plist", INFO)
            .file("/Applications/Slate.app/Contents/_MASReceipt/receipt", "signed")
            .file("/Applications/Northfield/Chalk.app/Contents/Info.plist", info("school.example.chalk", "Chalk"))
            .file("/Applications/Empty.app/Contents/MacOS/empty", "")
            .file("/System/Applications/Utilities/Terminal.app/Contents/Info.plist", info("com.apple.Terminal", ""))
            .file("/Users/pupil.one/Downloads/Marble.app/Wrapper/Marble.app/Info.plist", info("school.example.m", "M"))
            .file("/opt/homebrew/Cellar/chalk-tools/1.2_1/INSTALL_RECEIPT.json", "{}")
            .file("/private/var/db/receipts/school.example.removed.plist", "a receipt");
        host.accounts.push(Account {
            name: "pupil.one".into(),
            uid: 501,
            sid: String::new(),
            home: "/Users/pupil.one".into(),
            logged_in: false,
        });
        host
    }

    fn titles(outcome: &Outcome) -> Vec<SoftwareTitle> {
        let Some(Facts::Software(titles)) = outcome.facts() else { panic!("a list was expected, not {outcome:?}") };
        titles.clone()
    }

    #[test]
    fn case_50_lists_applications_where_they_are_and_not_what_receipts_name() {
        let outcome = ask(&mac());
        assert_eq!(outcome.word(), "complete");
        let titles = titles(&outcome);
        let told: Vec<(&str, &str, &str, &str)> = titles
            .iter()
            .map(|title| (title.name.as_str(), title.user.as_str(), title.origin.as_str(), title.publisher.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("Chalk", "", "an installer package", ""),
                ("Slate", "", "App Store", ""),
                ("Terminal", "", "", "Apple"),
                ("M", "pupil.one", "", ""),
                ("chalk-tools", "", "Homebrew", ""),
            ],
            "what a receipt or the history names and is not there, is not installed"
        );
        assert_eq!(titles[0].installed_at.map(|at| at.to_string()).as_deref(), Some("2026-09-01T08:30:00Z"));
        assert_eq!(titles[1].section, "public.app-category.education");
        assert_eq!((titles[1].version.as_str(), titles[1].kind), ("2.4.1", TitleKind::Component));
        assert_eq!((titles[4].version.as_str(), titles[4].source.as_str()), ("1.2_1", "homebrew"));
    }

    #[test]
    fn a_folder_that_may_not_be_read_makes_the_list_partial() {
        let Outcome::Partial { reason, .. } = ask(&mac().denied("/Users/pupil.one/Desktop")) else {
            panic!("macOS guards people's folders")
        };
        assert_eq!(reason, "/Users/pupil.one/Desktop: permission denied");
    }

    #[test]
    fn a_torn_description_is_told_and_a_mac_without_applications_is_none() {
        let host = mac().file("/Applications/Torn.app/Contents/Info.plist", &INFO[..INFO.len() / 2]);
        let Outcome::Partial { reason, .. } = ask(&host) else { panic!("an application was lost") };
        assert_eq!(reason, "/Applications/Torn.app/Contents/Info.plist: not a property list, or a damaged one");
        assert_eq!(ask(&Sample::of(System::MacOs)).word(), "failed");
    }
}
