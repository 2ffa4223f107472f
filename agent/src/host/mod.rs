//! Everything that a probe may ask of the operating system.
//!
//! All of it reads; nothing here writes a file or opens a network connection, and the only programs that run are the
//! ones that [`program`] lists. Texts and files come from accounts that may be hostile: an answer is bounded, never
//! blocks on a pipe, and says when it could not be had.

pub mod block;
pub mod hive;
pub mod product;
pub mod profiles;
pub mod program;
pub mod property_list;
mod raw_value;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
pub(crate) mod sample_hive;
pub mod windows;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caretaker_shared::model::HostFacts;
use jiff::Timestamp;

use self::program::{Program, Written};
use self::windows::Windows;
use crate::platform;

/// One account that people log in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number; on Windows the last part of its security identifier.
    pub uid: u32,
    /// Its security identifier; empty on other systems.
    pub sid: String,
    /// Its home folder.
    pub home: PathBuf,
    /// Whether it has a session now.
    pub logged_in: bool,
}

/// Which questions make sense on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux, with its files where the usual distributions keep them.
    Linux,
    /// Windows 10 and later, and its servers.
    Windows,
    /// macOS.
    MacOs,
    /// A system that this version builds on but does not know how to ask.
    Other,
}

/// One running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// As the system calls it; Linux keeps the first 15 bytes.
    pub name: String,
    /// Number of the account that it runs as.
    pub uid: u32,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, not followed.
    Link,
    /// A pipe, a socket, a device.
    Special,
}

/// What the file system knows about a path without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStatus {
    /// What it leads to.
    pub kind: Kind,
    /// The file system that it lies on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Its size.
    pub size_bytes: u64,
    /// Last change of its content; its owner may set this to anything.
    pub modified_at: Timestamp,
    /// Last change of its content, name or rights in nanoseconds; only the system sets this.
    pub changed_ns: i128,
    /// Number of the account that owns it.
    pub uid: u32,
    /// Whether anyone may run it.
    pub runnable: bool,
    /// Its content lies elsewhere, as that of a OneDrive placeholder does: reading would fetch it.
    pub elsewhere: bool,
}

/// What the machine runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power {
    /// Whether it draws on its battery.
    pub on_battery: bool,
    /// How full the battery is; of several, the fullest. `None` when there is none or it does not tell.
    pub percent: Option<u8>,
}

/// An open regular file.
pub struct OpenFile {
    /// Of the very file that `content` reads.
    pub status: FileStatus,
    /// Its bytes.
    pub content: Box<dyn Content>,
}

/// Bytes that can be read from any place.
pub trait Content: Read + Seek {}

impl<T: Read + Seek> Content for T {}

/// One step of a walk.
#[derive(Debug)]
pub enum Found {
    /// A regular file.
    File(PathBuf, FileStatus),
    /// A folder or file that could not be looked at.
    Unreadable(PathBuf),
}

/// The operating system, as far as a probe may see it. What is not offered here, no probe can do.
///
/// Every function fails with [`io::ErrorKind::Unsupported`] where the system has no way to tell.
pub trait Host: Send + Sync + 'static {
    /// Which questions make sense here.
    fn system(&self) -> System;

    /// The machine and its operating system.
    ///
    /// # Errors
    /// When the system does not even tell its name or when it was started.
    fn facts(&self) -> io::Result<HostFacts>;

    /// Accounts of people, in the order of their numbers.
    ///
    /// # Errors
    /// When the list of accounts cannot be read.
    fn accounts(&self) -> io::Result<Vec<Account>>;

    /// Names of all accounts by number, people's or not.
    ///
    /// # Errors
    /// When the list of accounts cannot be read.
    fn account_names(&self) -> io::Result<BTreeMap<u32, String>>;

    /// All running programs.
    ///
    /// # Errors
    /// When they cannot be listed, or when some are hidden from this program.
    fn processes(&self) -> io::Result<Vec<Process>>;

    /// A whole regular file. Links are followed.
    ///
    /// # Errors
    /// When it cannot be read, is no regular file, or is larger than `limit` bytes.
    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// Opens a regular file. A link in the place of its name is not followed.
    ///
    /// # Errors
    /// When it cannot be opened, is no regular file, or its content lies elsewhere.
    fn open(&self, file: &Path) -> io::Result<OpenFile>;

    /// Names in a folder, sorted. Names that are not UTF-8 are left out: nothing that is asked for has one.
    ///
    /// # Errors
    /// When it cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// What a path leads to; a link itself is described, not what it points at.
    ///
    /// # Errors
    /// When it cannot be looked at.
    fn status(&self, path: &Path) -> io::Result<FileStatus>;

    /// Name of the account that owns a path, as far as it has one; else its number or security identifier.
    ///
    /// # Errors
    /// When the list of accounts or the path's owner cannot be read.
    fn owner(&self, path: &Path, status: &FileStatus) -> io::Result<String> {
        let _ = path;
        Ok(self.account_names()?.remove(&status.uid).unwrap_or_else(|| status.uid.to_string()))
    }

    /// The path without links.
    ///
    /// # Errors
    /// When it leads nowhere.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// Visits all regular files under a folder, in the order in which the system gives them, until the visitor breaks off.
    /// Follows no link and stays on the folder's file system. What vanishes meanwhile is passed over. Holds no folder's
    /// names, however many there are.
    fn walk(&self, folder: &Path, visit: &mut dyn FnMut(Found) -> ControlFlow<()>) {
        self.walk_some(folder, &mut |_| true, visit);
    }

    /// As [`Host::walk`], without the folders below the first one that `enter` does not want, and all that is in them.
    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    );

    /// What the machine runs on.
    ///
    /// # Errors
    /// When the system does not tell.
    fn power(&self) -> io::Result<Power> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Runs one of the listed programs with nothing in its environment but `LC_ALL=C`, for at most ten seconds, and only
    /// when it belongs to the administrator and nobody else may change it.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when it is not installed, [`io::ErrorKind::PermissionDenied`] when others may change
    /// it, [`io::ErrorKind::TimedOut`], [`io::ErrorKind::FileTooLarge`] when it writes more than 1 MiB.
    fn run(&self, program: &Program) -> io::Result<Written> {
        let _ = program;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What only Windows can be asked.
    ///
    /// # Errors
    /// On every other system.
    fn windows(&self) -> io::Result<&dyn Windows> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Which questions make sense on a machine. The shipped program asks its own system only, so that what belongs to the
/// others is left out of it; a development build can be asked about a machine of any system that a test makes up.
#[must_use]
pub fn system_of(host: &dyn Host) -> System {
    let system = host.system();
    if cfg!(debug_assertions) || system == platform::SYSTEM { system } else { System::Other }
}

/// Says in plain words why a path could not be read: "/var/lib/dpkg/status: permission denied".
#[must_use]
pub fn why(path: &Path, error: &io::Error) -> String {
    match error.get_ref() {
        Some(own) => format!("{}: {own}", path.display()),
        None => format!("{}: {}", path.display(), error.kind()),
    }
}

/// Tells "it is not there" from "it could not be read".
///
/// # Errors
/// All but those that say that there is no such path.
pub fn if_there<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Ok(there) => Ok(Some(there)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
