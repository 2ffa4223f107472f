//! Where to search: the folders of the policy, with the homes of all accounts filled in, and what is plugged in.
//!
//! A folder on another computer is not searched: it is not this device's, and would be pulled over the network.

use std::path::{Path, PathBuf};

use caretaker_shared::order;

use crate::host::block::{self, Device, Mount};
use crate::host::windows::Bus;
use crate::host::{Account, Host, System, if_there, system_of, why};

/// File systems of other computers, and those behind which anything may be.
const ELSEWHERE: [&str; 15] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "ncpfs",
    "davfs",
    "autofs",
    "fuse",
    "virtiofs",
];
/// Mounts that a session keeps for one person, of what is elsewhere: "fuse.sshfs", "fuse.gvfsd-fuse", "fuse.rclone".
const ELSEWHERE_BEGINS: &str = "fuse.";
/// Where removable media are mounted.
const PLUGGED_IN: [&str; 3] = ["/media/", "/run/media/", "/mnt/"];

/// One folder to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    /// Whether it lies on a removable medium.
    pub(super) removable: bool,
    /// The home that it lies in, of somebody who is not logged in.
    pub(super) left_home: Option<PathBuf>,
}

/// Folders that are there, without links, none within another; and why any of them cannot be searched.
pub(super) fn plan(host: &dyn Host, wanted: &[String], accounts: &[Account]) -> (Vec<Place>, Vec<String>) {
    let mut flaws = Vec::new();
    let mut places = Vec::new();
    for folder in wanted {
        for found in expand(host, folder, accounts) {
            match found {
                Ok(found) => places.extend(found),
                Err(flaw) => flaws.push(flaw),
            }
        }
    }
    let mounted = match system_of(host) {
        System::Linux => mounted(host, &mut flaws),
        System::Windows => drives(host, &mut flaws),
        System::MacOs | System::Other => Mounted::default(),
    };
    places.retain(|place| match mounted.elsewhere(host, &place.folder) {
        Some(kind) => {
            flaws.push(format!("{}: on another computer ({kind}), not searched", place.folder.display()));
            false
        }
        None => true,
    });
    for place in &mut places {
        let path = place.folder.to_string_lossy();
        place.removable = mounted.removable.iter().any(|medium| begins_with(&path, &medium.to_string_lossy()));
    }
    let media = mounted.removable.into_iter();
    places.extend(media.map(|folder| Place { folder, removable: true, left_home: None }));
    order::sort_by(&mut places, |one, other| one.folder.cmp(&other.folder));
    places.dedup_by(|one, other| one.folder == other.folder);
    (outermost(host, places), flaws)
}

fn expand(host: &dyn Host, folder: &str, accounts: &[Account]) -> Vec<Result<Option<Place>, String>> {
    if let Some(rest) = in_home(folder) {
        return accounts.iter().map(|account| below(host, account, rest)).collect();
    }
    let full = match system_of(host) {
        System::Windows => is_drive(folder),
        System::Linux | System::MacOs | System::Other => folder.starts_with('/'),
    };
    if !full {
        return vec![Err(format!("{folder}: not a full path; expected one that begins with / or ~, or with a drive"))];
    }
    let place = |folder| Place { folder, removable: false, left_home: None };
    vec![whole(host, Path::new(folder)).map(|found| found.map(place))]
}

fn in_home(folder: &str) -> Option<&str> {
    let rest = folder.strip_prefix('~')?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(['/', '\\']) }
}

fn is_drive(folder: &str) -> bool {
    let bytes = folder.as_bytes();
    bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && matches!(bytes[2], b'\\' | b'/')
}

/// A folder that the policy names in full: links on the way are the administrator's.
fn whole(host: &dyn Host, folder: &Path) -> Result<Option<PathBuf>, String> {
    if_there(host.resolve(folder)).map_err(|error| why(folder, &error))
}

/// A folder in a home: a link on the way is the user's, and could lead anywhere.
fn below(host: &dyn Host, account: &Account, rest: &str) -> Result<Option<Place>, String> {
    let Some(home) = whole(host, &account.home)? else { return Ok(None) };
    let folder = match (rest.is_empty(), system_of(host)) {
        (true, _) => home.clone(),
        (false, System::Windows) => {
            PathBuf::from(format!("{}\\{}", home.to_string_lossy().trim_end_matches('\\'), rest.replace('/', "\\")))
        }
        (false, System::Linux | System::MacOs | System::Other) => home.join(rest),
    };
    let left_home = (!account.logged_in).then_some(home);
    match whole(host, &folder)? {
        Some(found) if found != folder => Err(format!("{}: a link, not followed", folder.display())),
        found => Ok(found.map(|folder| Place { folder, removable: false, left_home })),
    }
}

/// Without those that another one holds on the same file system: a walk of that one meets their files.
fn outermost(host: &dyn Host, places: Vec<Place>) -> Vec<Place> {
    let mut kept: Vec<(Place, Option<u64>)> = Vec::new();
    for place in places {
        let device = host.status(&place.folder).ok().map(|status| status.device);
        let path = place.folder.to_string_lossy();
        let held =
            kept.iter().any(|(outer, its)| *its == device && begins_with(&path, &outer.folder.to_string_lossy()));
        if !held {
            kept.push((place, device));
        }
    }
    kept.into_iter().map(|(place, _)| place).collect()
}

