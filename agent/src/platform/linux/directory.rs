//! Accounts that a directory service adds (Active Directory, LDAP): they are in no file, but who has a session is noted
//! by the login service, and a home belongs to its account.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::order;

use super::Machine;
use super::accounts::{FILE_BYTES, SESSIONS, has_session};
use crate::host::{Host, Kind, if_there};

const HOMES: &str = "/home";
/// Folders that are looked at to find the homes of accounts whose home does not have their name.
const MOST_FOLDERS: usize = 20_000;
const NAME_BYTES: usize = 256;
const FIRST: u32 = 1000;
/// Numbers of login screens and of services, which come and go (`systemd-analyze` calls them so), and of nobody.
const PROGRAMS: [std::ops::RangeInclusive<u32>; 2] = [60_578..=60_705, 61_184..=65_535];

/// Accounts with a session that are not among those known, by number, with their names.
pub(super) fn logged_in(machine: &Machine, known: &BTreeSet<u32>) -> io::Result<BTreeMap<u32, String>> {
    let folder = Path::new(SESSIONS);
    let mut found = BTreeMap::new();
    for number in if_there(machine.list(folder))?.unwrap_or_default() {
        let Ok(uid) = number.parse::<u32>() else { continue };
        let program = PROGRAMS.iter().any(|range| range.contains(&uid));
        if uid < FIRST || program || known.contains(&uid) {
            continue;
        }
        let Some(note) = if_there(machine.read(&folder.join(&number), FILE_BYTES))? else { continue };
        let note = String::from_utf8_lossy(&note);
        let name = note.lines().find_map(|line| line.strip_prefix("NAME=")).map(str::trim);
        let plain = |name: &&str| !name.is_empty() && name.len() <= NAME_BYTES && !name.contains(char::is_control);
        if has_session(&note) {
            found.insert(uid, name.filter(plain).map_or(number, str::to_owned));
        }
    }
    Ok(found)
}

/// Homes of these accounts: folders that belong to them, in `/home` or one level below. One whose name is the account's
/// comes before others. An account without one is left out: nobody knows where its settings lie.
pub(super) fn homes(machine: &Machine, accounts: &BTreeMap<u32, String>) -> BTreeMap<u32, PathBuf> {
    let mut homes = BTreeMap::new();
    for (uid, name) in accounts {
        let named = by_name(name).into_iter().find(|folder| owner(machine, folder) == Some(*uid));
        homes.extend(named.map(|folder| (*uid, folder)));
    }
    let mut missing = order::set(accounts.keys().filter(|uid| !homes.contains_key(uid)).copied());
    let mut looked = 0;
    let mut folders = vec![(PathBuf::from(HOMES), true)];
    while let Some((folder, of_domains)) = folders.pop().filter(|_| !missing.is_empty()) {
        for name in machine.list(&folder).unwrap_or_default() {
            looked += 1;
            if looked > MOST_FOLDERS {
                return homes;
            }
            let path = folder.join(name);
            match owner(machine, &path) {
                Some(uid) if missing.remove(&uid) => {
                    homes.insert(uid, path);
                }
                // Homes of one domain may lie in a folder of the administrator's.
                Some(0) if of_domains => folders.push((path, false)),
                Some(_) | None => {}
            }
        }
    }
    homes
}

/// Where the usual services put homes: "pupil.one@north.example" and "NORTH\pupil.one" in a folder of the domain.
fn by_name(name: &str) -> Vec<PathBuf> {
    let (domain, short) = match (name.split_once('\\'), name.split_once('@')) {
        (Some((domain, short)), _) => (domain, short),
        (None, Some((short, domain))) => (domain, short),
        (None, None) => ("", name),
    };
    let home = Path::new(HOMES);
    let plain = |part: &str| !part.is_empty() && !part.contains(['/', '\0']) && part != "." && part != "..";
    let mut folders: Vec<PathBuf> =
        [name, short].into_iter().filter(|part| plain(part)).map(|part| home.join(part)).collect();
    if plain(domain) && plain(short) {
        folders.push(home.join(domain).join(short));
    }
    folders
}

fn owner(machine: &Machine, folder: &Path) -> Option<u32> {
    machine.status(folder).ok().filter(|status| status.kind == Kind::Folder).map(|status| status.uid)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::by_name;

    #[test]
    fn a_name_never_leads_out_of_the_homes() {
        let found = |name: &str| by_name(name).iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        assert_eq!(found("pupil.one"), ["/home/pupil.one", "/home/pupil.one"]);
        let entra = ["/home/pupil.one@north.example", "/home/pupil.one", "/home/north.example/pupil.one"];
        assert_eq!(found("pupil.one@north.example"), entra);
        assert_eq!(found(r"NORTH\pupil.one")[1..], ["/home/pupil.one", "/home/NORTH/pupil.one"]);
        for bad in ["..", "../etc", r"..\root", "a@.."] {
            assert!(by_name(bad).iter().all(|path| !path.starts_with("/etc") && !path.iter().any(|part| part == "..")));
        }
        assert_eq!(by_name(".."), Vec::<PathBuf>::new());
    }
}
