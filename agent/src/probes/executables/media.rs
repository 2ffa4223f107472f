//! Music and videos, counted by folder and never opened (E6).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use caretaker_shared::model::MediaFolder;
use caretaker_shared::order;
use caretaker_shared::wire::limits;

use super::candidate::Medium;
use crate::host::FileStatus;

/// Folders that are counted at a time: when there are more, the smaller half is given up.
const MOST_FOLDERS: usize = 4_000;
/// Names that are reported, of all folders together.
const MOST_NAMES_BYTES: usize = 128 * 1024;

/// Media by folder.
#[derive(Debug, Default)]
pub(super) struct Media {
    folders: HashMap<String, Tally>,
    whole: Vec<MediaFolder>,
    names: bool,
}

#[derive(Debug, Default)]
struct Tally {
    audio: u32,
    video: u32,
    bytes: u64,
    owners: BTreeMap<u32, u32>,
    names: BTreeSet<String>,
}

impl Media {
    /// With names, or without.
    pub(super) fn new(names: bool) -> Self {
        Self { names, ..Self::default() }
    }

    /// Counts one file.
    pub(super) fn count(&mut self, folder: &str, name: &str, status: &FileStatus, medium: Medium) {
        if self.folders.len() >= MOST_FOLDERS && !self.folders.contains_key(folder) {
            self.give_up_half();
        }
        if !self.folders.contains_key(folder) {
            self.folders.insert(folder.to_owned(), Tally::default());
        }
        let Some(tally) = self.folders.get_mut(folder) else { return };
        match medium {
            Medium::Audio => tally.audio = tally.audio.saturating_add(1),
            Medium::Video => tally.video = tally.video.saturating_add(1),
        }
        tally.bytes = tally.bytes.saturating_add(status.size_bytes);
        *tally.owners.entry(status.uid).or_default() += 1;
        if self.names {
            tally.names.insert(name.to_owned());
            if tally.names.len() > limits::MEDIA_NAMES {
                tally.names.pop_last();
            }
        }
    }

    /// Takes a folder over that was counted earlier.
    pub(super) fn carry(&mut self, folder: MediaFolder) {
        self.whole.push(folder);
    }

    /// The largest folders, by path. `owner` names the account of a number, and of the folder itself.
    pub(super) fn folders(&self, owner: impl Fn(u32, &str) -> String) -> Vec<MediaFolder> {
        let counted = self.folders.iter().map(|(path, tally)| {
            let most = tally.owners.iter().max_by_key(|(_, count)| **count).map_or(0, |(uid, _)| *uid);
            MediaFolder {
                path: path.clone(),
                owner: owner(most, path),
                audio: tally.audio,
                video: tally.video,
                bytes: tally.bytes,
                names: tally.names.iter().cloned().collect(),
            }
        });
        let mut all: Vec<MediaFolder> = counted.chain(self.whole.iter().cloned()).collect();
        order::sort_by(&mut all, |one, other| other.bytes.cmp(&one.bytes).then_with(|| one.path.cmp(&other.path)));
        all.truncate(limits::MEDIA_FOLDERS);
        let mut left = MOST_NAMES_BYTES;
        for folder in &mut all {
            let bytes: usize = folder.names.iter().map(String::len).sum();
            match left.checked_sub(bytes) {
                Some(rest) => left = rest,
                None => folder.names.clear(),
            }
        }
        order::sort(&mut all);
        all
    }

    fn give_up_half(&mut self) {
        let mut sizes: Vec<u64> = self.folders.values().map(|tally| tally.bytes).collect();
        order::sort(&mut sizes);
        let middle = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
        self.folders.retain(|_, tally| tally.bytes > middle);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Media;
    use crate::host::{FileStatus, Kind};
    use crate::probes::executables::candidate::Medium;

    fn file(size_bytes: u64, uid: u32) -> FileStatus {
        FileStatus {
            kind: Kind::File,
            device: 1,
            inode: 1,
            size_bytes,
            modified_at: Timestamp::UNIX_EPOCH,
            changed_ns: 0,
            uid,
            runnable: false,
            elsewhere: false,
        }
    }

    #[test]
    fn counts_by_folder_and_names_the_owner_of_most() {
        let mut media = Media::new(false);
        for (name, medium, uid) in [("a", Medium::Audio, 1), ("b", Medium::Video, 2), ("c", Medium::Audio, 2)] {
            media.count("/music", name, &file(10, uid), medium);
        }
        let folders = media.folders(|uid, _| uid.to_string());
        let told = &folders[0];
        assert_eq!((told.audio, told.video, told.bytes, told.owner.as_str()), (2, 1, 30, "2"));
        assert!(told.names.is_empty());
    }

    #[test]
    fn the_largest_folders_stay_however_many_there_are() {
        let mut media = Media::new(true);
        for number in 0..10_000_u64 {
            media.count(&format!("/{number}"), "one", &file(number, 1), Medium::Audio);
        }
        let folders = media.folders(|_, _| String::new());
        assert_eq!(folders.len(), 500);
        assert_eq!(folders.iter().map(|folder| folder.bytes).min(), Some(9_500));
        assert_eq!(folders[0].names, ["one"]);
    }
}
