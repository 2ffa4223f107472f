//! Which questions to ask on Linux: dpkg's own files. No program is run.

use std::path::{Path, PathBuf};

use caretaker_shared::model::{Facts, Outcome, SoftwareTitle};
use caretaker_shared::wire::limits;

use super::parse::{self, Package, Packages};
use crate::host::{Host, if_there, why};

const STATUS: &str = "/var/lib/dpkg/status";
const INFO: &str = "/var/lib/dpkg/info";
/// Twenty times what a desktop with everything has.
const STATUS_BYTES: u64 = 128 * 1024 * 1024;

pub(super) fn ask(host: &dyn Host) -> Outcome {
    let packages = match packages(host) {
        Ok(Some(packages)) => packages,
        Ok(None) => {
            return Outcome::Unsupported { reason: format!("{STATUS} is not there: this is not Debian's kind") };
        }
        Err(reason) => return Outcome::Failed { reason },
    };
    let Packages { installed, mut flaw } = packages;
    if installed.is_empty() {
        // No machine that runs has no package at all.
        let flaw = flaw.unwrap_or_else(|| "it names no installed package".into());
        return Outcome::Failed { reason: format!("{STATUS}: {flaw}") };
    }
    if installed.len() > limits::TITLES {
        flaw = Some(format!("more than {} packages are installed; the rest is left out", limits::TITLES));
    }
    let titles = installed.into_iter().take(limits::TITLES).map(|package| title(host, package)).collect();
    let facts = Facts::Software(titles);
    match flaw {
        None => Outcome::Complete(facts),
        Some(flaw) => Outcome::Partial { facts, reason: format!("{STATUS}: {flaw}") },
    }
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
    Ok(bytes.map(|bytes| parse::status_file(&String::from_utf8_lossy(&bytes))))
}

fn title(host: &dyn Host, package: Package) -> SoftwareTitle {
    SoftwareTitle {
        installed_at: host.status(&file_list(&package)).ok().map(|status| status.modified_at),
        name: package.name,
        version: package.version,
        architecture: package.architecture,
        publisher: package.maintainer,
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