/// Whether a path is a folder or lies in it.
pub(super) fn begins_with(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches(['/', '\\']);
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '\\']))
}

/// What is mounted, as far as it matters here.
#[derive(Default)]
struct Mounted {
    mounts: Vec<Mount>,
    removable: Vec<PathBuf>,
}

impl Mounted {
    /// The kind of the file system of a folder that another computer keeps.
    fn elsewhere(&self, host: &dyn Host, folder: &Path) -> Option<String> {
        let path = folder.to_string_lossy();
        let path = if system_of(host) == System::Windows { path.to_lowercase() } else { path.into_owned() };
        // The last of several mounts on one point hides the others.
        let holds = self.mounts.iter().filter(|mount| begins_with(&path, &mount.point));
        let mount = holds.max_by_key(|mount| mount.point.trim_end_matches('/').len())?;
        is_elsewhere(&mount.file_system).then(|| mount.file_system.clone())
    }
}

fn is_elsewhere(file_system: &str) -> bool {
    ELSEWHERE.contains(&file_system) || file_system.starts_with(ELSEWHERE_BEGINS)
}

fn mounted(host: &dyn Host, flaws: &mut Vec<String>) -> Mounted {
    let mounts = match if_there(block::mounts(host)) {
        Ok(mounts) => mounts.unwrap_or_default(),
        Err(error) => {
            flaws.push(format!("what is mounted is not known: {}", error.kind()));
            Vec::new()
        }
    };
    let here = |mount: &&Mount| {
        PLUGGED_IN.iter().any(|folder| mount.point.starts_with(folder)) && !is_elsewhere(&mount.file_system)
    };
    let mut removable = Vec::new();
    for mount in mounts.iter().filter(here) {
        match Device::of(host, mount) {
            Ok(Some(device)) if is_plugged_in(host, &device) => removable.push(PathBuf::from(&mount.point)),
            Ok(_) => {}
            Err(error) => {
                flaws.push(format!("whether {} can be taken out is not known: {}", mount.point, error.kind()))
            }
        }
    }
    Mounted { mounts, removable }
}

fn is_plugged_in(host: &dyn Host, device: &Device) -> bool {
    let disks = device.disks(host).unwrap_or_default();
    [device].into_iter().chain(&disks).any(|disk| disk.outside(host).is_some())
}

fn drives(host: &dyn Host, flaws: &mut Vec<String>) -> Mounted {
    let drives = match host.windows().and_then(crate::host::windows::Windows::drives) {
        Ok(drives) => drives,
        Err(error) => {
            flaws.push(format!("the drives are not known: {}", error.kind()));
            return Mounted::default();
        }
    };
    let mut mounted = Mounted::default();
    for drive in drives {
        if drive.network {
            let point = drive.letter.to_lowercase();
            mounted.mounts.push(Mount {
                point,
                file_system: "smb3".into(),
                source: String::new(),
                number: String::new(),
            });
        } else if matches!(drive.bus, Bus::Usb | Bus::Card) && !drive.file_system.is_empty() {
            mounted.removable.push(PathBuf::from(format!("{}\\", drive.letter)));
        }
    }
    mounted
}

#[cfg(test)]
mod tests {
    use super::{begins_with, is_elsewhere, plan};
    use crate::host::System;
    use crate::host::sample::Sample;
    use crate::host::windows::{Bus, Drive};

    #[test]
    fn what_another_computer_keeps_is_elsewhere() {
        for kind in ["nfs4", "cifs", "fuse.sshfs", "9p"] {
            assert!(is_elsewhere(kind), "{kind}");
        }
        for kind in ["ext4", "btrfs", "fuseblk", "vfat", "tmpfs", "zfs"] {
            assert!(!is_elsewhere(kind), "{kind}");
        }
    }

    #[test]
    fn a_folder_holds_what_lies_in_it_and_not_what_only_begins_alike() {
        assert!(begins_with("/home/pupil.one/a", "/home/pupil.one"));
        assert!(!begins_with("/home/pupil.one2", "/home/pupil.one"));
        assert!(begins_with("/a", "/"));
        assert!(begins_with(r"E:\a", r"E:\"));
    }

    #[test]
    fn a_stick_is_searched_on_windows_and_a_share_is_not() {
        let drive = |letter: &str, bus, network| Drive {
            letter: letter.into(),
            label: String::new(),
            file_system: "FAT32".into(),
            size_bytes: 1,
            bus,
            model: String::new(),
            serial: String::new(),
            network,
        };
        let mut host = Sample::of(System::Windows).file(r"E:\game.exe", "MZ").file(r"H:\work\tool.exe", "MZ");
        host.drives =
            vec![drive("C:", Bus::Internal, false), drive("E:", Bus::Usb, false), drive("H:", Bus::Unknown, true)];
        let (places, flaws) = plan(&host, &[r"H:\work".into()], &[]);
        let found: Vec<(String, bool)> =
            places.iter().map(|place| (place.folder.to_string_lossy().into_owned(), place.removable)).collect();
        assert_eq!(found, [(r"E:\".to_owned(), true)]);
        assert_eq!(flaws, [r"H:\work: on another computer (smb3), not searched"]);
    }
}
