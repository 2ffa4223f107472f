//! When programs were last started, as the Background Activity Moderator remembers it for about a week. What is not in
//! its list was not necessarily never used.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::host::hive::filetime;
use crate::host::if_there;
use crate::host::profiles::is_person;
use crate::host::windows::{Key, Registry, RegistryValue};

/// Newer versions of Windows, then older ones.
const LISTS: [&str; 2] = [
    r"SYSTEM\CurrentControlSet\Services\bam\State\UserSettings",
    r"SYSTEM\CurrentControlSet\Services\bam\UserSettings",
];
const SECONDS_A_DAY: i64 = 86_400;
/// Windows keeps a few hundred for each user.
const USERS: usize = 1_000;

/// Last starts of programs by every user.
#[derive(Debug, Default)]
pub(super) struct LastUse {
    /// By security identifier in capitals: what was started, in lower case, and when.
    users: BTreeMap<String, Vec<(String, Timestamp)>>,
}

impl LastUse {
    /// What the machine remembers; nothing where it does not, since nobody is told anything wrong by that.
    pub(super) fn read(registry: &dyn Registry) -> Self {
        let mut found = Self::default();
        for list in LISTS.map(Key::machine) {
            let sids = if_there(registry.keys(&list)).ok().flatten().unwrap_or_default();
            // What services start by themselves, nobody uses.
            for sid in sids.into_iter().filter(|sid| is_person(sid)).take(USERS) {
                let values = registry.values(&list.below(&sid)).unwrap_or_default();
                let started = values.iter().filter_map(|(name, value)| Some((name.to_owned(), moment(value)?)));
                found.users.entry(sid.to_ascii_uppercase()).or_default().extend(started);
            }
        }
        found
    }

    /// When something in a folder was last started: by this user, or by anyone when `sid` is empty.
    pub(super) fn of_folder(&self, sid: &str, folder: &str) -> Option<Timestamp> {
        // Windows itself knows volumes by their number: "\Device\HarddiskVolume3\Program Files\Slate\slate.exe".
        let (drive, below) = folder.split_at_checked(2)?;
        let below = format!("{}\\", below.trim_end_matches('\\').to_lowercase());
        // Too near to the root it would be the folder of many titles.
        if !drive.ends_with(':') || below.matches('\\').count() < 3 || below.starts_with(r"\windows\") {
            return None;
        }
        let inside = self.started_by(sid).filter_map(|(path, at)| {
            let (volume, path) = path.strip_prefix(r"\device\")?.split_once('\\')?;
            path.starts_with(&below[1..]).then_some((volume, at))
        });
        let inside: Vec<(&str, Timestamp)> = inside.collect();
        // The same path on two volumes: which one has this drive's letter, nobody says.
        let one_volume = inside.windows(2).all(|pair| pair[0].0 == pair[1].0);
        inside.into_iter().map(|(_, at)| at).max().filter(|_| one_volume)
    }

    /// When a Store application was last started by this user.
    pub(super) fn of_family(&self, sid: &str, family: &str) -> Option<Timestamp> {
        let family = family.to_lowercase();
        self.started_by(sid).filter(|(name, _)| *name == family).map(|(_, at)| at).max()
    }

    fn started_by(&self, sid: &str) -> impl Iterator<Item = (&str, Timestamp)> {
        let sid = sid.to_ascii_uppercase();
        let users = self.users.iter().filter(move |(user, _)| sid.is_empty() || **user == sid);
        users.flat_map(|(_, started)| started.iter().map(|(name, at)| (name.as_str(), *at)))
    }
}

/// The day, in UTC: a list that changed with every start of a program would be sent whole every hour.
fn moment(value: &RegistryValue) -> Option<Timestamp> {
    let RegistryValue::Bytes(bytes) = value else { return None };
    let at = filetime(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))?;
    Timestamp::from_second(at.as_second() - at.as_second().rem_euclid(SECONDS_A_DAY)).ok()
}
