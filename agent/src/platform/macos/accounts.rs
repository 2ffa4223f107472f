//! Accounts of people, from the folders in `/Users`, and who of them is at the screen.
//!
//! The name of an account is that of its folder, which is wrong after a renaming; the number is that of the folder's
//! owner, whoever keeps the account. The one at the screen owns `/dev/console`; somebody whose session waits behind
//! another (fast user switching) is not seen to be logged in.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::host::{Account, Host, Kind, if_there};

const HOMES: &str = "/Users";
const CONSOLE: &str = "/dev/console";
/// The first account of a new Mac; below are services and guests.
const FIRST_PERSON: u32 = 501;
const ADMINISTRATOR: (u32, &str) = (0, "root");

/// One account for each owner of a folder, in the order of their numbers.
pub(super) fn of_people(host: &dyn Host) -> io::Result<Vec<Account>> {
    let console = if_there(host.status(Path::new(CONSOLE)))?.map(|status| status.uid);
    let mut people = BTreeMap::new();
    for name in host.list(Path::new(HOMES))? {
        let home = Path::new(HOMES).join(&name);
        let Some(status) = if_there(host.status(&home))? else { continue };
        if let Some(account) = account(name, status.kind, status.uid, console) {
            // Of two folders of one person the shorter name is older: "pupil.one", "pupil.one.old".
            people.entry(status.uid).or_insert(account);
        }
    }
    Ok(people.into_values().collect())
}

/// Names of people and of the administrator. Services have only numbers here.
pub(super) fn names(host: &dyn Host) -> io::Result<BTreeMap<u32, String>> {
    let mut names: BTreeMap<u32, String> =
        of_people(host)?.into_iter().map(|account| (account.uid, account.name)).collect();
    names.insert(ADMINISTRATOR.0, ADMINISTRATOR.1.to_owned());
    Ok(names)
}

/// `None` for what is no home of a person. `console` is the number of the account at the screen.
fn account(name: String, kind: Kind, uid: u32, console: Option<u32>) -> Option<Account> {
    let is_home = kind == Kind::Folder && uid >= FIRST_PERSON && !name.starts_with('.');
    is_home.then(|| Account {
        uid,
        sid: String::new(),
        home: Path::new(HOMES).join(&name),
        logged_in: console == Some(uid),
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::account;
    use crate::host::Kind;

    #[test]
    fn homes_of_people_are_accounts() {
        let found = account("pupil.one".into(), Kind::Folder, 501, Some(501)).expect("a person's");
        assert_eq!((found.name.as_str(), found.uid, found.logged_in), ("pupil.one", 501, true));
        assert_eq!(found.home.to_str(), Some("/Users/pupil.one"));
        let other = account("pupil.two".into(), Kind::Folder, 502, Some(501)).expect("a person's");
        assert!(!other.logged_in);
        // A directory's numbers are large.
        assert!(account("teacher.two".into(), Kind::Folder, 1_284_559_001, None).is_some());
    }

    #[test]
    fn shared_and_guest_folders_files_and_links_are_not() {
        for (name, kind, uid) in [
            ("Shared", Kind::Folder, 0),
            ("Guest", Kind::Folder, 201),
            (".localized", Kind::File, 0),
            ("notes", Kind::File, 501),
            ("elsewhere", Kind::Link, 501),
            (".Trash", Kind::Folder, 501),
        ] {
            assert_eq!(account(name.into(), kind, uid, Some(0)), None, "{name}");
        }
    }
}
