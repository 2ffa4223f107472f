//! Files and folders that only their owner may read, written so that a crash leaves the old or the new content.
//!
//! On Unix the mode is set when the file is created, never afterwards: there is no moment in which another account
//! could open it. On Windows a folder is made with an access list for the system and its administrators alone, and
//! what is in it inherits that list.

#[cfg(any(windows, test))]
mod rights;
#[cfg(windows)]
mod windows;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file whole: a temporary file beside it, synced, renamed over it, the folder synced.
///
/// # Errors
/// Those of the file system; the old content then still stands.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    write_by(path, |file| file.write_all(content))
}

/// Writes a file whole, as [`write()`] does, out of what `fill` gives piece by piece.
///
/// # Errors
/// Those of the file system and of `fill`; the old content then still stands.
pub fn write_by(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file needs a name"))?;
    let mut fresh_name = name.to_os_string();
    fresh_name.push(".new");
    let fresh = folder.join(fresh_name);
    let _ = fs::remove_file(&fresh);
    let mut file = owner_only().create_new(true).open(&fresh)?;
    fill(&mut file)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    sync_folder(folder)
}

/// Creates a folder, and those above it, that only its owner may enter. One that exists is left as it is.
///
/// # Errors
/// Those of the file system.
pub fn create_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }
    #[cfg(windows)]
    windows::create(path)
}

/// Makes a folder that is there one that only its owner may enter.
///
/// # Errors
/// Those of the file system.
pub fn close_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
    }
    #[cfg(windows)]
    windows::close(path)
}

/// Says who besides the owner may enter or change what stands here.
///
/// # Errors
/// When the path cannot be looked at, when it is a link, or when others may write to it: on Unix its group or everyone,
/// on Windows whoever is neither the system, nor an administrator, nor the account that asks; the text names the remedy.
pub fn check_folder(path: &Path) -> io::Result<()> {
    let about = fs::symlink_metadata(path)?;
    if about.is_symlink() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "is a symbolic link\n  name the folder itself"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o022 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "can be written to by others than its owner\n  close it:  chmod go-w FOLDER",
            ));
        }
        Ok(())
    }
    #[cfg(windows)]
    windows::check(path, &about)
}

/// Takes a file for this process alone, creating it when it is not there; `None` when another process has it. The
/// operating system gives it back when the file is closed, however the process ends.
///
/// # Errors
/// Those of the file system.
pub fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = owner_only().create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Makes a rename in `folder` durable. Windows has no such call and needs none for a rename.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{create_folder, lock, write};

    #[test]
    fn replaces_a_file_whole_and_leaves_nothing_beside_it() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("key.pem");
        write(&path, b"first").expect("writes");
        write(&path, b"second").expect("replaces");
        assert_eq!(std::fs::read(&path).expect("reads"), b"second");
        assert_eq!(std::fs::read_dir(home.path()).expect("lists").count(), 1);
    }

    #[test]
    fn a_lock_is_held_once_and_given_back() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("one.lock");
        let held = lock(&path).expect("opens");
        assert!(held.is_some());
        assert!(lock(&path).expect("opens").is_none());
        drop(held);
        assert!(lock(&path).expect("opens").is_some());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("state/inner");
        create_folder(&folder).expect("creates");
        let file = folder.join("key.pem");
        write(&file, b"secret").expect("writes");
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("exists").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&file), 0o600);
    }
}
