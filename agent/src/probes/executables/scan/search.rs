//! Which folders a search walks, and which ones stand as they were.
//!
//! Three things save a walk: a home of somebody who is not logged in and that looks as it did ([`Homes`]), a folder that
//! was watched and in which nothing happened, and, within one where something did, every folder that is not on the way to
//! it. What was found in those before is taken over. Watches tell of changed files only: when packages, accounts or mounts
//! have changed, or a day has passed, everything is walked all the same.

use std::ops::{Bound, ControlFlow};
use std::path::{Path, PathBuf};

use caretaker_shared::clock::{Clock as _, SystemClock};
use caretaker_shared::model::Executables;
use caretaker_shared::wire::limits;

use super::Scan;
use crate::host::{Found, block};
use crate::probes::WatchedFolder;
use crate::probes::executables::folders::{self, Place};
use crate::probes::executables::homes::Homes;

impl Scan<'_> {
    /// Looks at every place, or takes over what was found there.
    pub(super) fn search(&mut self, places: &[Place]) {
        let settings = self.memory.cache.key.print(&(&self.settings.executable_folders, self.settings.media_names));
        let circumstances = self.circumstances(places);
        let now = self.settings.asked_at.unwrap_or_else(|| SystemClock.now()).as_second();
        let mut homes = Homes::new(self.memory, settings, now);
        let watched = self.settings.watched.as_deref().unwrap_or_default();
        let known = !watched.is_empty() || places.iter().any(|place| place.left_home.is_some());
        let before = self.memory.found().filter(|_| known);
        let counts = homes.fresh && self.memory.circumstances == circumstances;
        let narrows = counts && before.as_ref().is_some_and(|before| self.says_all(before));
        let mut narrowed = false;
        for place in places {
            let unchanged = place.left_home.as_deref().is_some_and(|home| homes.is_unchanged(self.host, home));
            let watched = watched.iter().find(|watched| narrows && !place.removable && watched.folder == place.folder);
            match (&before, watched) {
                (Some(before), _) if unchanged => self.carry(before, &place.folder),
                (Some(before), Some(watched)) => {
                    narrowed = true;
                    self.walk_what_changed(before, watched);
                }
                (Some(_) | None, _) => self.walk(place),
            }
            if self.stopped.is_some() {
                return;
            }
        }
        let full = !homes.passed_over && !narrowed;
        let (homes, moved) = homes.after();
        // What stood in the way once would have to be told again, and nothing is known of it where nobody looks.
        let clean = self.flaws().is_empty();
        let settled = if clean { settings } else { 0 };
        self.changed |= self.memory.settled != settled || self.memory.circumstances != circumstances || moved;
        if full && (!homes.is_empty() || self.settings.watched.is_some()) {
            self.memory.full_at = now;
            self.changed = true;
        }
        (self.memory.homes, self.memory.settled, self.memory.circumstances) = (homes, settled, circumstances);
        self.changed |= self.memory.cache.settle(full);
        if self.settings.memory.is_some() {
            let found = self.found();
            self.changed |= self.memory.keep_found(&found);
        }
    }

    /// Print of what an answer rests on besides the files: who owns what, the accounts' names, what is mounted in the places.
    fn circumstances(&self, places: &[Place]) -> u64 {
        let mounts = block::mounts(self.host).unwrap_or_default();
        let within = mounts.iter().filter(|mount| {
            places.iter().any(|place| folders::begins_with(&mount.point, &place.folder.to_string_lossy()))
        });
        let mounts: Vec<_> = within.map(|mount| (&mount.point, &mount.source, &mount.number)).collect();
        self.memory.cache.key.print(&(self.owned.state(), &self.names, mounts))
    }

    /// Whether a reading left out nothing that a later one might have to bring back.
    fn says_all(&self, before: &Executables) -> bool {
        let nameless = self.settings.media_names && before.media.iter().any(|folder| folder.names.is_empty());
        before.media.len() < limits::MEDIA_FOLDERS && !nameless
    }

    /// What was found in a folder before stands as it was.
    fn carry(&mut self, before: &Executables, folder: &Path) {
        let folder = folder.to_string_lossy();
        // They are sorted: those that begin alike lie together, and the folder's own are among them.
        let first = before.files.partition_point(|file| *file.path < *folder);
        let alike = before.files[first..].iter().take_while(|file| file.path.starts_with(&*folder));
        for file in alike.filter(|file| folders::begins_with(&file.path, &folder)) {
            if self.listing.has_room(&file.path) {
                self.listing.add(file.clone());
            }
        }
        let media = before.media.iter().filter(|media| folders::begins_with(&media.path, &folder));
        media.for_each(|media| self.media.carry(media.clone()));
    }

    fn walk(&mut self, place: &Place) {
        self.removable = place.removable;
        let host = self.host;
        host.walk(&place.folder, &mut |found| self.meet(found));
    }

    /// Goes only where something happened.
    fn walk_what_changed(&mut self, before: &Executables, watched: &WatchedFolder) {
        if !may_have_changed(watched, &watched.folder) {
            return self.carry(before, &watched.folder);
        }
        self.removable = false;
        let (host, mut passed) = (self.host, Vec::<PathBuf>::new());
        let mut enter = |folder: &Path| {
            let enters = may_have_changed(watched, folder);
            if !enters {
                passed.push(folder.to_path_buf());
            }
            enters
        };
        host.walk_some(&watched.folder, &mut enter, &mut |found| self.meet(found));
        for folder in passed {
            self.carry(before, &folder);
        }
    }

    fn meet(&mut self, found: Found) -> ControlFlow<()> {
        match found {
            Found::Unreadable(place) => self.unreadable.add(&place),
            Found::File(path, status) => {
                if self.file(&path, &status).is_err() && self.stopped.is_none() {
                    self.unreadable.add(&path);
                }
            }
        }
        self.go_on()
    }
}

/// Whether a folder may hold anything new: something happened in it, below it, or to a folder that it lies in. One whose
/// name is no text may always: what was found in it cannot be told from what was found in another.
fn may_have_changed(watched: &WatchedFolder, folder: &Path) -> bool {
    let from = (Bound::Included(folder), Bound::Unbounded);
    let below = || watched.changed.range::<Path, _>(from).next().is_some_and(|changed| changed.starts_with(folder));
    folder.to_str().is_none() || below() || folder.ancestors().any(|above| watched.changed.contains(above))
}
