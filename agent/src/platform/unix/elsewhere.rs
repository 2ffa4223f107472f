//! Files whose content lies with a service that fetches it when it is read: placeholders of iCloud Drive and OneDrive on
//! macOS. Reading one would fill the disk and tell the service. Linux has none.

use std::fs::Metadata;
use std::io;
use std::path::Path;

/// SF_DATALESS of `sys/stat.h`.
#[cfg(target_os = "macos")]
const DATALESS: u32 = 0x4000_0000;

/// Whether the content lies elsewhere.
#[cfg(target_os = "macos")]
pub(super) fn is_so(metadata: &Metadata) -> bool {
    use std::os::macos::fs::MetadataExt as _;
    metadata.st_flags() & DATALESS != 0
}

/// Refuses to open such a file: opening it may fetch it already.
#[cfg(target_os = "macos")]
pub(super) fn refuse(file: &Path) -> io::Result<()> {
    if is_so(&std::fs::metadata(file)?) {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "its content lies elsewhere"));
    }
    Ok(())
}

/// Nowhere.
#[cfg(not(target_os = "macos"))]
pub(super) fn is_so(_metadata: &Metadata) -> bool {
    false
}

/// Refuses nothing.
#[cfg(not(target_os = "macos"))]
pub(super) fn refuse(_file: &Path) -> io::Result<()> {
    Ok(())
}
