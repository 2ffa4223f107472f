//! Files: bounded, no link followed by surprise, and nothing fetched from another place.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::mem;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_TAG_INFO, FILE_BASIC_INFO,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_NO_RECALL, FILE_FLAG_OPEN_REPARSE_POINT, FILE_INFO_BY_HANDLE_CLASS,
    FILE_READ_ATTRIBUTES, FILE_TYPE_DISK, FileAttributeTagInfo, FileBasicInfo, GetFileInformationByHandle,
    GetFileInformationByHandleEx, GetFileType, SECURITY_IDENTIFICATION,
};

use crate::host::{FileStatus, Kind, OpenFile};
use crate::platform::raw::about::About;
use crate::platform::raw::paths::{plain, verbatim};

/// Whether a link in the place of a name is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// It is.
    Follow,
    /// The link itself is opened.
    Stay,
}

/// A whole regular file of at most `limit` bytes.
pub(super) fn read(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, status) = open_regular(file, Links::Follow)?;
    let mut content = Vec::with_capacity(usize::try_from(status.size_bytes.min(limit)).unwrap_or_default());
    // One byte more than allowed tells "too large" from "just fits", also where the file grows meanwhile.
    file.take(limit.saturating_add(1)).read_to_end(&mut content)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(content)
}

/// A regular file, ready to be read.
pub(super) fn open(file: &Path) -> io::Result<OpenFile> {
    let (file, status) = open_regular(file, Links::Stay)?;
    Ok(OpenFile { status, content: Box::new(file) })
}

/// What a path leads to, a link itself included.
pub(super) fn status(path: &Path) -> io::Result<FileStatus> {
    let (about, volume) = about(&look(path, FILE_READ_ATTRIBUTES, Links::Stay)?)?;
    about.status(path, volume)
}

/// The path without links.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    Ok(plain(&std::fs::canonicalize(verbatim(path))?))
}

/// Opens in two steps. The first looks and touches no content; the second opens what may be read, and is believed only
/// when it reached the very file that was looked at: a link that was put in its place meanwhile leads to another.
fn open_regular(path: &Path, links: Links) -> io::Result<(File, FileStatus)> {
    let seen = checked(path, &look(path, FILE_READ_ATTRIBUTES, links)?)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(FILE_FLAG_OPEN_NO_RECALL)
        .security_qos_flags(SECURITY_IDENTIFICATION)
        .open(verbatim(path))?;
    let status = checked(path, &file)?;
    if (status.device, status.inode) != (seen.device, seen.inode) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it was replaced while it was opened"));
    }
    Ok((file, status))
}

fn checked(path: &Path, file: &File) -> io::Result<FileStatus> {
    let (about, volume) = about(file)?;
    let status = about.status(path, volume)?;
    if status.kind != Kind::File {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if status.elsewhere {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "its content lies elsewhere: reading would fetch it"));
    }
    Ok(status)
}

/// A handle on a file or folder with those rights and no more. Whoever waits behind a pipe learns nothing from it.
pub(super) fn look(path: &Path, access: u32, links: Links) -> io::Result<File> {
    let stay = if links == Links::Stay { FILE_FLAG_OPEN_REPARSE_POINT } else { 0 };
    OpenOptions::new()
        .access_mode(access)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_NO_RECALL | stay)
        .security_qos_flags(SECURITY_IDENTIFICATION)
        .open(verbatim(path))
}

/// What the file system says about an open file or folder, and the serial number of its volume.
#[expect(unsafe_code, reason = "the standard library offers neither the file's number nor its time of change")]
pub(super) fn about(file: &File) -> io::Result<(About, u64)> {
    let handle = file.as_raw_handle();
    let mut by_handle = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the structure is the one that the call fills.
    let got = unsafe {
        if GetFileType(handle) != FILE_TYPE_DISK {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        GetFileInformationByHandle(handle, &raw mut by_handle)
    };
    if got == 0 {
        return Err(io::Error::last_os_error());
    }
    let basic: FILE_BASIC_INFO = ask(file, FileBasicInfo)?;
    let tag = if basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT == 0 {
        0
    } else {
        ask::<FILE_ATTRIBUTE_TAG_INFO>(file, FileAttributeTagInfo)?.ReparseTag
    };
    let about = About {
        attributes: basic.FileAttributes,
        reparse_tag: tag,
        id: u64::from(by_handle.nFileIndexHigh) << 32 | u64::from(by_handle.nFileIndexLow),
        size_bytes: u64::from(by_handle.nFileSizeHigh) << 32 | u64::from(by_handle.nFileSizeLow),
        modified: basic.LastWriteTime,
        changed: basic.ChangeTime,
    };
    Ok((about, by_handle.dwVolumeSerialNumber.into()))
}

#[expect(unsafe_code, reason = "the standard library does not offer these facts")]
fn ask<T: Default>(file: &File, class: FILE_INFO_BY_HANDLE_CLASS) -> io::Result<T> {
    let mut answer = T::default();
    let bytes = u32::try_from(mem::size_of::<T>()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the handle is open, and the call writes no more than the size of the structure that belongs to the class.
    let got = unsafe { GetFileInformationByHandleEx(file.as_raw_handle(), class, (&raw mut answer).cast(), bytes) };
    if got == 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}
