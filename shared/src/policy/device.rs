//! What a device must know of its site's policy, and what it may tell the person who sits at it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Detection, Policy};
use crate::model::{ProbeName, Source};

const SECONDS_A_MINUTE: u64 = 60;

/// A device's part of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePolicy {
    /// Version of the site's policy.
    pub version: u64,
    /// The school, as people call it.
    pub school: String,
    /// The site, as people call it.
    pub site: String,
    /// Folders whose documents are read; a leading `~` stands for the home of each user. Empty when none are.
    pub document_folders: Vec<String>,
    /// Whether documents on removable media are read too.
    pub removable_media: bool,
    /// Which text is looked at, whose, when, and for what.
    pub detection: Detection,
    /// Folders searched for executables that no package owns; a leading `~` as above.
    pub executable_folders: Vec<String>,
    /// How often a probe asks. A probe without an entry keeps its own rhythm.
    pub probe_every: BTreeMap<ProbeName, Duration>,
    /// Whether the names of media files are sent, not only how many lie in a folder (E6).
    pub media_names: bool,
    /// Below this charge a device on battery looks for no executables; 0 for never to pause.
    pub pause_below_battery_percent: u8,
    /// What people read before they log in; empty for nothing (A12).
    pub notice: String,
    /// Who may see what the device reports.
    pub viewers: Vec<Viewer>,
}

/// A role, and what its holders see of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// "safeguarding lead".
    pub role: String,
    /// In the words that the device shows to its user.
    pub sees: String,
}

impl DevicePolicy {
    /// The part of `policy` that devices of `site` must know.
    #[must_use]
    pub fn of(policy: &Policy, school: &str, site: &str, version: u64) -> Self {
        let read = policy.documents.enabled && policy.detection.may_read(Source::Document);
        let minutes = |every: u32| Duration::from_secs(u64::from(every) * SECONDS_A_MINUTE);
        Self {
            version,
            school: school.to_owned(),
            site: site.to_owned(),
            document_folders: if read { policy.documents.folders.clone() } else { Vec::new() },
            removable_media: read && policy.documents.removable_media,
            detection: policy.detection.clone(),
            executable_folders: policy.executables.folders.clone(),
            probe_every: policy.schedule.iter().map(|(&probe, &every)| (probe, minutes(every))).collect(),
            media_names: policy.executables.media_names,
            pause_below_battery_percent: policy.executables.pause_below_battery_percent,
            notice: policy.notice.text.clone(),
            viewers: viewers(),
        }
    }
}

/// Who sees what in this version. The same in every school: the roles are not for a policy to change.
fn viewers() -> Vec<Viewer> {
    let viewer = |role: &str, sees: &str| Viewer { role: role.to_owned(), sees: sees.to_owned() };
    vec![
        viewer(
            "safeguarding lead and deputies",
            "that a rule was met, how severe, when and at which site; with their own key the account, the place, and the \
             text for 200 characters on each side",
        ),
        viewer(
            "head, chair of governors",
            "the same of the gravest cases, and of those about staff, once a second person approves",
        ),
        viewer(
            "network manager",
            "devices, software, executables, antivirus and screen lock; never which rule or category was met",
        ),
    ]
}
