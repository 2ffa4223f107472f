//! Who has a profile on a Windows machine, from its registry.
//!
//! People are the accounts of this device or a domain (`S-1-5-21-...`) and of Entra (`S-1-12-1-...`). Services, backup
//! entries (`.bak`) and the class hives (`_Classes`) that stand beside them are no people.

use std::io;

use super::windows::{Key, Registry, Root};

const PROFILES: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList";
const SYSTEM: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const DEFAULT_SYSTEM_ROOT: &str = r"C:\Windows";

/// One person's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Security identifier.
    pub sid: String,
    /// Folder of the profile: "C:\\Users\\pupil.one".
    pub folder: String,
    /// Whether its hive is loaded under `HKEY_USERS`: somebody is logged in, or a service runs as that account.
    pub loaded: bool,
}

impl Profile {
    /// Last part of its security identifier.
    #[must_use]
    pub fn number(&self) -> u32 {
        last_part(&self.sid)
    }

    /// Name of its folder: what to call the person when nobody knows the account's name. Wrong after a renaming.
    #[must_use]
    pub fn folder_name(&self) -> &str {
        self.folder.rsplit('\\').next().unwrap_or_default()
    }
}

/// Profiles of people, by their security identifiers. One whose folder is not a full path could lead anywhere and is
/// left out.
///
/// # Errors
/// When the list or an entry of it cannot be read.
pub fn profiles(registry: &dyn Registry) -> io::Result<Vec<Profile>> {
    let system_root = registry.value(&Key::machine(SYSTEM), "SystemRoot")?;
    let system_root = system_root.as_ref().and_then(|value| value.text()).unwrap_or(DEFAULT_SYSTEM_ROOT);
    let loaded = registry.keys(&Key { root: Root::Users, path: String::new() })?;
    let list = Key::machine(PROFILES);
    let mut found = Vec::new();
    for sid in registry.keys(&list)?.into_iter().filter(|sid| is_person(sid)) {
        // An entry that goes away while the list is read belongs to a profile that is being deleted.
        let Some(values) = super::if_there(registry.values(&list.below(&sid)))? else { continue };
        let folder = expand(&values.text("ProfileImagePath"), system_root);
        if is_full(&folder) {
            let loaded = loaded.iter().any(|loaded| loaded.eq_ignore_ascii_case(&sid));
            found.push(Profile { sid, folder, loaded });
        }
    }
    Ok(found)
}

/// Whether this is the security identifier of a person's account.
#[must_use]
pub fn is_person(sid: &str) -> bool {
    let below = ["S-1-5-21-", "S-1-12-1-"].iter().find_map(|authority| sid.strip_prefix(authority));
    below.is_some_and(|rest| {
        rest.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Last part of a security identifier; 0 when it has none.
#[must_use]
pub fn last_part(sid: &str) -> u32 {
    sid.rsplit('-').next().and_then(|part| part.parse().ok()).unwrap_or_default()
}

/// The path with the two variables that occur in the list written out.
fn expand(path: &str, system_root: &str) -> String {
    let drive = system_root.get(..2).unwrap_or_default();
    let known = [("%SystemDrive%", drive), ("%SystemRoot%", system_root), ("%windir%", system_root)];
    for (variable, meaning) in known {
        let begins = path.get(..variable.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(variable));
        if begins {
            return format!("{meaning}{}", &path[variable.len()..]);
        }
    }
    path.to_owned()
}

/// "C:\\..." or a share.
fn is_full(path: &str) -> bool {
    let bytes = path.as_bytes();
    let on_drive = bytes.len() > 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":\\";
    on_drive || path.starts_with(r"\\")
}

#[cfg(test)]
mod tests {
    use super::{Profile, profiles};
    use crate::host::sample::Sample;
    use crate::host::windows::Windows;
    use crate::host::{Host, System};

    const MACHINE: &str = include_str!("testdata/windows-11-profiles.reg");

    fn found() -> Vec<Profile> {
        let sample = Sample::of(System::Windows).registry(MACHINE);
        let windows: &dyn Windows = sample.windows().expect("it is a Windows machine");
        profiles(windows.registry()).expect("the list can be read")
    }

    #[test]
    fn people_of_the_device_the_domain_and_entra_are_found() {
        let names: Vec<(String, u32)> =
            found().iter().map(|profile| (profile.folder_name().to_owned(), profile.number())).collect();
        let expected = [("teacher.two", 2222), ("pupil.one", 1001), ("pupil.three", 1107)];
        assert_eq!(names, expected.map(|(name, number)| (name.to_owned(), number)));
    }

    #[test]
    fn services_backups_and_folders_that_could_lead_anywhere_are_not() {
        let sids: Vec<String> = found().into_iter().map(|profile| profile.sid).collect();
        assert!(!sids.iter().any(|sid| sid.ends_with(".bak") || sid.ends_with("_Classes")), "{sids:?}");
        assert!(!sids.iter().any(|sid| sid == "S-1-5-18" || sid.starts_with("S-1-5-80-")), "{sids:?}");
        assert!(!sids.iter().any(|sid| sid.ends_with("-1108")), "its folder is no full path: {sids:?}");
    }

    #[test]
    fn a_profile_is_in_use_when_its_hive_is_loaded() {
        let loaded: Vec<u32> = found().iter().filter(|profile| profile.loaded).map(Profile::number).collect();
        assert_eq!(loaded, [2222, 1001]);
    }

    #[test]
    fn variables_are_written_out() {
        let folders: Vec<String> = found().into_iter().map(|profile| profile.folder).collect();
        assert_eq!(folders, [r"D:\Users\teacher.two", r"C:\Users\pupil.one", r"D:\Users\pupil.three"]);
    }

    #[test]
    fn a_machine_without_the_list_is_a_failure_and_not_an_empty_one() {
        let sample = Sample::of(System::Windows).registry("[HKEY_USERS\\.DEFAULT]\n");
        let windows = sample.windows().expect("it is a Windows machine");
        profiles(windows.registry()).expect_err("nothing was listed");
    }
}
