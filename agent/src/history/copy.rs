//! A copy of a browser's database in a folder that only the agent may enter; gone with the value, however that ends.
//!
//! A browser holds its own file locked or keeps half of it in a log beside it (`-wal`), or what it is about to change in a
//! journal (`-journal`): a copy of all of them is what a crash at that moment would have left, and SQLite makes it whole.
//! The index of the log (`-shm`) is not copied: it is made anew from the log, while an index of another moment would lie.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use caretaker_shared::digest::{Hasher, Sha256};
use caretaker_shared::private_file;

use super::Unread;
use crate::documents::beneath::{self, Found, Version};

/// Largest database that is read, with what lies beside it.
pub(super) const LIMIT_BYTES: u64 = 512 * 1024 * 1024;
/// The database, and what is copied with it.
const PARTS: [&str; 3] = ["", "-wal", "-journal"];
/// A copy that the browser wrote into is made anew this often.
const TRIES: usize = 3;
/// The part of a file that changes with each change of the database: SQLite's headers of databases and logs.
const HEADER_BYTES: u64 = 100;
const NAME: &str = "history";

/// Removes copies that a killed process left behind. Call it at the start, and when no reading goes on.
///
/// # Errors
/// When they are there and cannot be removed.
pub fn remove_stale(copies: &Path) -> io::Result<()> {
    match fs::remove_dir_all(copies) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What the files of a database look like from outside: it changes when they do.
pub(super) fn looks(home: &Path, database: &Path) -> Result<Sha256, Unread> {
    let mut hasher = Hasher::new();
    for part in parts(home, database)? {
        let Some((mut file, version)) = part else {
            hasher.update(&[0]);
            continue;
        };
        hasher.update(&[1]);
        hasher.update(&version.size_bytes.to_le_bytes());
        hasher.update(&version.modified_ns.to_le_bytes());
        let mut header = Vec::new();
        file.by_ref().take(HEADER_BYTES).read_to_end(&mut header).map_err(|error| Unread::opening(&error))?;
        hasher.update(&header);
    }
    Ok(hasher.finish())
}

/// A copy of a database.
pub(super) struct Copy {
    folder: PathBuf,
}

impl Copy {
    /// Copies a database, which lies in a home, into a folder that is made for it. No other copy may be there.
    pub(super) fn take(home: &Path, database: &Path, copies: &Path) -> Result<Self, Unread> {
        let failed = |_| Unread::NotCopied;
        for _ in 0..TRIES {
            remove_stale(copies).map_err(failed)?;
            private_file::create_folder(copies).map_err(failed)?;
            let copy = Self { folder: copies.to_path_buf() };
            private_file::check_folder(copies).map_err(failed)?;
            if copy.fill(home, database)? {
                return Ok(copy);
            }
        }
        Err(Unread::Changing)
    }

    /// Where the database is.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    /// Copies every part; false when one changed meanwhile.
    fn fill(&self, home: &Path, database: &Path) -> Result<bool, Unread> {
        let before = parts(home, database)?;
        let versions = before.each_ref().map(version_of);
        let size_bytes: u64 = versions.iter().flatten().map(|version| version.size_bytes).sum();
        if size_bytes > LIMIT_BYTES {
            return Err(Unread::TooLarge);
        }
        if versions[0].is_none() {
            return Err(Unread::Gone);
        }
        for (name, part) in PARTS.iter().zip(before) {
            if let Some((mut file, version)) = part {
                file.rewind().map_err(|error| Unread::opening(&error))?;
                let place = self.folder.join(format!("{NAME}{name}"));
                let mut copied =
                    File::options().write(true).create_new(true).open(place).map_err(|_| Unread::NotCopied)?;
                // A file that grows without end is copied as far as it went.
                io::copy(&mut file.take(version.size_bytes), &mut copied).map_err(|_| Unread::NotCopied)?;
            }
        }
        Ok(parts(home, database)?.each_ref().map(version_of) == versions)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be removed now is removed before the next copy, and at the next start.
        if let Err(error) = remove_stale(&self.folder) {
            tracing::warn!(reason = %error.kind(), "the copy of a history cannot be removed yet");
        }
    }
}

type Part = Option<(File, Version)>;

fn version_of(part: &Part) -> Option<Version> {
    part.as_ref().map(|(_, version)| *version)
}

/// The parts of a database, as far as they are there.
fn parts(home: &Path, database: &Path) -> Result<[Part; 3], Unread> {
    let mut parts = [const { None }; 3];
    for (name, part) in PARTS.iter().zip(&mut parts) {
        let mut file: OsString = database.into();
        file.push(name);
        *part = match beneath::open(home, Path::new(&file)).map_err(|error| Unread::opening(&error))? {
            Found::File(file, version) => Some((file, version)),
            Found::Nothing => None,
            Found::Folder | Found::Other => return Err(Unread::Gone),
        };
    }
    Ok(parts)
}
