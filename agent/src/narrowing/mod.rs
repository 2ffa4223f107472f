//! Narrows the search for executables: watches its folders, and tells each search where in them something happened since
//! the last whole answer. The search walks there and takes the rest over ([`crate::probes::WatchedFolder`]).
//!
//! Right before fast. A folder counts only when its watch began before the last whole search did and has not been broken
//! since. Nothing counts after a start of the agent, lost notices, other folders in the policy, or an answer that was not
//! whole; a folder that was replaced, unmounted, or that the system refuses to watch, is walked. What happens during a
//! search counts for the next. At least once a day the watches are made anew and everything is walked: a file that is
//! written through memory, or by another name outside of the watched folders, gives no notice, and nor would a fault of
//! ours.
//!
//! Where the system watches single folders (Linux), each folder is watched by itself, so that this module and not
//! `notify` decides how many there are, meets every refusal, and crosses no mount point. A folder that appears is watched
//! before the next search begins, and walked by it. What happened is kept path by path. Where the system watches whole
//! trees (Windows, macOS), a folder is either as it was or not, because `notify` does not tell there that it lost notices:
//! only a tree of which there was no notice at all can have lost none. After the first one its watch is made anew.
//!
//! Documents have watches of their own, although folders may be in both: a flood of notices here must not cost a document
//! its turn, and what a notice means differs.

mod marks;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::order;
use caretaker_shared::private_file;
use walkdir::WalkDir;

use self::marks::Sightings;
use self::watch::{NotWatched, SystemWatch, Watch};
use crate::host::Host;
use crate::probes::executables::{EVERYTHING_EVERY, watchable};
use crate::probes::{ProbeSettings, WatchedFolder};

/// Folders that are watched at the most. Two maps of `notify` hold the path of each, and old kernels grant 8,192 watches to
/// a user: half of them stay for documents.
const MOST_FOLDERS: usize = 4_096;
/// The folder, among what the search remembers, that is opened to hear of it.
const BELL: &str = "watched";
/// What a whole tree counts, where the system watches trees: 16 KiB and a handle.
const TREE_COSTS: usize = 128;

type Begin = Box<dyn FnMut(Sightings) -> Option<Box<dyn Watch>> + Send>;

/// The watches over the folders of the search.
pub struct Narrowing {
    begin: Begin,
    watching: Option<Watching>,
    /// The system had no more watches to give: until then it is left alone.
    pause: Option<Duration>,
}

struct Watching {
    watch: Box<dyn Watch>,
    seen: Sightings,
    /// A folder of our own, watched too, that nobody else opens: when its opening is told, so is all that happened before.
    bell: PathBuf,
    since: Duration,
    /// As the policy names them.
    wanted: Vec<String>,
    roots: BTreeMap<PathBuf, Root>,
    /// Folders that may be watched still.
    left: usize,
    /// Watches are spent on folders that are no longer searched.
    left_behind: bool,
    /// There was no room for a folder.
    crowded: bool,
    /// The system refused one. It may soon refuse those of documents, so that all are given back.
    refused: bool,
}

/// One folder of the search.
#[derive(Debug, PartialEq, Eq)]
struct Root {
    /// File system and number: another folder may take its place.
    identity: (u64, u64),
    way: Way,
    /// It was watched when the last whole search began, and none has begun since.
    whole: bool,
}

/// What has become of a folder of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    New,
    Watched,
    /// It cannot be watched as a whole, and is walked until the watches are made anew.
    Walked,
}

impl Way {
    fn of(watched: bool) -> Self {
        if watched { Self::Watched } else { Self::Walked }
    }
}

impl Narrowing {
    /// With the watches of the system. Nothing is watched before the first question.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Box::new(|seen| SystemWatch::begin(seen).map(|watch| Box::new(watch) as Box<dyn Watch>)))
    }

    fn with(begin: Begin) -> Self {
        Self { begin, watching: None, pause: None }
    }

    /// The folders that were watched since the last whole answer; to be called before a search begins. `now` is a steady
    /// clock's time. Blocks for as long as it takes to watch new folders.
    pub fn question(&mut self, host: &dyn Host, settings: &ProbeSettings, now: Duration) -> Vec<WatchedFolder> {
        if self.pause.is_some_and(|until| now < until) {
            return Vec::new();
        }
        // Without a memory there is nothing to take over.
        let Some(memory) = &settings.memory else { return Vec::new() };
        let wanted = &settings.executable_folders;
        let roots = watchable(host, wanted).into_iter().filter_map(|root| Some((root.clone(), identity(host, &root)?)));
        let roots = order::map(roots);
        let kept = self.watching.take().filter(|watching| watching.holds(&roots, wanted, now));
        let kept = kept.and_then(|watching| watching.heard(&roots));
        let Some(mut watching) = kept.or_else(|| self.begin_anew(wanted, &memory.join(BELL), now)) else {
            return Vec::new();
        };
        let folders = watching.question(host, roots);
        self.pause = watching.refused.then(|| now + EVERYTHING_EVERY);
        if watching.refused {
            tracing::info!("the system watches no more folders: those of executables are walked at every search");
            return Vec::new();
        }
        self.watching = Some(watching);
        folders
    }

    /// The search whose question was asked last was answered, and the answer is whole.
    pub fn answered_whole(&mut self) {
        let roots = self.watching.iter_mut().flat_map(|watching| watching.roots.values_mut());
        roots.for_each(|root| root.whole = root.way == Way::Watched);
    }

    fn begin_anew(&mut self, wanted: &[String], bell: &Path, now: Duration) -> Option<Watching> {
        let seen = Sightings::default();
        let mut watch = (self.begin)(seen.clone())?;
        if !watch.watches_trees() {
            private_file::create_folder(bell).ok()?;
            watch.start(bell).ok()?;
        }
        Some(Watching {
            watch,
            seen,
            bell: bell.to_path_buf(),
            since: now,
            wanted: wanted.to_vec(),
            roots: BTreeMap::new(),
            left: MOST_FOLDERS,
            left_behind: false,
            crowded: false,
            refused: false,
        })
    }
}

