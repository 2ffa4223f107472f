//! The one order in which lists cross the wire, whatever order a system gave them in.
//!
//! Device and collector compare digests of whole answers, and the collector rebuilds some of them from its rows: both
//! work only when equal sets are equal bytes. What tells two entries apart occurs once; of several the first in order
//! stays. Lists whose order says something (detections, history, evidence) are left as they are.

use std::cmp::Ordering;

use crate::order;

use caretaker_proto::agent::v1 as proto;
use prost::Message;

/// A message of a list that is a set.
pub(super) trait Entry: Message {
    /// Compares what tells two entries of one device apart.
    fn compare(&self, other: &Self) -> Ordering;
}

/// Sorts entries and keeps each once.
pub(super) fn canonical<E: Entry>(mut entries: Vec<E>) -> Vec<E> {
    // Encoding is only for entries that are the same but for details, of which there are few.
    order::sort_by(&mut entries, |one, other| {
        one.compare(other).then_with(|| one.encode_to_vec().cmp(&other.encode_to_vec()))
    });
    entries.dedup_by(|later, kept| later.compare(kept).is_eq());
    entries
}

impl Entry for proto::SoftwareTitle {
    fn compare(&self, other: &Self) -> Ordering {
        self.name
            .cmp(&other.name)
            .then_with(|| self.version.cmp(&other.version))
            .then_with(|| self.architecture.cmp(&other.architecture))
            .then_with(|| self.source.cmp(&other.source))
            .then_with(|| self.user.cmp(&other.user))
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl Entry for proto::Executable {
    fn compare(&self, other: &Self) -> Ordering {
        self.path.cmp(&other.path)
    }
}

impl Entry for proto::MediaFolder {
    fn compare(&self, other: &Self) -> Ordering {
        self.path.cmp(&other.path)
    }
}

impl Entry for proto::Volume {
    fn compare(&self, other: &Self) -> Ordering {
        self.mount.cmp(&other.mount).then_with(|| self.device.cmp(&other.device))
    }
}

impl Entry for proto::LocalAccount {
    fn compare(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name).then_with(|| (self.directory, self.group).cmp(&(other.directory, other.group)))
    }
}

impl Entry for proto::RemovableMedium {
    fn compare(&self, other: &Self) -> Ordering {
        self.mount.cmp(&other.mount).then_with(|| self.serial.cmp(&other.serial))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Executables, Facts, MediaFolder, SoftwareTitle};
    use crate::wire::facts_digest;

    fn title(name: &str, version: &str, user: &str, publisher: &str) -> SoftwareTitle {
        SoftwareTitle {
            name: name.into(),
            version: version.into(),
            user: user.into(),
            publisher: publisher.into(),
            ..SoftwareTitle::default()
        }
    }

    fn folder(path: &str, audio: u32) -> MediaFolder {
        MediaFolder { path: path.into(), owner: "pupil.one".into(), audio, video: 0, bytes: 9, names: Vec::new() }
    }

    #[test]
    fn the_same_titles_in_any_order_have_one_digest() {
        let (vim, own, bash) =
            (title("vim", "9", "", "one"), title("vim", "9", "pupil.one", "one"), title("bash", "5", "", "one"));
        let digest =
            |titles: &[&SoftwareTitle]| facts_digest(&Facts::Software(titles.iter().copied().cloned().collect()));
        assert_eq!(digest(&[&vim, &own, &bash]), digest(&[&bash, &own, &vim]));
        assert_ne!(digest(&[&vim, &bash]), digest(&[&own, &bash]), "another user's title is another title");
    }

    #[test]
    fn what_is_listed_twice_counts_once_whichever_came_first() {
        let (one, other) = (title("vim", "9", "", "one"), title("vim", "9", "", "other"));
        let digest = |titles: Vec<SoftwareTitle>| facts_digest(&Facts::Software(titles));
        assert_eq!(digest(vec![one.clone(), other.clone()]), digest(vec![other, one.clone()]));
        assert_eq!(digest(vec![one.clone(), one.clone()]), digest(vec![one]));
        let media =
            |media: Vec<MediaFolder>| facts_digest(&Facts::Executables(Executables { files: Vec::new(), media }));
        assert_eq!(media(vec![folder("/a", 1), folder("/b", 2)]), media(vec![folder("/b", 2), folder("/a", 1)]));
    }
}
