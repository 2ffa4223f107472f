//! Which questions to ask on Windows: its registry, for the machine and for every user, logged on or not.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use caretaker_shared::model::{Outcome, SoftwareTitle};

use super::listing::Listing;
use super::msix::Packages;
use super::remembered::{Kept, Stamp, User};
use super::uninstall::{self, Entry};
use super::used::LastUse;
use super::{ProbeSettings, merge, msi, remembered};
use crate::host::hive::{HIVE_BYTES, Hive};
use crate::host::profiles::{Profile, profiles};
use crate::host::windows::{Key, Registry, Windows};
use crate::host::{Host, if_there, why};

/// Both views of a user's list; Windows shows one to all programs, older ones wrote the other.
const USER_LISTS: [(&str, &str); 2] = [(uninstall::NATIVE, ""), (uninstall::WOW, "x86")];

pub(super) fn ask(host: &dyn Host, settings: &ProbeSettings) -> Outcome {
    match host.windows() {
        Ok(windows) => remembered::during(settings.memory.as_deref(), |kept| Asked { host, windows }.answer(kept)),
        Err(error) => Outcome::Unsupported { reason: why(Path::new("the registry"), &error) },
    }
}

struct Asked<'machine> {
    host: &'machine dyn Host,
    windows: &'machine dyn Windows,
}

impl Asked<'_> {
    fn answer(&self, kept: &mut Kept) -> Outcome {
        let registry = self.windows.registry();
        let mut listing = Listing::default();
        let codes = listing.read("the upgrade codes".as_ref(), msi::upgrade_codes(registry)).unwrap_or_default();
        let used = LastUse::read(registry);
        let add = |listing: &mut Listing, entries: Vec<Entry>, sid: &str, user: &str| {
            let titles = merge::bootstrapped(entries).into_iter().map(|entry| title(&entry, sid, user, &codes, &used));
            listing.titles.extend(titles);
        };
        let machine = self.of_machine(&mut listing);
        add(&mut listing, machine, "", "");
        let profiles = listing.read("the list of profiles".as_ref(), profiles(registry)).unwrap_or_default();
        let mut names = BTreeMap::new();
        for profile in &profiles {
            let Some(user) = self.of_user(profile, kept, &mut listing) else { continue };
            add(&mut listing, user.entries, &profile.sid, &user.account);
            names.insert(profile.sid.clone(), user.account);
        }
        self.packages(&profiles, &names, kept, &used, &mut listing);
        listing.outcome()
    }

    fn of_machine(&self, listing: &mut Listing) -> Vec<Entry> {
        let registry = self.windows.registry();
        let native = self.architecture();
        let mut found = Vec::new();
        for (list, architecture) in [(uninstall::NATIVE, native), (uninstall::WOW, "x86")] {
            let key = Key::machine(list);
            let entries = uninstall::entries(registry, &key, architecture);
            found.extend(listing.read(Path::new(&key.to_string()), entries).unwrap_or_default());
        }
        found
    }

    /// The titles of one user, and what the account is called; `None` when they cannot be had.
    fn of_user(&self, profile: &Profile, kept: &mut Kept, listing: &mut Listing) -> Option<User> {
        let loaded = || listed_by_registry(self.windows.registry(), profile);
        if profile.loaded
            && let Some(entries) = listing.read(Path::new(&place(profile)), loaded())?
        {
            return Some(User { account: self.account(profile), entries, ..User::default() });
        }
        let path = format!(r"{}\NTUSER.DAT", profile.folder);
        let path = Path::new(&path);
        // A profile whose folder was deleted leaves its entry in the list.
        let status = listing.read_if_there(path, self.host.status(path))?;
        let hive = Stamp::from(status);
        if let Some(known) = kept.user(&profile.sid, hive) {
            return Some(checked(known.clone(), path, listing));
        }
        match (self.of_file(path, profile, hive), loaded()) {
            // Windows lets nobody read the file of a user who is just logging on.
            (Err(_), Ok(Some(entries))) => Some(User { account: self.account(profile), entries, ..User::default() }),
            (user, _) => {
                let user = listing.read(path, user)?;
                kept.keep_user(&profile.sid, user.clone());
                Some(checked(user, path, listing))
            }
        }
    }

    fn of_file(&self, path: &Path, profile: &Profile, stamp: Stamp) -> io::Result<User> {
        let hive = Hive::of(self.host.read(path, HIVE_BYTES)?, &profile.sid)?;
        let entries = of_registry(&hive, &profile.sid)?;
        Ok(User { hive: stamp, account: self.account(profile), entries, stale: hive.stale() })
    }

    fn packages(
        &self,
        profiles: &[Profile],
        names: &BTreeMap<String, String>,
        kept: &mut Kept,
        used: &LastUse,
        listing: &mut Listing,
    ) {
        let mut packages = Packages::of(self.host, self.windows, kept);
        let (present, absent): (Vec<&Profile>, Vec<&Profile>) = profiles.iter().partition(|profile| profile.loaded);
        for profile in present.into_iter().chain(absent) {
            let user = names.get(&profile.sid).cloned().unwrap_or_else(|| profile.folder_name().to_owned());
            let before = listing.titles.len();
            match profile.loaded {
                true => {
                    packages.of_user(&profile.sid, &user, listing);
                    let there = self.windows.registry().keys(&Key::user(&profile.sid, "Software"));
                    listing.read(Path::new(&place(profile)), there);
                }
                false => packages.of_absent_user(&profile.sid, &user, listing),
            }
            for title in listing.titles.iter_mut().skip(before) {
                title.last_used_at = used.of_family(&profile.sid, &title.id);
            }
        }
        packages.provisioned(listing);
    }

    /// What the account is called; the name of its folder when nobody knows.
    fn account(&self, profile: &Profile) -> String {
        let account = self.windows.account_of(&profile.sid).ok().flatten();
        account.filter(|name| !name.is_empty()).unwrap_or_else(|| profile.folder_name().to_owned())
    }

    /// What the native list holds; empty when the machine does not say what it is.
    fn architecture(&self) -> &'static str {
        match self.host.facts().map(|facts| facts.architecture).unwrap_or_default().as_str() {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" | "i686" | "i386" => "x86",
            _ => "",
        }
    }
}

