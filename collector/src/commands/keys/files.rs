//! The files on the computer of a key's holder: the key, the list beside it, the sheet for the printer.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use caretaker_shared::private_file;
use caretaker_shared::sealing::{Card, Holder, KeyFile, PersonalKey, SignedSet};
use caretaker_shared::secret::Secret;

use super::KeyArgs;
use super::passphrase::Passphrase;
use crate::commands::refused::failure;
use crate::commands::{Exit, Failure};
use crate::data::read_secret;
use crate::render::sheet::{self, Format};

/// Reads a key file; the passphrase is asked for later.
pub(super) fn open_key_file(path: &Path) -> anyhow::Result<KeyFile> {
    if matches!(path.try_exists(), Ok(false)) {
        let text = format!(
            "there is no key file {}\n  name yours:  --key FILE\n  or make one:  caretaker-collector keys add",
            path.display()
        );
        return Err(failure(Exit::Usage, text).into());
    }
    let text = read_secret(path).with_context(|| format!("{} cannot be used", path.display()))?;
    let file = KeyFile::parse(text.expose());
    file.with_context(|| format!("{} cannot be used", path.display()))
}

impl KeyArgs {
    /// Where the passphrase comes from.
    pub(super) fn passphrase(&self) -> Passphrase<'_> {
        Passphrase { file: self.passphrase_file.as_deref() }
    }

    /// The key, unlocked.
    pub(super) fn unlocked(&self) -> anyhow::Result<(KeyFile, PersonalKey)> {
        let file = open_key_file(&self.key)?;
        let whose = format!("the key of {}", file.card.holder.name);
        let passphrase = self.passphrase().known(&whose)?;
        let key = file.open(&passphrase).map_err(|error| failure(Exit::Denied, error.to_string()))?;
        Ok((file, key))
    }

    /// Refuses to put anything in the place of a file that is there: it may hold the only copy of a key.
    pub(super) fn must_be_free(&self) -> Result<(), Failure> {
        if matches!(fs::symlink_metadata(&self.key), Err(error) if error.kind() == ErrorKind::NotFound) {
            return Ok(());
        }
        let text = format!("{} exists\n  name another file:  --key FILE", self.key.display());
        Err(failure(Exit::Usage, text))
    }

    /// Writes the key file.
    pub(super) fn keep(&self, file: &KeyFile) -> anyhow::Result<()> {
        write(&self.key, file.text().as_bytes())
    }

    /// Writes the sheet in both forms, and says where.
    pub(super) fn print_sheet(&self, key: &PersonalKey) -> anyhow::Result<[PathBuf; 2]> {
        let paths = [(Format::Text, "sheet.txt"), (Format::Html, "sheet.html")];
        let written = paths.map(|(format, ending)| {
            let path = self.key.with_extension(ending);
            let text = Secret::new(sheet::print(key, format));
            write(&path, text.expose().as_bytes()).map(|()| path)
        });
        let [text, html] = written;
        Ok([text?, html?])
    }

    /// The list beside the key.
    pub(super) fn list_path(&self) -> PathBuf {
        self.key.with_extension("recipients")
    }

    /// The list beside the key; `None` when there is none.
    pub(super) fn list(&self) -> anyhow::Result<Option<SignedSet>> {
        let path = self.list_path();
        match fs::read(&path) {
            Ok(encoded) => {
                let set = SignedSet::parse(&encoded).with_context(|| format!("{} cannot be used", path.display()))?;
                Ok(Some(set))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Keeps a list in the place of the one before.
    pub(super) fn keep_list(&self, set: &SignedSet) -> anyhow::Result<()> {
        write(&self.list_path(), set.encoded())
    }
}

/// A card: the text itself, or a file that holds it.
pub(super) fn card(given: &str) -> anyhow::Result<Card> {
    if let Ok(card) = given.parse() {
        return Ok(card);
    }
    let text = fs::read_to_string(given).map_err(|_| {
        let text = "this is neither a card nor a file with one: it has to begin with caretaker-card_\n  its holder \
                    prints it:  caretaker-collector keys show";
        failure(Exit::Usage, text.to_owned())
    })?;
    let damaged = |_| failure(Exit::Usage, "the card is damaged: copy the whole line again".to_owned());
    Ok(text.parse().map_err(damaged)?)
}

/// One line that may be written on a card.
pub(super) fn holder(school: &str, name: &str, role: caretaker_shared::model::Role) -> Holder {
    Holder { school: school.to_owned(), name: name.to_owned(), role, sites: Vec::new(), accounts: Vec::new() }
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    private_file::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}
