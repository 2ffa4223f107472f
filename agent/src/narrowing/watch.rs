//! The operating system's watch, through `notify`.

use std::path::Path;
use std::time::Duration;

use notify::{Config, Error, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _, WatcherKind};

use super::marks::Sightings;

/// How long a living watch may take to tell that its folder was opened.
const TELLS_WITHIN: Duration = Duration::from_secs(5);

/// Why a folder is not watched.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotWatched {
    /// It is not there.
    Absent,
    /// The system refuses: too many folders, or no right to look into it.
    Refused,
}

/// A watch over folders. The operating system has one; a test has another.
pub(super) trait Watch: Send {
    /// Whether a folder is watched with all that is in it, or without its folders.
    fn watches_trees(&self) -> bool;

    /// Watches a folder.
    fn start(&mut self, folder: &Path) -> Result<(), NotWatched>;

    /// Watches a tree from now on, as if it had not been watched before.
    fn again(&mut self, folder: &Path) -> Result<(), NotWatched>;

    /// Whether the watch over a folder still tells that it is opened; notices come in order. True where the system tells no
    /// such thing.
    fn is_alive(&self, folder: &Path) -> bool;
}

/// The operating system's.
pub(super) struct SystemWatch {
    watcher: RecommendedWatcher,
    seen: Sightings,
}

impl SystemWatch {
    /// `None` where there is none to have.
    pub(super) fn begin(seen: Sightings) -> Option<Self> {
        let noting = seen.clone();
        let handler = move |notice: notify::Result<notify::Event>| noting.note(&notice);
        let watcher = RecommendedWatcher::new(handler, Config::default().with_follow_symlinks(false)).ok()?;
        Some(Self { watcher, seen })
    }
}

impl Watch for SystemWatch {
    fn watches_trees(&self) -> bool {
        RecommendedWatcher::kind() != WatcherKind::Inotify
    }

    fn start(&mut self, folder: &Path) -> Result<(), NotWatched> {
        let mode = if self.watches_trees() { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        self.watcher.watch(folder, mode).map_err(|error| why(&error))
    }

    fn again(&mut self, folder: &Path) -> Result<(), NotWatched> {
        // An error says that it was not watched, which is what is wanted.
        let _ = self.watcher.unwatch(folder);
        self.start(folder)
    }

    fn is_alive(&self, folder: &Path) -> bool {
        self.watches_trees() || self.seen.tell_of(folder, TELLS_WITHIN)
    }
}

fn why(error: &Error) -> NotWatched {
    match &error.kind {
        ErrorKind::PathNotFound => NotWatched::Absent,
        ErrorKind::Io(cause) if cause.kind() == std::io::ErrorKind::NotFound => NotWatched::Absent,
        ErrorKind::Io(_)
        | ErrorKind::Generic(_)
        | ErrorKind::WatchNotFound
        | ErrorKind::InvalidConfig(_)
        | ErrorKind::MaxFilesWatch => NotWatched::Refused,
    }
}
