//! Walks a folder: follows no link, and stays on the folder's file system.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::host::Found;
use crate::platform::unix::files;

/// Visits all regular files under a folder; `own` turns a place on disk into the machine's path.
pub(super) fn walk(folder: &Path, own: &dyn Fn(&Path) -> PathBuf, visit: &mut dyn FnMut(Found) -> ControlFlow<()>) {
    let entries = WalkDir::new(folder).follow_links(false).follow_root_links(false).same_file_system(true);
    for entry in entries {
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
