//! Opens a path and says where it really lies, so that a junction cannot pass for what it leads to.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStringExt as _;
use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::os::windows::io::AsRawHandle as _;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_RECALL_ON_OPEN,
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_NAME_NORMALIZED,
    GetFinalPathNameByHandleW, VOLUME_NAME_DOS,
};

/// A link, and what reading would first have to fetch from elsewhere: a placeholder of OneDrive.
const ELSEWHERE: u32 = FILE_ATTRIBUTE_REPARSE_POINT
    | FILE_ATTRIBUTE_OFFLINE
    | FILE_ATTRIBUTE_RECALL_ON_OPEN
    | FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS;
/// The longest path that Windows has, in its units.
const LONGEST_PATH: u32 = 32_768;

/// A file or folder, open for reading, and its path without links on the way. `None` for what leads elsewhere itself.
///
/// # Errors
/// When it cannot be opened, or the system does not say where it lies.
pub fn real_file(path: &Path) -> io::Result<Option<(File, PathBuf)>> {
    // A folder opens only with the first flag; with the second, a link is opened itself.
    let flags = FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.file_attributes() & ELSEWHERE != 0 {
        return Ok(None);
    }
    let place = place_of(&file)?;
    Ok(Some((file, place)))
}

fn place_of(file: &File) -> io::Result<PathBuf> {
    let mut name = vec![0_u16; LONGEST_PATH as usize];
    #[expect(
        unsafe_code,
        reason = "std only asks for the path of a path; the buffer and the open file outlive the call"
    )]
    // SAFETY: the buffer has room for as many units as are announced.
    let used = unsafe {
        GetFinalPathNameByHandleW(
            file.as_raw_handle(),
            name.as_mut_ptr(),
            LONGEST_PATH,
            FILE_NAME_NORMALIZED | VOLUME_NAME_DOS,
        )
    };
    if used == 0 {
        return Err(io::Error::last_os_error());
    }
    name.truncate(used as usize);
    Ok(plain(OsString::from_wide(&name)))
}

/// `\\?\C:\Users` as people write it: `C:\Users`; `\\?\UNC\server\share` as `\\server\share`.
fn plain(name: OsString) -> PathBuf {
    let Some(text) = name.to_str() else { return name.into() };
    match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
        (Some(share), _) => PathBuf::from(format!(r"\\{share}")),
        (None, Some(local)) => local.into(),
        (None, None) => name.into(),
    }
}
