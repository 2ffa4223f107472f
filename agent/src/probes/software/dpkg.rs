//! Titles of dpkg: its status file, and the dates of its lists of files.

use std::path::{Path, PathBuf};

use caretaker_shared::model::SoftwareTitle;

use super::dpkg_status::{self, Package, Packages};
use super::listing::Listing;
use crate::host::{Host, if_there, why};

pub(super) const STATUS: &str = "/var/lib/dpkg/status";
const INFO: &str = "/var/lib/dpkg/info";
/// Twenty times what a desktop with everything has.
const STATUS_BYTES: u64 = 128 * 1024 * 1024;

/// Adds its packages; `false` when this machine has no such list.
pub(super) fn list(host: &dyn Host, listing: &mut Listing) -> bool {
    let packages = match packages(host) {
        Ok(Some(packages)) => packages,
        Ok(None) => return false,
        Err(reason) => {
            listing.lacks(reason);
            return true;
        }
    };
    let Packages { installed, flaw } = packages;
    // No machine that runs on dpkg has no package at all.
    let empty = installed.is_empty().then(|| "it names no installed package".to_owned());
    if let Some(flaw) = flaw.or(empty) {
        listing.lacks(format!("{STATUS}: {flaw}"));
    }
    listing.titles.extend(installed.into_iter().map(|package| title(host, package)));
    true
}

/// The version of the first of these packages that is installed; `None` when none is.
///
/// # Errors
/// Why the package list cannot be read, or why it may lack these packages.
pub(in crate::probes) fn installed_version(host: &dyn Host, names: &[&str]) -> Result<Option<String>, String> {
    let Some(Packages { installed, flaw }) = packages(host)? else { return Ok(None) };
    let version = |name: &&str| installed.iter().find(|package| package.name == **name).map(|it| it.version.clone());
    match (names.iter().find_map(version), flaw) {
        (None, Some(flaw)) => Err(format!("{STATUS}: {flaw}")),
        (version, _) => Ok(version),
    }
}

fn packages(host: &dyn Host) -> Result<Option<Packages>, String> {
    let status = Path::new(STATUS);
    let bytes = if_there(host.read(status, STATUS_BYTES)).map_err(|error| why(status, &error))?;
    Ok(bytes.map(|bytes| dpkg_status::read(&String::from_utf8_lossy(&bytes))))
}

fn title(host: &dyn Host, package: Package) -> SoftwareTitle {
    SoftwareTitle {
        installed_at: host.status(&file_list(&package)).ok().map(|status| status.modified_at),
        name: package.name,
        version: package.version,
        architecture: package.architecture,
        publisher: package.maintainer,
        origin: package.origin,
        section: package.section,
        source: "dpkg".into(),
        size_bytes: package.installed_kib.and_then(|kib| kib.checked_mul(1024)),
        ..SoftwareTitle::default()
    }
}

/// dpkg writes this file whenever it unpacks the package.
fn file_list(package: &Package) -> PathBuf {
    let stem = match package.side_by_side {
        true => format!("{}:{}", package.name, package.architecture),
        false => package.name.clone(),
    };
    Path::new(INFO).join(format!("{stem}.list"))
}
