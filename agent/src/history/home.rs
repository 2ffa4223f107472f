//! Homes of people, and the profiles of browsers that lie in one.

use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::order;

use super::browser::{Browser, places};
use crate::documents::beneath::{self, Found};
use crate::host::{Host, System};

/// Folders that are looked at in one place; nobody has so many profiles.
const FOLDERS: usize = 256;
/// Profiles that are read in one place: those that changed last.
const PROFILES: usize = 16;

/// A person's home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account that owns it.
    pub user: String,
    /// Where it is, without links on the way.
    pub folder: PathBuf,
}

/// The homes of the accounts that people log in with, each once. The way to a home may be the administrator's link.
///
/// # Errors
/// When the accounts cannot be listed.
pub fn homes(host: &dyn Host) -> io::Result<Vec<Home>> {
    let mut homes: Vec<Home> = Vec::new();
    for account in host.accounts()? {
        let folder = host.resolve(&account.home).unwrap_or(account.home);
        if folder.parent().is_some() && !homes.iter().any(|home| home.folder == folder) {
            homes.push(Home { user: account.name, folder });
        }
    }
    Ok(homes)
}

/// A profile of a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) browser: Browser,
    /// Its database, relative to the home.
    pub(super) database: PathBuf,
}

/// The profiles in a home that have a history, or something in its place that cannot be opened. What lies behind a link
/// is none.
pub(super) fn profiles(system: System, home: &Path) -> Vec<Profile> {
    places(system).iter().flat_map(|(browser, place)| profiles_in(home, *browser, place.split('/').collect())).collect()
}

fn profiles_in(home: &Path, browser: Browser, place: PathBuf) -> Vec<Profile> {
    let name = browser.family().database();
    let within = folders_in(home, &place).into_iter().map(|folder| place.join(folder).join(name));
    let mut found: Vec<(i64, Profile)> = Vec::new();
    for database in std::iter::once(place.join(name)).chain(within) {
        match beneath::open(home, &database) {
            Ok(Found::File(_, version)) => found.push((version.modified_ns, Profile { browser, database })),
            Err(_) => found.push((0, Profile { browser, database })),
            Ok(Found::Folder | Found::Other | Found::Nothing) => {}
        }
    }
    order::sort_by_key(&mut found, |(modified_ns, _)| std::cmp::Reverse(*modified_ns));
    found.into_iter().take(PROFILES).map(|(_, profile)| profile).collect()
}

/// Names of the folders in a folder, sorted; none when it cannot be listed.
fn folders_in(home: &Path, place: &Path) -> Vec<PathBuf> {
    if !matches!(beneath::open(home, place), Ok(Found::Folder)) {
        return Vec::new();
    }
    // Between that look and this listing the folder may be swapped for a link: it gives names, and no file behind it is
    // opened.
    let entries = std::fs::read_dir(home.join(place)).into_iter().flatten().flatten();
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let mut names: Vec<PathBuf> =
        entries.filter(is_folder).take(FOLDERS).map(|entry| PathBuf::from(entry.file_name())).collect();
    order::sort(&mut names);
    names
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Home, homes};
    use crate::host::sample::Sample;
    use crate::host::{Account, System};

    #[test]
    fn each_home_belongs_to_one_account_and_the_root_folder_is_none() {
        let mut sample = Sample::of(System::Linux);
        for (name, home) in
            [("pupil.one", "/home/one"), ("service", "/"), ("pupil.two", "/home/two"), ("again", "/home/one")]
        {
            let home = PathBuf::from(home);
            let account = Account { name: name.into(), uid: 1000, sid: String::new(), home, logged_in: false };
            sample.accounts.push(account);
        }
        let found = homes(&sample).expect("accounts");
        let home = |user: &str, folder: &str| Home { user: user.into(), folder: folder.into() };
        assert_eq!(found, [home("pupil.one", "/home/one"), home("pupil.two", "/home/two")]);
    }
}
