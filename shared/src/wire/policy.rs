//! The device's part of a policy.

use std::time::Duration;

use caretaker_proto::agent::v1 as proto;

use super::common::{WireError, bounded, list, text, texts};
use super::{detection, limits};
use crate::model::ProbeName;
use crate::policy::{Detection, DevicePolicy, Viewer, place};

impl From<&DevicePolicy> for proto::DevicePolicy {
    fn from(policy: &DevicePolicy) -> Self {
        let seconds = |every: Duration| u32::try_from(every.as_secs()).unwrap_or(u32::MAX);
        let probes = policy.probe_every.iter().map(|(probe, &every)| (probe.as_str().to_owned(), seconds(every)));
        Self {
            version: policy.version,
            school: super::common::fit(&policy.school, limits::TEXT_BYTES),
            site: super::common::fit(&policy.site, limits::TEXT_BYTES),
            document_folders: policy.document_folders.clone(),
            documents_enabled: !policy.document_folders.is_empty(),
            categories: policy.detection.categories.clone(),
            executable_folders: policy.executable_folders.clone(),
            probe_seconds: probes.collect(),
            viewers: policy.viewers.iter().map(proto::Viewer::from).collect(),
            media_names: policy.media_names,
            pause_below_battery_percent: policy.pause_below_battery_percent.into(),
            removable_media: policy.removable_media,
            age: detection::age(policy.detection.age).into(),
            sources: detection::sources(&policy.detection.sources),
            hours: policy.detection.hours.texts(),
            excluded_addresses: policy.detection.excluded_addresses.clone(),
            excluded_folders: policy.detection.excluded_folders.clone(),
            groups: policy.detection.groups.iter().map(proto::DetectionGroup::from).collect(),
            notice: policy.notice.clone(),
        }
    }
}

impl TryFrom<proto::DevicePolicy> for DevicePolicy {
    type Error = WireError;

    fn try_from(policy: proto::DevicePolicy) -> Result<Self, WireError> {
        if policy.version == 0 {
            return Err(WireError::Missing("version"));
        }
        if policy.probe_seconds.len() > limits::PROBES {
            return Err(WireError::TooLarge("probe_seconds"));
        }
        let (age, sources) = detection::of_whom(policy.age, policy.sources)?;
        let mut probe_every = std::collections::BTreeMap::new();
        for (name, seconds) in policy.probe_seconds {
            if seconds == 0 {
                return Err(WireError::Malformed("probe_seconds"));
            }
            // A later collector may speak of probes that this version does not have.
            if let Some(probe) = ProbeName::parse(&name) {
                probe_every.insert(probe, Duration::from_secs(seconds.into()));
            }
        }
        // Checked even when documents are off: a bad list is a bad message.
        let document_folders = folders(policy.document_folders, "document_folders")?;
        let detection = Detection {
            age,
            categories: detection::categories(policy.categories)?,
            sources,
            hours: detection::hours_of(policy.hours)?,
            excluded_addresses: texts(
                policy.excluded_addresses,
                limits::EXCLUDED_ADDRESSES,
                limits::PATTERN_BYTES,
                "excluded_addresses",
            )?,
            excluded_folders: folders(policy.excluded_folders, "excluded_folders")?,
            groups: list(policy.groups, limits::GROUPS, "groups")?,
        };
        let read = policy.documents_enabled;
        Ok(Self {
            version: policy.version,
            school: text(policy.school, "school")?,
            site: text(policy.site, "site")?,
            document_folders: if read { document_folders } else { Vec::new() },
            removable_media: read && policy.removable_media,
            detection,
            executable_folders: folders(policy.executable_folders, "executable_folders")?,
            probe_every,
            notice: text(policy.notice, "notice")?,
            viewers: list(policy.viewers, limits::VIEWERS, "viewers")?,
            media_names: policy.media_names,
            pause_below_battery_percent: u8::try_from(policy.pause_below_battery_percent)
                .ok()
                .filter(|percent| *percent <= 100)
                .ok_or(WireError::Malformed("pause_below_battery_percent"))?,
        })
    }
}

/// Folders below the root or below each user's home, without a way back up.
fn folders(entries: Vec<String>, field: &'static str) -> Result<Vec<String>, WireError> {
    if entries.len() > limits::FOLDERS {
        return Err(WireError::TooLarge(field));
    }
    let checked = entries.into_iter().map(|entry| {
        let entry = bounded(entry, limits::FOLDER_BYTES, field)?;
        if !(place::is_rooted(&entry) || place::is_at_home(&entry)) || place::climbs(&entry) {
            return Err(WireError::Malformed(field));
        }
        Ok(entry)
    });
    checked.collect()
}

impl From<&Viewer> for proto::Viewer {
    fn from(viewer: &Viewer) -> Self {
        Self { role: viewer.role.clone(), sees: viewer.sees.clone() }
    }
}

impl TryFrom<proto::Viewer> for Viewer {
    type Error = WireError;

