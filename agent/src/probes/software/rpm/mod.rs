//! Titles of rpm. Its database is read page by page as it lies on disk: nothing is locked, nothing written beside it,
//! and a list of two thousand packages takes no more memory than its largest one.

mod header;
mod ndb;
mod sqlite;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::model::SoftwareTitle;

use super::listing::Listing;
use crate::host::{Host, OpenFile, if_there};

/// Newer systems keep it with the system's image; on many, one of these is a link to the other.
const FOLDERS: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];
/// Larger than any header that a package has: the kernel's sources stay below 8 MiB.
const HEADER_BYTES: usize = 32 * 1024 * 1024;
/// Ten times what a machine with everything has.
const PACKAGES: usize = 100_000;

/// Reads the headers in a database and hands each to the visitor.
type Reader = fn(&dyn Host, &Path, OpenFile, &mut dyn FnMut(&[u8])) -> io::Result<()>;

/// Adds its packages; `false` when this machine has no such list.
pub(super) fn list(host: &dyn Host, listing: &mut Listing) -> bool {
    let formats: [(&str, Reader); 2] = [("rpmdb.sqlite", sqlite::headers), ("Packages.db", ndb::headers)];
    for (path, read) in
        FOLDERS.iter().flat_map(|folder| formats.map(|(name, read)| (Path::new(folder).join(name), read)))
    {
        match if_there(host.open(&path)) {
            Ok(None) => {}
            Ok(Some(file)) => {
                packages(host, &path, file, read, listing);
                return true;
            }
            Err(error) => {
                listing.lacks(crate::host::why(&path, &error));
                return true;
            }
        }
    }
    old_format(host, listing)
}

/// Its packages, and why there may be more; `None` when this machine has no such list.
pub(in crate::probes) fn installed(host: &dyn Host) -> Option<(Vec<SoftwareTitle>, Option<String>)> {
    let mut listing = Listing::default();
    list(host, &mut listing).then(|| {
        let reason = listing.reason();
        (listing.titles, reason)
    })
}

fn packages(host: &dyn Host, path: &Path, file: OpenFile, read: Reader, listing: &mut Listing) {
    let before = (file.status.size_bytes, file.status.changed_ns);
    let (mut found, mut torn) = (Vec::new(), 0_usize);
    let outcome = read(host, path, file, &mut |bytes| match header::title(bytes) {
        Ok(title) => found.extend(title),
        Err(_) => torn += 1,
    });
    listing.titles.append(&mut found);
    listing.read(path, outcome);
    if torn > 0 {
        listing.lacks(format!("{}: {torn} packages cannot be understood", path.display()));
    }
    let after = host.status(path).map(|status| (status.size_bytes, status.changed_ns));
    if after.is_ok_and(|after| after != before) {
        listing.lacks(format!("{}: it was changed while it was read", path.display()));
    }
}

fn old_format(host: &dyn Host, listing: &mut Listing) -> bool {
    let old = FOLDERS.iter().map(|folder| Path::new(folder).join("Packages"));
    let found: Option<PathBuf> = old.into_iter().find(|path| host.status(path).is_ok());
    if let Some(path) = &found {
        listing
            .lacks(format!("{}: it has the older Berkeley format, which this version does not read", path.display()));
    }
    found.is_some()
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
