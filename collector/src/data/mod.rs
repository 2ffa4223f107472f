//! The folder in which a collector keeps everything: what stands where, and who may use it.

mod audit_key;
mod catalogue;
mod identity;
mod lexicons;
mod lock;
mod setup;

use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::private_file;

pub use audit_key::audit_key;
pub use catalogue::OwnRules;
pub(crate) use identity::read_secret;
pub use identity::{ServerIdentity, load_authority};
pub use lexicons::{Installed, is_name};
pub use lock::{Lock, LockError};
pub use setup::{Setup, Step, StepOutcome, set_up};

/// The data folder of one collector. Only its owner may enter it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Nothing is there, or no collector was set up in it.
    #[error("{} holds no collector\n  set one up:  caretaker-collector init --data {} --name \"Your School\"", .0.display(), .0.display())]
    NotSetUp(PathBuf),
    /// Something is there that is no folder.
    #[error("{} is not a folder\n  name the folder of the collector", .0.display())]
    NotAFolder(PathBuf),
    /// Another program's files are there.
    #[error("{} holds files of something else ({found})\n  name a folder that is empty or does not exist", .path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        found: String,
    },
    /// The folder cannot be looked at, or others may write into it.
    #[error("{} cannot be used{}", .path.display(), whose(.path))]
    Unusable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DataFolder {
    /// The folder at this path, whether or not anything is there.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        // What is shown to people, and written into settings, must not depend on where they stand.
        Self(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    /// A folder in which a collector was set up.
    ///
    /// # Errors
    /// When it is none, or may not be used.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let folder = Self::at(path);
        folder.check()?;
        let settings = folder.settings();
        match settings.try_exists() {
            Ok(true) => Ok(folder),
            Ok(false) => Err(FolderError::NotSetUp(folder.0)),
            Err(source) => Err(FolderError::Unusable { path: folder.0, source }),
        }
    }

    /// Looks whether the folder is one, and nobody but its owner may change it.
    pub(crate) fn check(&self) -> Result<(), FolderError> {
        let unusable = |source| FolderError::Unusable { path: self.0.clone(), source };
        match std::fs::metadata(&self.0) {
            Ok(about) if !about.is_dir() => Err(FolderError::NotAFolder(self.0.clone())),
            Ok(_) => private_file::check_folder(&self.0).map_err(unusable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(FolderError::NotSetUp(self.0.clone())),
            Err(error) => Err(unusable(error)),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The settings that people edit.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.0.join("collector.toml")
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("caretaker.db")
    }

    /// The authority's certificate.
    #[must_use]
    pub fn authority_pem(&self) -> PathBuf {
        self.0.join("authority.pem")
    }

    /// The authority's private key.
    #[must_use]
    pub fn authority_key(&self) -> PathBuf {
        self.0.join("authority.key")
    }

    /// The key that signs checkpoints of the audit chain.
    #[must_use]
    pub fn audit_key(&self) -> PathBuf {
        self.0.join("audit.key")
    }

    /// The server's certificate.
    #[must_use]
    pub fn server_pem(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    /// The server's private key.
    #[must_use]
    pub fn server_key(&self) -> PathBuf {
        self.0.join("server.key")
    }

    /// What to do about a concern, when the school has its own text.
    #[must_use]
    pub fn guidance(&self) -> PathBuf {
        self.0.join("guidance.txt")
    }

    /// Mail that did not go to a mail server.
    #[must_use]
    pub fn mail(&self) -> PathBuf {
        self.0.join("mail")
    }

    /// Where the machine's administrator speaks with the running collector.
    #[must_use]
    pub fn console_socket(&self) -> PathBuf {
        self.0.join("console.sock")
    }

    fn lock(&self) -> PathBuf {
        self.0.join("collector.lock")
    }
}

/// Mode and owner of what cannot be used, for the person who has to put it right.
#[cfg(unix)]
fn whose(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::symlink_metadata(path)
        .map(|about| format!(" (mode {:o}, owner uid {})", about.mode() & 0o7777, about.uid()))
        .unwrap_or_default()
}

#[cfg(not(unix))]
fn whose(_: &Path) -> String {
    String::new()
}
