//! Identities on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use caretaker_shared::pki::{Certificate, CertificateError};
use caretaker_shared::private_file;
use caretaker_shared::secret::Secret;

use super::Identity;

const FOLDER: &str = "identity";
const CURRENT: &str = "current";
const KEY: &str = "device.key";
const CERTIFICATE: &str = "device.pem";
const AUTHORITY: &str = "authority.pem";
const COLLECTOR: &str = "collector.toml";

/// Why an identity could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The state folder cannot be used as it is.
    #[error("the folder {0}")]
    Folder(String, #[source] io::Error),
    /// A file of the identity cannot be read or written.
    #[error("the identity's file {0} cannot be used")]
    File(String, #[source] io::Error),
    /// The certificate is none.
    #[error("the identity's certificate cannot be read")]
    Certificate(#[source] CertificateError),
    /// The file that says where the collector is.
    #[error("the identity's file {COLLECTOR} cannot be read")]
    Collector(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Makes the state folder if it is not there, and refuses one that others may write to.
///
/// # Errors
/// [`IdentityError::Folder`], with the remedy in its cause.
pub fn check_state(state: &Path) -> Result<(), IdentityError> {
    let error = |error| IdentityError::Folder(state.display().to_string(), error);
    private_file::create_folder(state).map_err(error)?;
    private_file::check_folder(state).map_err(error)
}

/// The identity in force; `None` when the device is not enrolled.
///
/// # Errors
/// When there is one that cannot be read.
pub fn load(state: &Path) -> Result<Option<Identity>, IdentityError> {
    match current(state)? {
        Some(number) => read(&folder(state, number)).map(Some),
        None => Ok(None),
    }
}

pub(super) fn current(state: &Path) -> Result<Option<u64>, IdentityError> {
    let file = state.join(FOLDER).join(CURRENT);
    match fs::read_to_string(&file) {
        Ok(text) => {
            let invalid = || io::Error::new(io::ErrorKind::InvalidData, "holds no number");
            text.trim().parse().map(Some).map_err(|_| IdentityError::File(CURRENT.into(), invalid()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(IdentityError::File(CURRENT.into(), error)),
    }
}

/// Puts an identity in force, beside the one before. Returns its number.
pub(crate) fn put(state: &Path, identity: &Identity) -> Result<u64, IdentityError> {
    let number = current(state)?.map_or(1, |number| number + 1);
    let folder = folder(state, number);
    let _ = fs::remove_dir_all(&folder);
    let file_error = |name: &str| {
        let name = name.to_owned();
        move |error| IdentityError::File(name, error)
    };
    private_file::create_folder(&folder).map_err(file_error(FOLDER))?;
    let collector = toml::to_string(&identity.collector).map_err(|error| IdentityError::Collector(error.into()))?;
    let files = [
        (CERTIFICATE, identity.certificate_pem.as_bytes()),
        (AUTHORITY, identity.authority_pem.as_bytes()),
        (COLLECTOR, collector.as_bytes()),
        (KEY, identity.key_pem.expose().as_bytes()),
    ];
    for (name, content) in files {
        private_file::write(&folder.join(name), content).map_err(file_error(name))?;
    }
    set_current(state, number)?;
    Ok(number)
}

pub(super) fn set_current(state: &Path, number: u64) -> Result<(), IdentityError> {
    let file = state.join(FOLDER).join(CURRENT);
    private_file::write(&file, format!("{number}\n").as_bytes())
        .map_err(|error| IdentityError::File(CURRENT.into(), error))
}

/// The identity before the one in force, when it is still kept.
pub(super) fn previous(state: &Path, number: u64) -> Option<(u64, Identity)> {
    let before = number.checked_sub(1)?;
    read(&folder(state, before)).ok().map(|identity| (before, identity))
}

/// Removes every identity but this one.
pub(super) fn keep_only(state: &Path, number: u64) -> Result<(), IdentityError> {
    let error = |error| IdentityError::File(FOLDER.into(), error);
    for entry in fs::read_dir(state.join(FOLDER)).map_err(error)? {
        let path = entry.map_err(error)?.path();
        let other = path.file_name().is_some_and(|name| name != number.to_string().as_str());
        if other && path.is_dir() {
            fs::remove_dir_all(&path).map_err(error)?;
        }
    }
    Ok(())
}

fn folder(state: &Path, number: u64) -> PathBuf {
    state.join(FOLDER).join(number.to_string())
}

fn read(folder: &Path) -> Result<Identity, IdentityError> {
    let text =
        |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| IdentityError::File(name.to_owned(), error));
    let certificate_pem = text(CERTIFICATE)?;
    Ok(Identity {
        key_pem: Secret::new(text(KEY)?),
        certificate: Certificate::from_pem(&certificate_pem).map_err(IdentityError::Certificate)?,
        certificate_pem,
        authority_pem: text(AUTHORITY)?,
        collector: toml::from_str(&text(COLLECTOR)?).map_err(|error| IdentityError::Collector(error.into()))?,
    })
}
