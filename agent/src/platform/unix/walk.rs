//! Walks a folder: follows no link, and stays on the folder's file system.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::files;
use crate::host::Found;

/// Visits all regular files under a folder; `own` turns a place on disk into the machine's path.
pub(super) fn walk(
    folder: &Path,
    own: &dyn Fn(&Path) -> PathBuf,
    enter: &mut dyn FnMut(&Path) -> bool,
    visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) {
    let entries = WalkDir::new(folder).follow_links(false).follow_root_links(false).same_file_system(true);
    let wanted = |entry: &DirEntry| entry.depth() == 0 || !entry.file_type().is_dir() || enter(&own(entry.path()));
    for entry in entries.sort_by_file_name().into_iter().filter_entry(wanted) {
        let found = match entry.map_err(unreadable) {
            Ok(entry) if entry.file_type().is_file() => {
                let status = entry.metadata().map_err(unreadable).map(|metadata| files::status(&metadata));
                match status {
                    Ok(Ok(status)) => Found::File(own(entry.path()), status),
                    Err(None) => continue,
                    Ok(Err(_)) | Err(Some(_)) => Found::Unreadable(own(entry.path())),
                }
            }
            Ok(_) | Err(None) => continue,
            Err(Some(place)) => Found::Unreadable(own(&place)),
        };
        if visit(found).is_break() {
            return;
        }
    }
}

/// The place that an error is about; `None` when it has vanished since it was listed.
fn unreadable(error: walkdir::Error) -> Option<PathBuf> {
    if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return None;
    }
    error.path().map(Path::to_path_buf)
}
