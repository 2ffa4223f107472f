//! Files and folders: bounded, never blocking, no link followed by surprise.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use caretaker_shared::order;
use jiff::Timestamp;
use rustix::fs::OFlags;

use super::elsewhere;
use crate::host::{FileStatus, Kind, OpenFile};

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
    elsewhere::refuse(file)?;
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
    order::sort(&mut names);
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
    Ok(FileStatus {
        kind,
        device: metadata.dev(),
        inode: metadata.ino(),
        size_bytes: metadata.size(),
        modified_at: moment(metadata.mtime(), metadata.mtime_nsec())?,
        changed_ns: i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec()),
        uid: metadata.uid(),
        runnable: metadata.mode() & 0o111 != 0,
        elsewhere: elsewhere::is_so(metadata),
    })
}

pub(in crate::platform) fn moment(seconds: i64, nanoseconds: i64) -> io::Result<Timestamp> {
    Timestamp::new(seconds, i32::try_from(nanoseconds).unwrap_or_default())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "its time of change is out of range"))
}
