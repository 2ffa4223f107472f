//! Visits all regular files under a folder, by what the folders say about them.
//!
//! Links and mount points are not followed, so a walk stays on its volume. Folders whose content lies elsewhere are
//! passed over: nothing in them is on this machine.

use std::ffi::OsString;
use std::io;
use std::ops::ControlFlow;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::vec;

use super::files::{self, Links};
use super::folder::Folder;
use crate::host::{Found, Kind};
use crate::platform::raw::about::About;
use crate::platform::raw::folder_entries::Entry;

type Visitor<'a> = &'a mut dyn FnMut(Found) -> ControlFlow<()>;

/// A folder that is being walked.
struct Level {
    path: PathBuf,
    volume: u64,
    rest: vec::IntoIter<Entry>,
}

/// Visits all regular files under a folder.
pub(super) fn walk(folder: &Path, want: &mut dyn FnMut(&Path) -> bool, visit: Visitor<'_>) {
    let mut levels: Vec<Level> = Vec::new();
    let first = files::status(folder).and_then(|status| match status.kind {
        Kind::File => Ok(Some(Found::File(folder.to_path_buf(), status))),
        Kind::Folder => enter(folder.to_path_buf(), None).map(|level| {
            levels.push(level);
            None
        }),
        Kind::Link | Kind::Special => Ok(None),
    });
    let first = first.unwrap_or_else(|error| unreadable(folder.to_path_buf(), &error));
    if first.is_some_and(|found| visit(found).is_break()) {
        return;
    }
    while let Some(level) = levels.last_mut() {
        let Some(entry) = level.rest.next() else {
            levels.pop();
            continue;
        };
        let path = level.path.join(OsString::from_wide(&entry.name));
        let volume = level.volume;
        let found = match step(path, &entry.about, volume, want) {
            Step::Visit(found) => found,
            Step::Enter(level) => {
                levels.push(level);
                continue;
            }
            Step::Pass => continue,
        };
        if visit(found).is_break() {
            return;
        }
    }
}

enum Step {
    Visit(Found),
    Enter(Level),
    Pass,
}

fn step(path: PathBuf, about: &About, volume: u64, want: &mut dyn FnMut(&Path) -> bool) -> Step {
    let Ok(status) = about.status(&path, volume) else { return Step::Visit(Found::Unreadable(path)) };
    match status.kind {
        Kind::File => Step::Visit(Found::File(path, status)),
        Kind::Folder if status.elsewhere || !want(&path) => Step::Pass,
        Kind::Folder => match enter(path.clone(), Some((volume, about.id))) {
            Ok(level) => Step::Enter(level),
            Err(error) => unreadable(path, &error).map_or(Step::Pass, Step::Visit),
        },
        Kind::Link | Kind::Special => Step::Pass,
    }
}

/// Opens a folder; one that was listed must be the one that was listed: anything may have been put in its place.
fn enter(path: PathBuf, listed: Option<(u64, u64)>) -> io::Result<Level> {
    let folder = Folder::open(&path, Links::Stay)?;
    if listed.is_some_and(|listed| listed != (folder.volume, folder.about.id)) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it was replaced while it was opened"));
    }
    let mut entries = folder.entries()?;
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(Level { path, volume: folder.volume, rest: entries.into_iter() })
}

/// What vanished since it was listed is no loss.
fn unreadable(path: PathBuf, error: &io::Error) -> Option<Found> {
    (error.kind() != io::ErrorKind::NotFound).then_some(Found::Unreadable(path))
}
