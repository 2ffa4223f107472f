//! Folders: their entries, with all that is known of each, without opening any.

use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::path::Path;

use windows_sys::Win32::Foundation::ERROR_NO_MORE_FILES;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_INFO_BY_HANDLE_CLASS, FILE_LIST_DIRECTORY, FILE_READ_ATTRIBUTES, FileIdBothDirectoryInfo,
    FileIdBothDirectoryRestartInfo, GetFileInformationByHandleEx, SYNCHRONIZE,
};

use super::files::{self, Links};
use crate::host::Kind;
use crate::platform::raw::about::About;
use crate::platform::raw::attributes;
use crate::platform::raw::folder_entries::{Entry, entries};

const BUFFER_BYTES: usize = 64 * 1024;

/// An open folder.
pub(super) struct Folder {
    handle: File,
    /// What the file system says about it.
    pub(super) about: About,
    /// Serial number of its volume.
    pub(super) volume: u64,
}

/// The system wants the entries where numbers of eight bytes may stand.
#[repr(align(8))]
struct Buffer([u8; BUFFER_BYTES]);

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// When it is none, or its content lies elsewhere.
    pub(super) fn open(path: &Path, links: Links) -> io::Result<Self> {
        let handle = files::look(path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | SYNCHRONIZE, links)?;
        let (about, volume) = files::about(&handle)?;
        if attributes::kind(about.attributes, about.reparse_tag) != Kind::Folder {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if attributes::elsewhere(about.attributes) {
            let why = "its content lies elsewhere: reading would fetch it";
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        Ok(Self { handle, about, volume })
    }

    /// All its entries, in the order of the file system.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub(super) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut buffer = Box::new(Buffer([0; BUFFER_BYTES]));
        let mut found = Vec::new();
        let mut class = FileIdBothDirectoryRestartInfo;
        while self.fill(&mut buffer, class)? {
            found.extend(entries(&buffer.0));
            class = FileIdBothDirectoryInfo;
        }
        Ok(found)
    }

    #[expect(unsafe_code, reason = "the standard library gives neither numbers nor times of change with the names")]
    fn fill(&self, buffer: &mut Buffer, class: FILE_INFO_BY_HANDLE_CLASS) -> io::Result<bool> {
        let bytes = u32::try_from(BUFFER_BYTES).map_err(|_| io::ErrorKind::InvalidInput)?;
        // SAFETY: the handle is open, and the call writes no more bytes than the buffer has.
        let got = unsafe {
            GetFileInformationByHandleEx(self.handle.as_raw_handle(), class, buffer.0.as_mut_ptr().cast(), bytes)
        };
        if got != 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        let end = error.raw_os_error().and_then(|code| u32::try_from(code).ok()) == Some(ERROR_NO_MORE_FILES);
        if end { Ok(false) } else { Err(error) }
    }
}

/// Names in a folder, sorted.
pub(super) fn list(folder: &Path) -> io::Result<Vec<String>> {
    let entries = Folder::open(folder, Links::Follow)?.entries()?;
    let mut names: Vec<String> = entries.iter().filter_map(|entry| String::from_utf16(&entry.name).ok()).collect();
    names.sort_unstable();
    Ok(names)
}
