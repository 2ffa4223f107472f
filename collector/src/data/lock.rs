//! One collector to a folder: a second would read marks that the first moves on.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use caretaker_shared::private_file;

use super::DataFolder;

/// Held as long as a collector works in the folder; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held by the open file")] File);

/// Why the folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another collector works in it.
    #[error("another collector works in {}\n  stop it first, or name another folder; nothing was changed", .0.display())]
    Held(PathBuf),
    /// The lock file cannot be opened.
    #[error("{} cannot be locked", .path.display())]
    Unusable {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Lock {
    /// Takes the folder, or says at once that it is taken.
    ///
    /// # Errors
    /// [`LockError::Held`] when another process has it.
    pub fn take(folder: &DataFolder) -> Result<Self, LockError> {
        let path = folder.lock();
        match private_file::lock(&path) {
            Ok(Some(file)) => Ok(Self(file)),
            Ok(None) => Err(LockError::Held(folder.path().to_owned())),
            Err(source) => Err(LockError::Unusable { path, source }),
        }
    }
}
