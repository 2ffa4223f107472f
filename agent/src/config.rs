//! The policy in force, taken apart: every part of the agent gets only what concerns it.
//!
//! There is no configuration file on a device. What it does is its site's policy, and where its collector is came with
//! its enrolment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use caretaker_proto::agent::v1 as proto;
use caretaker_shared::wire::limits;
use prost::Message as _;

use crate::documents::DocumentSettings;
use crate::host::Account;
use crate::probes::ProbeSettings;

/// Folders, categories, rhythms or viewers in one policy: far more than any school writes.
const ENTRIES: usize = 256;

/// Why a policy from the collector was not taken. The one before stays in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Not the bytes of a policy.
    #[error("the policy cannot be read")]
    Malformed,
    /// More than a device takes.
    #[error("{0} of the policy is too large")]
    TooLarge(&'static str),
    /// A folder that is neither absolute nor in the homes.
    #[error("a folder of the policy begins neither with / nor with ~")]
    Relative,
}

/// A checked policy, as far as a device must know it. The default is what holds before the first one arrives: no
/// document is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DevicePolicy {
    /// 0 before the first one arrives.
    pub version: u64,
    /// Name of the school.
    pub school: String,
    /// Name of the site.
    pub site: String,
    /// Whether documents are read.
    pub documents_enabled: bool,
    /// Folders whose documents are read, as the policy writes them.
    pub document_folders: Vec<String>,
    /// Ids of the categories that are looked for.
    pub categories: BTreeSet<String>,
    /// Folders searched for executables, as the policy writes them.
    pub executable_folders: Vec<String>,
    /// How often a probe asks, in seconds, by its name.
    pub probe_seconds: BTreeMap<String, u32>,
    /// Who may see what: role and words.
    pub viewers: Vec<(String, String)>,
}

impl DevicePolicy {
    /// Reads a policy from the bytes that the spool keeps.
    ///
    /// # Errors
    /// [`PolicyFault`] when it is not one that this device can follow.
    pub fn decode(bytes: &[u8]) -> Result<Self, PolicyFault> {
        proto::DevicePolicy::decode(bytes).map_err(|_| PolicyFault::Malformed)?.try_into()
    }

    /// What the document watcher is to do, with `~` filled in for every account.
    #[must_use]
    pub fn documents(&self, accounts: &[Account]) -> DocumentSettings {
        if !self.documents_enabled {
            return DocumentSettings::default();
        }
        let folders = self.document_folders.iter().flat_map(|folder| expand(folder, accounts));
        let folders: BTreeSet<PathBuf> = folders.collect();
        DocumentSettings { folders: folders.into_iter().collect(), categories: self.categories.clone() }
    }

    /// What the probes must know.
    #[must_use]
    pub fn probes(&self) -> ProbeSettings {
        ProbeSettings { executable_folders: self.executable_folders.clone() }
    }

    /// How often probes ask, as the schedule takes it.
    pub fn rhythms(&self) -> impl Iterator<Item = (&str, u32)> {
        self.probe_seconds.iter().map(|(name, seconds)| (name.as_str(), *seconds))
    }
}

impl TryFrom<proto::DevicePolicy> for DevicePolicy {
    type Error = PolicyFault;

    fn try_from(policy: proto::DevicePolicy) -> Result<Self, PolicyFault> {
        bounded(&policy.document_folders, "document_folders")?;
        bounded(&policy.executable_folders, "executable_folders")?;
        bounded(&policy.categories, "categories")?;
        if policy.probe_seconds.len() > ENTRIES {
            return Err(PolicyFault::TooLarge("probe_seconds"));
        }
        if policy.viewers.len() > ENTRIES {
            return Err(PolicyFault::TooLarge("viewers"));
        }
        let rooted = |folder: &String| folder == "~" || folder.starts_with("~/") || Path::new(folder).is_absolute();
        if !policy.document_folders.iter().chain(&policy.executable_folders).all(rooted) {
            return Err(PolicyFault::Relative);
        }
        Ok(Self {
            version: policy.version,
            school: printable(&policy.school),
            site: printable(&policy.site),
            documents_enabled: policy.documents_enabled,
            document_folders: policy.document_folders,
            categories: policy.categories.into_iter().collect(),
            executable_folders: policy.executable_folders,
            probe_seconds: policy.probe_seconds.into_iter().collect(),
            viewers: policy.viewers.iter().map(|viewer| (printable(&viewer.role), printable(&viewer.sees))).collect(),
        })
    }
}

/// A text of the collector as a terminal may be shown it.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .take(limits::TEXT_BYTES)
        .map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter })
        .collect()
}

fn bounded(entries: &[String], field: &'static str) -> Result<(), PolicyFault> {
    let fits = entries.len() <= ENTRIES && entries.iter().all(|entry| entry.len() <= limits::PATH_BYTES);
    if fits { Ok(()) } else { Err(PolicyFault::TooLarge(field)) }
}

fn expand(folder: &str, accounts: &[Account]) -> Vec<PathBuf> {
    match folder.strip_prefix('~') {
        Some(inner) => {
            let inner = inner.trim_start_matches('/');
            let within =
                |account: &Account| if inner.is_empty() { account.home.clone() } else { account.home.join(inner) };
            accounts.iter().map(within).collect()
        }
        None => vec![PathBuf::from(folder)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, uid: u32) -> Account {
        Account { name: name.into(), uid, home: PathBuf::from("/home").join(name), logged_in: false }
    }

    fn policy() -> proto::DevicePolicy {
        proto::DevicePolicy {
            version: 3,
            documents_enabled: true,
            document_folders: vec!["~/Documents".into(), "/srv/shared".into()],
            categories: vec!["selfharm".into()],
            ..proto::DevicePolicy::default()
        }
    }

    #[test]
    fn fills_in_the_homes_of_all_accounts() {
        let policy = DevicePolicy::try_from(policy()).expect("a good policy");
        let settings = policy.documents(&[account("pupil.one", 1001), account("pupil.two", 1002)]);
        let folders = ["/home/pupil.one/Documents", "/home/pupil.two/Documents", "/srv/shared"];
        assert_eq!(settings.folders, folders.map(PathBuf::from));
    }

    #[test]
    fn reads_no_document_before_the_first_policy_or_when_it_says_so() {
        assert_eq!(DevicePolicy::default().documents(&[account("pupil.one", 1)]), DocumentSettings::default());
        let off = proto::DevicePolicy { documents_enabled: false, ..policy() };
        let off = DevicePolicy::try_from(off).expect("a good policy");
        assert_eq!(off.documents(&[account("pupil.one", 1)]), DocumentSettings::default());
    }

    #[test]
    fn a_folder_that_leads_nowhere_certain_is_refused() {
        let relative = proto::DevicePolicy { document_folders: vec!["Documents".into()], ..policy() };
        assert_eq!(DevicePolicy::try_from(relative), Err(PolicyFault::Relative));
    }
}