fn of_registry(registry: &dyn Registry, sid: &str) -> io::Result<Vec<Entry>> {
    let lists =
        USER_LISTS.map(|(list, architecture)| uninstall::entries(registry, &Key::user(sid, list), architecture));
    lists.into_iter().collect::<io::Result<Vec<Vec<Entry>>>>().map(|lists| lists.concat())
}

/// `None` when the user is not logged on, or not any more: what was found then may not be all.
fn listed_by_registry(registry: &dyn Registry, profile: &Profile) -> io::Result<Option<Vec<Entry>>> {
    let entries = of_registry(registry, &profile.sid)?;
    let still = if_there(registry.keys(&Key::user(&profile.sid, "Software")))?;
    Ok(still.map(|_| entries))
}

fn checked(user: User, path: &Path, listing: &mut Listing) -> User {
    if user.stale {
        listing.lacks(format!("{}: what was changed last is not written to it yet", path.display()));
    }
    user
}

fn place(profile: &Profile) -> String {
    format!(r"HKU\{}", profile.sid)
}

fn title(entry: &Entry, sid: &str, user: &str, codes: &BTreeMap<String, String>, used: &LastUse) -> SoftwareTitle {
    let product = entry.id.split(' ').next().unwrap_or_default().to_ascii_uppercase();
    SoftwareTitle {
        upgrade_code: codes.get(&product).cloned().unwrap_or_default(),
        last_used_at: used.of_folder(sid, &entry.location),
        ..entry.title(user)
    }
}
