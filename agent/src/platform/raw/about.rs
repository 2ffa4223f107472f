//! What the file system says about one file or folder.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use super::{attributes, file_time};
use crate::host::FileStatus;

/// What the file system says about one file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platform) struct About {
    /// `FILE_ATTRIBUTE_*`.
    pub(in crate::platform) attributes: u32,
    /// What kind of reparse point it is; means nothing where it is none.
    pub(in crate::platform) reparse_tag: u32,
    /// Its number on the volume.
    pub(in crate::platform) id: u64,
    /// Its size.
    pub(in crate::platform) size_bytes: u64,
    /// Last change of its content in steps of 100 ns since 1601.
    pub(in crate::platform) modified: i64,
    /// Last change of anything, in the same steps; zero on file systems that do not keep it, such as exFAT.
    pub(in crate::platform) changed: i64,
}

impl About {
    /// The same for probes. The owner has no number here: `Host::owner` names it.
    ///
    /// # Errors
    /// When its time of change is out of range.
    pub(in crate::platform) fn status(&self, path: &Path, volume: u64) -> io::Result<FileStatus> {
        let modified_at = Timestamp::from_nanosecond(file_time::nanoseconds(self.modified))
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "its time of change is out of range"))?;
        Ok(FileStatus {
            kind: attributes::kind(self.attributes, self.reparse_tag),
            device: volume,
            inode: self.id,
            size_bytes: self.size_bytes,
            modified_at,
            changed_ns: file_time::nanoseconds(self.changed),
            uid: 0,
            runnable: attributes::runnable(path),
            elsewhere: attributes::elsewhere(self.attributes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Kind;

    #[test]
    fn a_placeholder_is_a_file_whose_content_lies_elsewhere() {
        let about = About {
            attributes: 0x0040_1620,
            reparse_tag: 0x9000_601a,
            id: 77,
            size_bytes: 4096,
            modified: 133_444_736_000_000_000,
            changed: 133_444_736_000_000_001,
        };
        let status =
            about.status(Path::new(r"C:\Users\pupil.one\OneDrive\Setup.exe"), 5).expect("its time is in range");
        assert_eq!((status.kind, status.elsewhere, status.runnable), (Kind::File, true, true));
        assert_eq!((status.device, status.inode, status.size_bytes), (5, 77, 4096));
        assert_eq!(status.changed_ns, 1_700_000_000_000_000_100);
        assert_eq!(status.modified_at.as_second(), 1_700_000_000);
    }

    #[test]
    fn a_time_that_no_calendar_holds_is_refused() {
        let about = About { attributes: 0x20, reparse_tag: 0, id: 1, size_bytes: 0, modified: i64::MAX, changed: 0 };
        about.status(Path::new("x"), 1).expect_err("it is the year 30828");
    }
}
