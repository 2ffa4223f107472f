//! A file tree that begins at any folder, so that tests can lay out a machine of their own.

use std::io;
use std::path::{Path, PathBuf};

use super::files;
use crate::host::{FileStatus, OpenFile};

/// Where a machine's files lie. Paths that go in and come out are the machine's own.
#[derive(Debug)]
pub(in crate::platform) struct Root(pub(in crate::platform) PathBuf);

impl Root {
    /// Where a path of the machine lies for this program.
    pub(in crate::platform) fn real(&self, path: &Path) -> PathBuf {
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The path of the machine for a place that this program found.
    fn own(&self, real: &Path) -> PathBuf {
        real.strip_prefix(&self.0).map_or_else(|_| real.to_path_buf(), |rest| Path::new("/").join(rest))
    }

    pub(in crate::platform) fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        files::read(&self.real(file), limit)
    }

    pub(in crate::platform) fn open(&self, file: &Path) -> io::Result<OpenFile> {
        files::open(&self.real(file))
    }

    pub(in crate::platform) fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        files::list(&self.real(folder))
    }

    pub(in crate::platform) fn status(&self, path: &Path) -> io::Result<FileStatus> {
        files::status(&std::fs::symlink_metadata(self.real(path))?)
    }

    pub(in crate::platform) fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.own(&std::fs::canonicalize(self.real(path))?))
    }

    #[cfg(any(test, not(target_os = "linux")))]
    pub(in crate::platform) fn walk(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(crate::host::Found) -> std::ops::ControlFlow<()>,
    ) {
        super::walk::walk(&self.real(folder), &|real| self.own(real), enter, visit);
    }
}