impl Default for Narrowing {
    fn default() -> Self {
        Self::new()
    }
}

impl Watching {
    /// Whether these watches can go on.
    fn holds(&self, roots: &BTreeMap<PathBuf, (u64, u64)>, wanted: &[String], now: Duration) -> bool {
        let replaced = |root: &Path, identity| self.roots.get(root).is_some_and(|known| known.identity != identity);
        self.wanted == wanted
            && now.saturating_sub(self.since) < EVERYTHING_EVERY
            && !(self.crowded && self.left_behind)
            && !roots.iter().any(|(root, identity)| replaced(root, *identity))
    }

    /// Has every notice until now arrive; `None` when some are lost, or a watch has ended without a word.
    fn heard(self, roots: &BTreeMap<PathBuf, (u64, u64)>) -> Option<Self> {
        let mut watched =
            self.roots.iter().filter(|(folder, root)| root.way == Way::Watched && roots.contains_key(*folder));
        let alive = self.watch.is_alive(&self.bell) && watched.all(|(folder, _)| self.watch.is_alive(folder));
        (alive && !self.seen.are_lost()).then_some(self)
    }

    fn question(&mut self, host: &dyn Host, roots: BTreeMap<PathBuf, (u64, u64)>) -> Vec<WatchedFolder> {
        let before = self.roots.len();
        self.roots.retain(|root, _| roots.contains_key(root));
        self.left_behind |= self.roots.len() < before;
        let changed = self.seen.take();
        let mut begun = Vec::new();
        let mut folders = Vec::new();
        for (folder, identity) in roots {
            let within = marks::within(&changed, &folder);
            let mut root = self.roots.remove(&folder).unwrap_or(Root { identity, way: Way::New, whole: false });
            root.way = match root.way {
                Way::New => {
                    begun.push(folder.clone());
                    self.begin(host, &folder, identity.0)
                }
                Way::Watched if within.is_empty() => Way::Watched,
                Way::Watched if self.watch.watches_trees() => {
                    root.whole = false;
                    Way::of(self.watch.again(&folder).is_ok())
                }
                Way::Watched => {
                    begun.extend(within.iter().cloned());
                    Way::of(within.iter().all(|path| self.arm(host, path, &folder, identity.0)))
                }
                Way::Walked => Way::Walked,
            };
            // Until this search has turned out to be whole, the one before it counts for this one only.
            if std::mem::take(&mut root.whole) && root.way == Way::Watched {
                folders.push(WatchedFolder { folder: folder.clone(), changed: within });
            }
            self.roots.insert(folder, root);
        }
        self.doubt(&begun);
        folders
    }

    /// A folder that was being moved while it began to be watched may have lost its watch to the move: such are taken for
    /// changed once more.
    fn doubt(&mut self, begun: &[PathBuf]) {
        if begun.is_empty() || self.watch.watches_trees() {
            return;
        }
        if !self.watch.is_alive(&self.bell) || self.seen.moved() {
            begun.iter().for_each(|folder| self.seen.mark(folder));
        }
    }

    /// Begins to watch a folder of the search, if there is room for all that is in it.
    fn begin(&mut self, host: &dyn Host, root: &Path, device: u64) -> Way {
        if self.watch.watches_trees() {
            return Way::of(self.spend(TREE_COSTS) && self.start(root));
        }
        let folders = folders(root).filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_type().is_dir()));
        let fits = folders.take(self.left + 1).count() <= self.left;
        self.crowded |= !fits;
        Way::of(fits && self.arm(host, root, root, device))
    }

    /// Watches what is at this path and all folders in it. Whether everything that is there is watched now.
    fn arm(&mut self, host: &dyn Host, path: &Path, root: &Path, device: u64) -> bool {
        // Nothing any more, or something that is mounted: the search looks no further there either.
        if !host.status(path).is_ok_and(|status| status.device == device) {
            return path != root;
        }
        // A folder's names are read after it has been handed out here and watched: what appears later is told.
        folders(path).all(|entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => self.spend(1) && self.start(entry.path()),
            Ok(_) => true,
            Err(error) => error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound),
        })
    }

    /// What has vanished needs no watch: the folder that it was in tells if it comes back.
    fn start(&mut self, folder: &Path) -> bool {
        let started = self.watch.start(folder);
        self.refused |= started == Err(NotWatched::Refused);
        started != Err(NotWatched::Refused)
    }

    fn spend(&mut self, folders: usize) -> bool {
        let left = self.left.checked_sub(folders);
        self.crowded |= left.is_none();
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// Everything in a folder that the search would meet; its files too.
fn folders(path: &Path) -> walkdir::IntoIter {
    WalkDir::new(path).follow_links(false).follow_root_links(false).same_file_system(true).into_iter()
}

fn identity(host: &dyn Host, folder: &Path) -> Option<(u64, u64)> {
    host.status(folder).ok().map(|status| (status.device, status.inode))
}
