//! The folders of the policy, and what has become of each: watched, not there yet, or looked through now and then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_shared::order;

use super::beneath;
use super::folders::{FolderWatch, NotWatched};

/// How a folder is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It was not there when it was last looked for.
    Absent,
    /// By notices.
    Watched,
    /// It was watched, and something happened to the folder itself.
    Shaken,
    /// By looking, because the system refuses to watch it or some folder in it.
    Searched,
}

/// The folders that are followed.
pub(super) struct Following<W> {
    watch: Arc<Mutex<W>>,
    ways: BTreeMap<PathBuf, Way>,
}

impl<W: FolderWatch> Following<W> {
    pub(super) fn new(watch: W) -> Self {
        Self { watch: Arc::new(Mutex::new(watch)), ways: BTreeMap::new() }
    }

    /// Follows these folders from the next look on, and the others no more.
    pub(super) fn set(&mut self, folders: &[PathBuf]) {
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        self.ways.retain(|folder, _| {
            let kept = folders.contains(folder);
            if !kept {
                watch.stop(folder);
            }
            kept
        });
        for folder in folders {
            self.ways.entry(folder.clone()).or_insert(Way::Absent);
        }
    }

    /// Looks for each folder. Returns those to be searched: new ones, and those that cannot be watched.
    pub(super) async fn look(&mut self) -> Vec<PathBuf> {
        let (watch, ways) = (self.watch.clone(), std::mem::take(&mut self.ways));
        let before = ways.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            let look = |(folder, way): (PathBuf, Way)| {
                let now = after_look(&mut *watch, &folder, way);
                (folder, now)
            };
            order::map(ways.into_iter().map(look))
        });
        self.ways = looked.await.unwrap_or_else(|_| before.clone());
        let is_new = |folder: &PathBuf| before.get(folder) != Some(&Way::Watched);
        let due = self.ways.iter().filter(|(folder, way)| match way {
            Way::Absent | Way::Shaken => false,
            Way::Watched => is_new(folder),
            Way::Searched => true,
        });
        due.map(|(folder, _)| folder.clone()).collect()
    }

    /// Something happened to this path: a folder that is it, or is in it, must be looked for anew.
    pub(super) fn shake(&mut self, gone: &Path) {
        for (folder, way) in &mut self.ways {
            if *way == Way::Watched && folder.starts_with(gone) {
                *way = Way::Shaken;
            }
        }
    }

    /// Notices were lost: every folder must be looked for anew.
    pub(super) fn shake_all(&mut self) {
        for way in self.ways.values_mut().filter(|way| **way == Way::Watched) {
            *way = Way::Shaken;
        }
    }

    /// The system watches no further folder: those that are watched are searched from now on too.
    pub(super) fn search_too(&mut self) {
        let watched = self.ways.values_mut().filter(|way| matches!(way, Way::Watched | Way::Shaken));
        let degraded = watched.map(|way| *way = Way::Searched).count();
        if degraded > 0 {
            tracing::warn!("a new folder cannot be watched: all are searched every minute; allow more watches");
        }
    }

    /// The folder that a path is in, and its path within; the innermost where folders are in each other.
    pub(super) fn place(&self, path: &Path) -> Option<(PathBuf, PathBuf)> {
        let folder = path.ancestors().find(|ancestor| self.ways.contains_key(*ancestor))?;
        let inside = path.strip_prefix(folder).ok()?;
        Some((folder.to_path_buf(), inside.to_path_buf()))
    }

    /// All folders that are there.
    pub(super) fn present(&self) -> Vec<PathBuf> {
        self.ways.iter().filter(|(_, way)| **way != Way::Absent).map(|(folder, _)| folder.clone()).collect()
    }
}

fn after_look(watch: &mut impl FolderWatch, folder: &Path, way: Way) -> Way {
    let is_there = beneath::is_folder(folder);
    match way {
        Way::Watched | Way::Searched if is_there => return way,
        // A folder that is searched may be watched in part.
        Way::Watched | Way::Shaken | Way::Searched => watch.stop(folder),
        Way::Absent => {}
    }
    if !is_there {
        return Way::Absent;
    }
    match watch.start(folder) {
        Ok(()) => Way::Watched,
        Err(NotWatched::Absent) => Way::Absent,
        Err(NotWatched::Refused) => {
            // No path: it may hold a person's name.
            tracing::warn!(
                "a folder cannot be watched and is searched every minute: allow more watches to this system"
            );
            Way::Searched
        }
    }
}
