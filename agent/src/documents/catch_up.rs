//! Finds the files that changed while nobody looked: at the start, in a folder that is new, after lost notices.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use walkdir::{DirEntry, WalkDir};

use super::beneath::Version;
use super::names;

/// What to look for.
pub(super) struct Search {
    /// The watched folder.
    pub(super) root: PathBuf,
    /// Where to look: the root, or a folder in it.
    pub(super) folder: PathBuf,
    /// Most files to return.
    pub(super) room: usize,
    /// Ends the search early.
    pub(super) stop: CancellationToken,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Caught {
    /// Documents to read.
    pub(super) files: Vec<PathBuf>,
    /// Whether there are more.
    pub(super) more: bool,
}

impl Search {
    /// The documents that changed after `since` and are news. Follows no link and stays on one filesystem.
    pub(super) fn run(&self, since: Timestamp, is_news: impl Fn(&Path, Version) -> bool) -> Caught {
        let since_ns = i64::try_from(since.as_nanosecond()).unwrap_or_default();
        let mut caught = Caught::default();
        let walk = WalkDir::new(&self.folder).follow_links(false).follow_root_links(false).same_file_system(true);
        // What may not be listed has no document to give; the rest has.
        for entry in walk.into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden_folder(entry)).flatten() {
            if self.stop.is_cancelled() {
                return caught;
            }
            if !entry.file_type().is_file() || !self.is_document(entry.path()) {
                continue;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            let version = Version::of(&metadata);
            if version.modified_ns < since_ns || !is_news(entry.path(), version) {
                continue;
            }
            if caught.files.len() == self.room {
                caught.more = true;
                return caught;
            }
            caught.files.push(entry.into_path());
        }
        caught
    }

    fn is_document(&self, path: &Path) -> bool {
        path.strip_prefix(&self.root).is_ok_and(names::is_document)
    }
}

fn is_hidden_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && names::is_hidden(entry.file_name())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test's files need no protection")]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use jiff::Timestamp;
    use tokio_util::sync::CancellationToken;

    use super::{Caught, Search};

    fn write(path: &Path, modified: SystemTime) {
        fs::write(path, "words").expect("a file");
        File::options()
            .append(true)
            .open(path)
            .and_then(|file| file.set_modified(modified))
            .expect("a file has a time");
    }

    fn search(root: &Path, room: usize) -> Search {
        Search { root: root.into(), folder: root.into(), room, stop: CancellationToken::new() }
    }

    #[test]
    fn finds_recent_documents_and_leaves_the_others_alone() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let root = place.path().join(".hidden root");
        fs::create_dir_all(root.join("sub")).expect("a folder");
        fs::create_dir_all(root.join(".cache")).expect("a folder");
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for name in ["a.txt", "sub/b.txt", "known.txt", ".cache/page.html", "~$a.docx"] {
            write(&root.join(name), now);
        }
        write(&root.join("old.txt"), now - Duration::from_secs(100));

        let since = Timestamp::from_second(1_000_000 - 50).expect("a time");
        let mut caught =
            search(&root, 10).run(since, |path, version| version.size_bytes == 5 && !path.ends_with("known.txt"));
        caught.files.sort();
        assert_eq!(caught, Caught { files: vec![root.join("a.txt"), root.join("sub/b.txt")], more: false });
    }

    #[test]
    fn says_when_there_is_more_than_room() {
        let place = tempfile::tempdir().expect("a temporary folder");
        for name in ["a", "b", "c"] {
            write(&place.path().join(name), SystemTime::UNIX_EPOCH + Duration::from_secs(10));
        }
        let caught = search(place.path(), 2).run(Timestamp::UNIX_EPOCH, |_, _| true);
        assert_eq!((caught.files.len(), caught.more), (2, true));
        let caught = search(place.path(), 3).run(Timestamp::UNIX_EPOCH, |_, _| true);
        assert_eq!((caught.files.len(), caught.more), (3, false));
    }

    #[cfg(unix)]
    #[test]
    fn follows_no_link_not_even_the_first() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (root, outside) = (place.path().join("root"), place.path().join("outside"));
        fs::create_dir_all(&root).expect("a folder");
        fs::create_dir_all(&outside).expect("a folder");
        write(&outside.join("a"), SystemTime::UNIX_EPOCH + Duration::from_secs(10));
        std::os::unix::fs::symlink(&outside, root.join("link")).expect("a link");
        assert_eq!(search(&root, 9).run(Timestamp::UNIX_EPOCH, |_, _| true), Caught::default());
        let through = Search { folder: root.join("link"), ..search(&root, 9) };
        assert_eq!(through.run(Timestamp::UNIX_EPOCH, |_, _| true), Caught::default());
    }
}
