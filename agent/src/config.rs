//! What the policy in force means on this device: every part of the agent gets only what concerns it.
//!
//! There is no configuration file on a device. What it does is its site's policy, and where its collector is came with
//! its enrolment. A policy is checked where it comes off the wire, and nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::policy::DevicePolicy;
use caretaker_shared::wire::WireError;
use prost::Message as _;

use crate::documents::DocumentSettings;
use crate::host::Account;
use crate::probes::ProbeSettings;

/// The policy that the device follows; `None` before the first one has arrived.
pub type InForce = Option<Arc<DevicePolicy>>;

/// Reads a policy from the bytes that the spool keeps.
///
/// # Errors
/// [`WireError`] when it is not one that this device can follow.
pub fn decode(bytes: &[u8]) -> Result<DevicePolicy, WireError> {
    proto::DevicePolicy::decode(bytes).map_err(|_| WireError::Malformed("policy"))?.try_into()
}

/// What the document watcher is to do on the device `device`, with `~` filled in for every account. Without a policy no
/// document is read. `place` says where a folder lies, in whose home it is said to be; `media` are the folders where
/// removable media are mounted.
#[must_use]
pub fn documents(
    policy: Option<&DevicePolicy>,
    device: &str,
    accounts: &[Account],
    media: &[PathBuf],
    place: impl Fn(&Path, Option<&Account>) -> PathBuf,
) -> DocumentSettings {
    let Some(policy) = policy else { return DocumentSettings::default() };
    let mut folders: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    if policy.removable_media {
        folders.extend(media.iter().map(|folder| (folder.clone(), None)));
    }
    let of_policy = policy.document_folders.iter().flat_map(|folder| expand(folder, accounts, &place));
    // A folder of somebody's home is theirs, also where it is named in full.
    for (folder, owner) in of_policy {
        let entry = folders.entry(folder).or_default();
        *entry = entry.take().or(owner);
    }
    if folders.is_empty() {
        return DocumentSettings::default();
    }
    let excluded = policy.detection.excluded_folders.iter().flat_map(|folder| expand(folder, accounts, &place));
    DocumentSettings {
        folders,
        excluded: excluded.map(|(folder, _)| folder).collect(),
        detection: Some(Arc::new(policy.detection.clone())),
        device: device.to_owned(),
        ignores_case: false,
    }
}

/// What the probes must know. `memory` is where they may remember things.
#[must_use]
pub fn probes(policy: Option<&DevicePolicy>, memory: Option<PathBuf>) -> ProbeSettings {
    let Some(policy) = policy else { return ProbeSettings { memory, ..ProbeSettings::default() } };
    ProbeSettings {
        executable_folders: policy.executable_folders.clone(),
        media_names: policy.media_names,
        pause_below_battery_percent: policy.pause_below_battery_percent,
        memory,
        hurry: false,
        watched: None,
        asked_at: None,
    }
}

/// Where a folder of a policy lies, and for each place the account that it belongs to.
fn expand(
    folder: &str,
    accounts: &[Account],
    place: &impl Fn(&Path, Option<&Account>) -> PathBuf,
) -> Vec<(PathBuf, Option<String>)> {
    match folder.strip_prefix('~') {
        Some(inner) => {
            // By parts: what separates them in a policy is not what separates them on every system.
            let parts = inner.split(['/', '\\']).filter(|part| !part.is_empty());
            let within = |account: &Account| parts.clone().fold(account.home.clone(), |path, part| path.join(part));
            let of = |account: &Account| (place(&within(account), Some(account)), Some(account.name.clone()));
            accounts.iter().map(of).collect()
        }
        None if Path::new(folder).is_absolute() => vec![(place(Path::new(folder), None), None)],
        // A folder of another system: one policy serves devices of several.
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, uid: u32) -> Account {
        Account {
            name: name.into(),
            uid,
            sid: String::new(),
            home: PathBuf::from("/home").join(name),
            logged_in: false,
        }
    }

    fn as_written(folder: &Path, _: Option<&Account>) -> PathBuf {
        folder.to_path_buf()
    }

    fn message() -> proto::DevicePolicy {
        proto::DevicePolicy {
            version: 3,
            documents_enabled: true,
            document_folders: vec!["~/Documents".into(), "/srv/shared".into()],
            categories: vec!["selfharm".into()],
            removable_media: true,
            age: proto::AgeProfile::Secondary.into(),
            excluded_folders: vec!["~/Documents/Union".into()],
            ..proto::DevicePolicy::default()
        }
    }

    fn kept(message: &proto::DevicePolicy) -> Result<DevicePolicy, WireError> {
        decode(&message.encode_to_vec())
    }

    #[test]
    fn fills_in_the_homes_of_all_accounts() {
        let policy = kept(&message()).expect("a good policy");
        let accounts = [account("pupil.one", 1001), account("pupil.two", 1002)];
        let media = [PathBuf::from("/media/pupil.one/STICK")];
        let settings = documents(Some(&policy), "LAB-1", &accounts, &media, as_written);
        let mine = |name: &str| Some(name.to_owned());
        let folders = [
            ("/home/pupil.one/Documents", mine("pupil.one")),
            ("/home/pupil.two/Documents", mine("pupil.two")),
            ("/media/pupil.one/STICK", None),
            ("/srv/shared", None),
        ];
        assert_eq!(settings.folders, folders.map(|(folder, owner)| (PathBuf::from(folder), owner)).into());
        assert_eq!(
            settings.excluded,
            ["/home/pupil.one/Documents/Union", "/home/pupil.two/Documents/Union"].map(PathBuf::from)
        );
        let without = proto::DevicePolicy { removable_media: false, ..message() };
        let without = kept(&without).expect("a good policy");
        assert_eq!(documents(Some(&without), "LAB-1", &accounts, &media, as_written).folders.len(), 3);
    }

    #[test]
    fn passes_over_the_folders_of_other_systems() {
        let foreign = if cfg!(windows) { "/srv/shared" } else { r"C:\Shared" };
        let message = proto::DevicePolicy { document_folders: vec![foreign.into()], ..message() };
        let policy = kept(&message).expect("a good policy");
        assert!(documents(Some(&policy), "LAB-1", &[account("pupil.one", 1001)], &[], as_written).folders.is_empty());
    }

    #[test]
    fn reads_no_document_before_the_first_policy_or_when_it_says_so() {
        assert_eq!(documents(None, "LAB-1", &[account("pupil.one", 1)], &[], as_written), DocumentSettings::default());
        let off = kept(&proto::DevicePolicy { documents_enabled: false, removable_media: false, ..message() })
            .expect("a good policy");
        assert_eq!(
            documents(Some(&off), "LAB-1", &[account("pupil.one", 1)], &[], as_written),
            DocumentSettings::default()
        );
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        assert_eq!(decode(b"\xff"), Err(WireError::Malformed("policy")));
        let relative = proto::DevicePolicy { document_folders: vec!["Documents".into()], ..message() };
        assert_eq!(kept(&relative), Err(WireError::Malformed("document_folders")));
    }
}
