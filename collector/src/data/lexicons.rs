//! Packs of keyword rules that the school has added: licensed lists, terms of its own. They hold fingerprints, no words.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use caretaker_shared::digest::Sha256;
use caretaker_shared::private_file;

use super::DataFolder;

/// How a pack's file ends.
const ENDING: &str = "pack";
/// Longest name of a pack.
const LONGEST: usize = 40;

/// A pack that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// By which it can be removed.
    pub name: String,
    /// What a device loads: [`caretaker_shared::lexicon::Pack::read`].
    pub bytes: Vec<u8>,
    /// Of the bytes.
    pub digest: Sha256,
}

/// Whether a pack may have this name: small letters, digits and hyphens, so that it is a file and part of a rule's id.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= LONGEST && name.bytes().all(plain)
}

impl DataFolder {
    /// Where added packs are kept.
    #[must_use]
    pub fn lexicons(&self) -> PathBuf {
        self.path().join("lexicons")
    }

    /// The packs that were added, in the order of their names.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn installed_lexicons(&self) -> io::Result<Vec<Installed>> {
        let entries = match fs::read_dir(self.lexicons()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut packs = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == ENDING) && is_name(name) {
                let bytes = fs::read(&path)?;
                packs.push(Installed { name: name.to_owned(), digest: Sha256::of(&bytes), bytes });
            }
        }
        packs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(packs)
    }

    /// One digest over the names and bytes of all packs: it changes when any of them does.
    #[must_use]
    pub fn digest_of_lexicons(packs: &[Installed]) -> Sha256 {
        let rows = packs.iter().map(|pack| format!("{} {}\n", pack.name, pack.digest));
        Sha256::of(rows.collect::<String>().as_bytes())
    }

    /// Keeps a pack, in the place of one of the same name; for the owner of the data folder alone, whoever asks.
    ///
    /// # Errors
    /// When it cannot be written, or the name is none that a pack may have.
    pub fn install_lexicon(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if !is_name(name) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a name that a pack may have"));
        }
        let (folder, path) = (self.lexicons(), self.pack(name));
        private_file::create_folder(&folder)?;
        give_to_owner(self.path(), &folder)?;
        private_file::write(&path, bytes)?;
        give_to_owner(self.path(), &path)
    }

    /// Removes a pack; says whether there was one.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove_lexicon(&self, name: &str) -> io::Result<bool> {
        if !is_name(name) {
            return Ok(false);
        }
        match fs::remove_file(self.pack(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn pack(&self, name: &str) -> PathBuf {
        self.lexicons().join(format!("{name}.{ENDING}"))
    }
}

/// What root writes into the folder of the collector's account belongs to that account.
#[cfg(unix)]
pub(super) fn give_to_owner(folder: &Path, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (owner, own) = (fs::metadata(folder)?, fs::symlink_metadata(path)?);
    if (owner.uid(), owner.gid()) == (own.uid(), own.gid()) {
        return Ok(());
    }
    std::os::unix::fs::lchown(path, Some(owner.uid()), Some(owner.gid()))
}

#[cfg(not(unix))]
pub(super) fn give_to_owner(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DataFolder, is_name};

    #[test]
    fn packs_are_kept_by_name_for_their_owner_alone() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = DataFolder::at(home.path());
        assert_eq!(folder.installed_lexicons().expect("reads"), []);
        folder.install_lexicon("b-list", b"two").expect("writes");
        folder.install_lexicon("a-list", b"one").expect("writes");
        folder.install_lexicon("a-list", b"three").expect("replaces");
        let packs = folder.installed_lexicons().expect("reads");
        let told: Vec<_> = packs.iter().map(|pack| (pack.name.as_str(), pack.bytes.as_slice())).collect();
        assert_eq!(told, [("a-list", &b"three"[..]), ("b-list", b"two")]);
        let before = DataFolder::digest_of_lexicons(&packs);
        assert!(folder.remove_lexicon("a-list").expect("removes"));
        assert!(!folder.remove_lexicon("a-list").expect("finds nothing"));
        assert_ne!(DataFolder::digest_of_lexicons(&folder.installed_lexicons().expect("reads")), before);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path| std::fs::metadata(path).expect("exists").permissions().mode() & 0o777;
            assert_eq!((mode(folder.lexicons()), mode(folder.lexicons().join("b-list.pack"))), (0o700, 0o600));
        }
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let folder = DataFolder::at(std::path::Path::new("/nonexistent"));
        for name in ["", "../key", "a/b", "A", "a.b", &"a".repeat(41)] {
            assert!(!is_name(name) && !folder.remove_lexicon(name).expect("touches nothing"), "{name}");
            assert!(folder.install_lexicon(name, b"").is_err(), "{name}");
        }
        assert!(is_name("licensed-2026"));
    }
}
