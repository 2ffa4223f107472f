//! What an operator's machine keeps of a login: one file that only its owner may read, written whole, so that a crash
//! leaves the old key with the old certificate or the new with the new.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use caretaker_shared::private_file;
use caretaker_shared::secret::Secret;
use serde::{Deserialize, Serialize};

use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::data::{is_name, read_secret};

/// The profile of a login that names none.
pub(in crate::commands) const USUAL: &str = "default";
/// How a profile's file ends.
const ENDING: &str = "json";

/// A login that was kept.
pub(in crate::commands) struct Profile {
    /// By which it is chosen.
    pub(in crate::commands) name: String,
    /// Host and port of the collector.
    pub(in crate::commands) address: String,
    /// The authority that the collector's certificate must come from, PEM.
    pub(in crate::commands) authority_pem: String,
    /// The operator's certificate, PEM.
    pub(in crate::commands) certificate_pem: String,
    /// Its key, PKCS#8 PEM.
    pub(in crate::commands) key_pem: Secret<String>,
}

/// As it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    address: String,
    authority_pem: String,
    certificate_pem: String,
    key_pem: String,
}

impl Profile {
    /// Reads a profile; `None` when nobody has logged in under this name.
    ///
    /// # Errors
    /// When there is one and it cannot be read, or others may read it.
    pub(in crate::commands) fn load(folder: &Path, name: &str) -> anyhow::Result<Option<Self>> {
        let path = path(folder, name)?;
        if matches!(path.try_exists(), Ok(false)) {
            return Ok(None);
        }
        let about = || format!("{} cannot be used", path.display());
        let text = read_secret(&path).with_context(about)?;
        let kept: Kept = serde_json::from_str(text.expose()).with_context(about)?;
        let Kept { address, authority_pem, certificate_pem, key_pem } = kept;
        let (name, key_pem) = (name.to_owned(), Secret::new(key_pem));
        Ok(Some(Self { name, address, authority_pem, certificate_pem, key_pem }))
    }

    /// Keeps it, in the place of one of the same name; for its owner alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::commands) fn save(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let path = path(folder, &self.name)?;
        let kept = Kept {
            address: self.address.clone(),
            authority_pem: self.authority_pem.clone(),
            certificate_pem: self.certificate_pem.clone(),
            key_pem: self.key_pem.expose().clone(),
        };
        let text = Secret::new(serde_json::to_string_pretty(&kept).expect("texts are JSON"));
        private_file::create_folder(folder)
            .and_then(|()| private_file::check_folder(folder))
            .and_then(|()| private_file::write(&path, text.expose().as_bytes()))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }

    /// Forgets a profile.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(in crate::commands) fn remove(folder: &Path, name: &str) -> anyhow::Result<()> {
        let path = path(folder, name)?;
        std::fs::remove_file(&path).with_context(|| format!("{} cannot be removed", path.display()))
    }

    /// Names of all profiles, sorted.
    pub(in crate::commands) fn names(folder: &Path) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == ENDING) && is_name(name) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Where this account keeps its profiles: in $XDG_CONFIG_HOME/caretaker/profiles, which is usually
    /// ~/.config/caretaker/profiles. `None` for an account without a home.
    pub(in crate::commands) fn folder() -> Option<PathBuf> {
        let named = |variable| std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let config = named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config")))?;
        Some(config.join("caretaker/profiles"))
    }
}

fn path(folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    if is_name(name) {
        return Ok(folder.join(format!("{name}.{ENDING}")));
    }
    Err(failure(
        Exit::Usage,
        "this is no name of a profile\n  small letters, digits and hyphens, for example:  --profile north".into(),
    ))
}

#[cfg(test)]
mod tests {
    use caretaker_shared::secret::Secret;

    use super::Profile;

    fn profile(name: &str, key: &str) -> Profile {
        Profile {
            name: name.into(),
            address: "collector.northfield.example:7443".into(),
            authority_pem: "an authority".into(),
            certificate_pem: "a certificate".into(),
            key_pem: Secret::new(key.into()),
        }
    }

    #[test]
    fn is_kept_for_its_owner_alone_until_it_is_removed() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("caretaker/profiles");
        assert!(Profile::load(&folder, "default").expect("looks").is_none());
        assert!(Profile::names(&folder).expect("looks").is_empty());
        profile("default", "first").save(&folder).expect("writes");
        let path = profile("default", "second").save(&folder).expect("replaces");
        profile("another", "third").save(&folder).expect("writes");
        let again = Profile::load(&folder, "default").expect("reads").expect("is there");
        assert_eq!(again.key_pem.expose(), "second");
        assert_eq!(Profile::names(&folder).expect("lists"), ["another", "default"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &std::path::Path| std::fs::metadata(path).expect("exists").permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("opens it to others");
            assert!(Profile::load(&folder, "default").is_err(), "a key that others may read is not used");
        }
        Profile::remove(&folder, "another").expect("removes");
        assert_eq!(Profile::names(&folder).expect("lists"), ["default"]);
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let folder = std::path::Path::new("/nonexistent");
        for name in ["", "../x", "a/b", "A"] {
            assert!(Profile::load(folder, name).is_err(), "{name}");
        }
    }
}
