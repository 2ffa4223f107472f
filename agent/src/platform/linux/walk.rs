//! Walks a folder with what memory one open folder a level takes, however many files lie in it.
//!
//! Each folder is opened by its name in the one above, never by its whole path: a link that is put in the place of a folder
//! meanwhile leads nowhere, and a path of any depth fits.

use std::ffi::{CStr, OsStr};
use std::io;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, Stat, fstat, openat, statat};
use rustix::io::Errno;

use crate::host::{FileStatus, Found, Kind};
use crate::platform::unix::moment;

/// Folders in folders: each holds one file descriptor open.
const DEEPEST: usize = 200;
const ENTRIES_BYTES: usize = 16 * 1024;

/// Visits all regular files under the folder at `real`, whose path on the machine is `own`.
pub(super) fn walk(
    real: &Path,
    own: &Path,
    enter: &mut dyn FnMut(&Path) -> bool,
    visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
) {
    let mut walk = Walk { place: own.to_path_buf(), device: None, depth: 0, enter, visit };
    // The visitor knows that it broke off.
    let _ = walk.folder(CWD, real);
}

struct Walk<'a> {
    place: PathBuf,
    device: Option<u64>,
    depth: usize,
    enter: &'a mut dyn FnMut(&Path) -> bool,
    visit: &'a mut dyn FnMut(Found) -> ControlFlow<()>,
}

impl Walk<'_> {
    /// A folder by its name in one that is open.
    fn folder(&mut self, above: BorrowedFd<'_>, name: impl rustix::path::Arg) -> ControlFlow<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = openat(above, name, flags, Mode::empty()).and_then(|folder| Ok((fstat(&folder)?, folder)));
        let (status, folder) = match opened {
            Ok(opened) => opened,
            // It has vanished, or something else has taken its place.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return ControlFlow::Continue(()),
            Err(_) => return self.unreadable(),
        };
        if *self.device.get_or_insert(status.st_dev) != status.st_dev {
            return ControlFlow::Continue(());
        }
        if self.depth == DEEPEST {
            return self.unreadable();
        }
        self.depth += 1;
        let done = self.entries(folder.as_fd());
        self.depth -= 1;
        done
    }

    fn entries(&mut self, folder: BorrowedFd<'_>) -> ControlFlow<()> {
        // Not on the stack: a thread's is small, and folders may lie deep in each other.
        let mut space = Vec::<u8>::with_capacity(ENTRIES_BYTES);
        let mut entries = RawDir::new(folder, space.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let Ok(entry) = entry else { return self.unreadable() };
            let (name, kind) = (entry.file_name(), entry.file_type());
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            self.place.push(OsStr::from_bytes(name.to_bytes()));
            let done = self.entry(folder, name, kind);
            self.place.pop();
            done?;
        }
        ControlFlow::Continue(())
    }

    fn entry(&mut self, folder: BorrowedFd<'_>, name: &CStr, kind: FileType) -> ControlFlow<()> {
        if !matches!(kind, FileType::RegularFile | FileType::Directory | FileType::Unknown) {
            return ControlFlow::Continue(());
        }
        // Of a folder too: where another file system is mounted, opening it might wake a server that sleeps.
        let status = match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT) {
            Ok(status) => status,
            Err(Errno::NOENT) => return ControlFlow::Continue(()),
            Err(_) => return self.unreadable(),
        };
        if self.device != Some(status.st_dev) {
            return ControlFlow::Continue(());
        }
        let kind = FileType::from_raw_mode(status.st_mode);
        if kind == FileType::Directory {
            return if (self.enter)(&self.place) { self.folder(folder, name) } else { ControlFlow::Continue(()) };
        }
        if kind == FileType::RegularFile { self.file(&status) } else { ControlFlow::Continue(()) }
    }

    fn file(&mut self, status: &Stat) -> ControlFlow<()> {
        match of_stat(status).map(|status| Found::File(self.place.clone(), status)) {
            Ok(found) => (self.visit)(found),
            Err(_) => self.unreadable(),
        }
    }

    fn unreadable(&mut self) -> ControlFlow<()> {
        (self.visit)(Found::Unreadable(self.place.clone()))
    }
}

/// What a regular file is, as the system call gives it.
fn of_stat(stat: &Stat) -> io::Result<FileStatus> {
    Ok(FileStatus {
        kind: Kind::File,
        device: stat.st_dev,
        inode: stat.st_ino,
        size_bytes: u64::try_from(stat.st_size).unwrap_or_default(),
        modified_at: moment(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or_default())?,
        changed_ns: i128::from(stat.st_ctime) * 1_000_000_000 + i128::from(stat.st_ctime_nsec),
        uid: stat.st_uid,
        runnable: stat.st_mode & 0o111 != 0,
        elsewhere: false,
    })
}
