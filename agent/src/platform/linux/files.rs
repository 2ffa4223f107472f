//! Files and folders: bounded, never blocking, no link followed by surprise.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::OFlags;
use walkdir::WalkDir;

use crate::host::{FileStatus, Found, Kind, OpenFile};

/// A whole regular file of at most `limit` bytes.
pub(super) fn read(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, status) = open_regular(file, OFlags::empty())?;
    let mut content = Vec::with_capacity(usize::try_from(status.size_bytes.min(limit)).unwrap_or_default());
    // One byte more than allowed tells "too large" from "just fits", also where the size is not known beforehand.
    file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(content)
}

/// A regular file, ready to be read.
pub(super) fn open(file: &Path) -> io::Result<OpenFile> {
    let (file, status) = open_regular(file, OFlags::NOFOLLOW)?;
    Ok(OpenFile { status, content: Box::new(file) })
}

fn open_regular(file: &Path, more: OFlags) -> io::Result<(File, FileStatus)> {
    // NONBLOCK: opening a pipe that someone left in a folder must not wait for its other end.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | more;
    let flags = i32::try_from(flags.bits()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(file)?;
    let status = status(&file.metadata()?)?;
    if status.kind != Kind::File {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok((file, status))
}

/// Names in a folder, sorted.
pub(super) fn list(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// The parts of a file's metadata that probes use.
pub(super) fn status(metadata: &Metadata) -> io::Result<FileStatus> {
    let kind = metadata.file_type();
    let kind = match () {
        () if kind.is_file() => Kind::File,
        () if kind.is_dir() => Kind::Folder,
        () if kind.is_symlink() => Kind::Link,
        () => Kind::Special,
    };
    let nanoseconds = i32::try_from(metadata.mtime_nsec()).unwrap_or_default();
    let modified_at = Timestamp::new(metadata.mtime(), nanoseconds)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "its time of change is out of range"))?;
    Ok(FileStatus {
        kind,
        device: metadata.dev(),
        inode: metadata.ino(),
        size_bytes: metadata.size(),
        modified_at,
        changed_ns: i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec()),
        uid: metadata.uid(),
        runnable: metadata.mode() & 0o111 != 0,
        elsewhere: false,
    })
}

/// Visits all regular files under a folder; `own` turns a place on disk into the machine's path.
pub(super) fn walk(folder: &Path, own: &dyn Fn(&Path) -> PathBuf, visit: &mut dyn FnMut(Found) -> ControlFlow<()>) {
    let entries = WalkDir::new(folder).follow_links(false).follow_root_links(false).same_file_system(true);
    for entry in entries.sort_by_file_name() {
        let found = match entry.map_err(unreadable) {
            Ok(entry) if entry.file_type().is_file() => {
                let status = entry.metadata().map_err(unreadable).map(|metadata| status(&metadata));
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