    fn try_from(viewer: proto::Viewer) -> Result<Self, WireError> {
        Ok(Self { role: text(viewer.role, "role")?, sees: text(viewer.sees, "sees")? })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use caretaker_proto::agent::v1 as proto;

    use crate::model::{ProbeName, Source};
    use crate::policy::{DevicePolicy, PRESET, Policy};
    use crate::wire::{WireError, limits};

    const STAFF: &str = "[[detection.groups]]\nname = \"staff\"\nusers = [\"*.staff\"]\nage = \"adult\"\n\
                         sources = [\"documents\"]\nhours = [\"mon-fri 08:00-17:00\"]\ncategories = [\"violence\"]\n";

    fn message() -> proto::DevicePolicy {
        let policy = Policy::parse(&format!("{PRESET}\nscreen-lock = 45\n{STAFF}")).expect("a policy");
        policy.for_device("Northfield School", "North", 14)
    }

    fn with(change: impl FnOnce(&mut proto::DevicePolicy)) -> Result<DevicePolicy, WireError> {
        let mut message = message();
        change(&mut message);
        message.try_into()
    }

    #[test]
    fn a_device_reads_what_its_policy_says() {
        let device = DevicePolicy::try_from(message()).expect("a good message");
        assert_eq!((device.version, device.school.as_str(), device.site.as_str()), (14, "Northfield School", "North"));
        assert_eq!(device.document_folders, ["~/Documents", "~/Desktop", "~/Downloads"]);
        assert!(device.detection.categories.contains(&"suicide".to_owned()));
        assert_eq!(device.probe_every.get(&ProbeName::ScreenLock), Some(&Duration::from_secs(45 * 60)));
        assert_eq!(device.viewers.len(), 3);
        assert_eq!(device.detection.groups.len(), 1);
        assert_eq!(proto::DevicePolicy::from(&device), message());
    }

    #[test]
    fn a_device_that_reads_no_documents_hears_of_no_folder() {
        let text = PRESET.replace("enabled = true", "enabled = false");
        let message = Policy::parse(&text).expect("a policy").for_device("Northfield School", "North", 1);
        assert!(!message.documents_enabled && message.document_folders.is_empty() && !message.removable_media);
        let off = with(|message| message.documents_enabled = false).expect("a good message");
        assert!(off.document_folders.is_empty() && !off.removable_media);
    }

    #[test]
    fn a_probe_of_a_later_version_is_passed_over() {
        let later = with(|message| message.probe_seconds.extend([("registry".into(), 60)]));
        assert_eq!(later.expect("a good message").probe_every.len(), 1);
    }

    #[test]
    fn a_collector_from_before_there_was_a_choice_means_documents() {
        let before = proto::DevicePolicy { version: 1, ..proto::DevicePolicy::default() };
        let device = DevicePolicy::try_from(before).expect("a good message");
        assert!(device.detection.may_read(Source::Document) && !device.detection.may_read(Source::Search));
    }

    #[test]
    fn what_breaks_a_limit_is_refused() {
        let folder = |folder: &str| vec![folder.to_owned()];
        assert_eq!(with(|message| message.version = 0), Err(WireError::Missing("version")));
        for bad in ["Documents", "~other/Documents", "/home/../etc", r"C:\..\x", "C:x", "", "/a\nb"] {
            let refused = with(|message| message.document_folders = folder(bad));
            assert_eq!(refused, Err(WireError::Malformed("document_folders")), "{bad:?}");
        }
        let windows = with(|message| message.document_folders = folder(r"C:\Temp")).expect("a folder of Windows");
        assert_eq!(windows.document_folders, [r"C:\Temp"]);
        let many = with(|message| message.executable_folders = vec!["/opt".into(); limits::FOLDERS + 1]);
        assert_eq!(many, Err(WireError::TooLarge("executable_folders")));
        let words = with(|message| message.categories = vec!["a pupil's words".into()]);
        assert_eq!(words, Err(WireError::Malformed("categories")));
        let often = with(|message| message.probe_seconds.extend([("host".into(), 0)]));
        assert_eq!(often, Err(WireError::Malformed("probe_seconds")));
    }

    #[test]
    fn the_largest_policy_fits_a_message() {
        use prost::Message as _;
        let mut message = message();
        let folder = format!("/{}", "x".repeat(limits::FOLDER_BYTES - 1));
        message.document_folders = vec![folder.clone(); limits::FOLDERS];
        message.excluded_folders = vec![folder.clone(); limits::FOLDERS];
        let long = "x".repeat(limits::PATTERN_BYTES);
        message.excluded_addresses = vec![long.clone(); limits::EXCLUDED_ADDRESSES];
        let group = proto::DetectionGroup {
            name: long.clone(),
            devices: vec![long.clone(); limits::PATTERNS],
            users: vec![long; limits::PATTERNS],
            ..proto::DetectionGroup::default()
        };
        message.groups = vec![group; limits::GROUPS];
        message.executable_folders = vec![folder; limits::FOLDERS];
        assert!(message.encoded_len() < limits::RESPONSE_BYTES);
        assert!(DevicePolicy::try_from(message).is_ok());
    }
}
