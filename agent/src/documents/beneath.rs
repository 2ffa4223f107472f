//! Opens a file beneath a watched folder without ever following a link: a link made by a pupil must not lead the agent,
//! which may read everything, to files outside.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use jiff::Timestamp;

/// A document's version: it changes when the file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    /// Size in bytes.
    pub(crate) size_bytes: u64,
    /// Time of its last change, in nanoseconds since 1970.
    pub(crate) modified_ns: i64,
}

impl Version {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let modified_ns = modified.and_then(|time| i64::try_from(time.as_nanosecond()).ok()).unwrap_or_default();
        Self { size_bytes: metadata.len(), modified_ns }
    }
}

/// What is found at a path.
pub(crate) enum Found {
    /// A regular file, open for reading.
    File(File, Version),
    /// A folder.
    Folder,
    /// A link, a device, a pipe or a socket.
    Other,
    /// Nothing: it was removed or renamed.
    Nothing,
}

/// Opens what is at `inside` beneath `folder`.
///
/// # Errors
/// When something is there that cannot be opened.
pub(crate) fn open(folder: &Path, inside: &Path) -> io::Result<Found> {
    let file = match imp::open(folder, inside) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(Found::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if metadata.is_file() {
        let version = Version::of(&metadata);
        return Ok(Found::File(file, version));
    }
    Ok(if metadata.is_dir() { Found::Folder } else { Found::Other })
}

/// Whether there is such a folder, with no link on the way to it.
pub(crate) fn is_folder(folder: &Path) -> bool {
    matches!(open(folder, Path::new("")), Ok(Found::Folder))
}

#[cfg(unix)]
mod imp {
    use std::fs::File;
    use std::io;
    use std::path::{Component, Path};

    use rustix::fd::OwnedFd;
    use rustix::fs::{Mode, OFlags, open as open_folder, openat};
    use rustix::io::Errno;

    /// Steps from folder to folder, from the root on, so that none on the way can be swapped for a link. `None` for a
    /// link.
    pub(super) fn open(folder: &Path, inside: &Path) -> io::Result<Option<File>> {
        let step = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let below = folder.strip_prefix("/").map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut at: OwnedFd = open_folder("/", step, Mode::empty())?;
        let mut parts = below.components().chain(inside.components()).peekable();
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else { return Err(io::Error::from(io::ErrorKind::InvalidInput)) };
            let flags = if parts.peek().is_some() {
                step
            } else {
                // A pipe without a writer must not hold the agent up.
                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC
            };
            at = match openat(&at, name, flags, Mode::empty()) {
                Ok(next) => next,
                // A link; a link on the way; a socket.
                Err(Errno::LOOP | Errno::NOTDIR | Errno::NXIO) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(Some(File::from(at)))
    }
}

#[cfg(windows)]
mod imp {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use crate::platform::real_file;

    /// Opens what is there and asks the system where it really lies. `None` when that is not beneath the folder: a
    /// junction led elsewhere, whichever part of the way it was; or when its content is not on this machine.
    pub(super) fn open(folder: &Path, inside: &Path) -> io::Result<Option<File>> {
        let Some((file, place)) = real_file(&folder.join(inside))? else { return Ok(None) };
        Ok(lies_beneath(&place, folder).then_some(file))
    }

    /// Names differ in case and are still the same to the system.
    fn lies_beneath(place: &Path, folder: &Path) -> bool {
        let lower = |path: &Path| path.to_string_lossy().to_lowercase();
        Path::new(&lower(place)).starts_with(lower(folder))
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::disallowed_methods, reason = "a test's files need no protection")]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{Found, is_folder, open};

    fn kind(folder: &Path, inside: &str) -> &'static str {
        match open(folder, Path::new(inside)) {
            Ok(Found::File(..)) => "file",
            Ok(Found::Folder) => "folder",
            Ok(Found::Other) => "other",
            Ok(Found::Nothing) => "nothing",
            Err(_) => "error",
        }
    }

    #[test]
    fn opens_files_and_never_links() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = place.path().join("folder");
        fs::create_dir_all(folder.join("sub")).expect("a folder");
        fs::write(folder.join("sub/file"), "words").expect("a file");
        fs::write(place.path().join("outside"), "words").expect("a file");
        symlink(place.path().join("outside"), folder.join("link")).expect("a link");
        symlink(folder.join("sub"), folder.join("way")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).expect("a socket");

        assert_eq!(kind(&folder, "sub/file"), "file");
        assert_eq!(kind(&folder, "sub"), "folder");
        assert_eq!(kind(&folder, "gone"), "nothing");
        assert_eq!(kind(&folder, "gone/file"), "nothing");
        assert_eq!(kind(&folder, "link"), "other");
        assert_eq!(kind(&folder, "way/file"), "other");
        assert_eq!(kind(&folder, "socket"), "other");
        assert_eq!(kind(&folder, "../outside"), "error");
    }
    #[test]
    fn a_watched_folder_that_is_a_link_or_behind_one_is_none() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (real, way) = (place.path().join("real"), place.path().join("way"));
        fs::create_dir_all(real.join("docs")).expect("a folder");
        fs::write(real.join("docs/file"), "words").expect("a file");
        symlink(&real, &way).expect("a link");

        assert!(is_folder(&real.join("docs")));
        assert!(!is_folder(&way) && !is_folder(&way.join("docs")) && !is_folder(&real.join("docs/file")));
        assert_eq!(kind(&way.join("docs"), "file"), "other");
        assert_eq!(kind(&way, "docs/file"), "other");
    }
}
