//! Rules of titles that the school has added: one file for each, so that one can be taken away.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;

use caretaker_shared::private_file;

use super::DataFolder;
use super::lexicons::give_to_owner;
use crate::catalogue::{Catalogue, Flaws, RuleFile};

/// How a file of rules ends.
const ENDING: &str = "toml";

/// The rules in a data folder.
#[derive(Debug, Clone)]
pub struct OwnRules(DataFolder);

impl OwnRules {
    /// Those of this folder.
    #[must_use]
    pub fn of(folder: DataFolder) -> Self {
        Self(folder)
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("catalogue")
    }

    /// Every file, in the order of names.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self) -> io::Result<Vec<RuleFile>> {
        let entries = match fs::read_dir(self.folder()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                files.push(RuleFile { name: name.to_owned(), text: fs::read_to_string(&path)? });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    /// Keeps files, each in the place of one of the same name.
    ///
    /// # Errors
    /// When one cannot be written; those before it are written then.
    pub fn keep(&self, files: &[RuleFile]) -> io::Result<()> {
        let folder = self.folder();
        private_file::create_folder(&folder)?;
        give_to_owner(self.0.path(), &folder)?;
        for file in files {
            let path = folder.join(&file.name);
            private_file::write(&path, file.text.as_bytes())?;
            give_to_owner(self.0.path(), &path)?;
        }
        Ok(())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.folder().join(name))
    }

    /// The catalogue with these rules. Files that are not right, which a person has put there, are left out and told;
    /// a collector that does not start would be worse.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn load(&self) -> io::Result<(Arc<Catalogue>, Vec<Flaws>)> {
        let (mut good, mut flaws) = (Vec::new(), Vec::new());
        let mut catalogue = Catalogue::builtin();
        for file in self.read()? {
            good.push(file);
            match Catalogue::with(&good) {
                Ok(with) => catalogue = Arc::new(with),
                Err(flaw) => {
                    good.pop();
                    flaws.push(flaw);
                }
            }
        }
        Ok((catalogue, flaws))
    }
}

#[cfg(test)]
mod tests {
    use super::{DataFolder, OwnRules};
    use crate::catalogue::RuleFile;

    fn rule(slug: &str) -> RuleFile {
        let text = format!(
            "category = \"office\"\nchecked = \"2026-11-22\"\n[[title]]\nslug = \"{slug}\"\nname = \"{slug}\"
licensing = \"paid\"\nnames = [\"{slug}\"]\nsource = \"a test\"\nhits = [\"{slug} 2\"]\nmisses = [\"other\"]"
        );
        RuleFile { name: format!("{slug}.toml"), text }
    }

    #[test]
    fn files_that_are_not_right_are_left_out_and_told() {
        let home = tempfile::tempdir().expect("a folder");
        let own = OwnRules::of(DataFolder::at(home.path()));
        assert_eq!(own.read().expect("reads"), []);
        let broken = RuleFile { name: "broken.toml".into(), text: "category = 3".into() };
        own.keep(&[rule("slate"), rule("chalk"), broken]).expect("writes");
        let (catalogue, flaws) = own.load().expect("reads");
        assert_eq!(flaws.len(), 1);
        assert!(flaws[0].to_string().starts_with("broken.toml, line 1"), "{}", flaws[0]);
        assert!(catalogue.title("slate").is_some() && catalogue.title("chalk").is_some());
        own.remove("slate.toml").expect("removes");
        assert!(own.load().expect("reads").0.title("slate").is_none());
    }
}
