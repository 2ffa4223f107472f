//! The account whose lock is asked for, and what it has in its home.

use std::path::{Path, PathBuf};

use crate::host::{Account, Host, if_there, why};

const FILE_BYTES: u64 = 256 * 1024;
/// As much of a program's name as Linux keeps.
const NAME_BYTES: usize = 15;

/// Whose lock is asked for: an account's, or that of anyone without settings of their own.
#[derive(Clone, Copy)]
pub(super) struct Who<'host> {
    pub(super) host: &'host dyn Host,
    pub(super) account: Option<&'host Account>,
}

impl Who<'_> {
    /// The account's name; empty for anyone.
    pub(super) fn name(&self) -> &str {
        self.account.map(|account| account.name.as_str()).unwrap_or_default()
    }

    /// A path in the account's home; `None` for anyone.
    pub(super) fn home(&self, path: &str) -> Option<PathBuf> {
        self.account.map(|account| account.home.join(path))
    }

    /// A text file; `None` when it is not there.
    pub(super) fn text(&self, file: &Path) -> Result<Option<String>, String> {
        let bytes = if_there(self.host.read(file, FILE_BYTES)).map_err(|error| why(file, &error))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The first of these files that is there, and its place.
    pub(super) fn first(&self, files: impl IntoIterator<Item = PathBuf>) -> Result<Option<(String, String)>, String> {
        for file in files {
            if let Some(text) = self.text(&file)? {
                return Ok(Some((file.display().to_string(), text)));
            }
        }
        Ok(None)
    }

    /// Whether a program is installed.
    pub(super) fn has(&self, program: &str) -> bool {
        !matches!(if_there(self.host.status(Path::new(program))), Ok(None))
    }

    /// Whether a program runs for the account. One that is not logged in runs nothing yet: it is taken to start with
    /// the session.
    pub(super) fn runs(&self, program: &str) -> Result<bool, String> {
        let Some(account) = self.account.filter(|account| account.logged_in) else { return Ok(true) };
        let name = program.get(..NAME_BYTES).unwrap_or(program);
        let running = self.host.processes().map_err(|error| why(Path::new("/proc"), &error))?;
        Ok(running.iter().any(|process| process.uid == account.uid && process.name == name))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::host::sample::Sample;
    use crate::host::{Account, Process, System};

    use super::Who;

    /// What is decided for a person who is logged in on a machine with these files and programs.
    pub(in super::super) fn with_programs<T>(
        files: &[(&str, &str)],
        programs: &[&str],
        decide: impl Fn(&Who<'_>) -> T,
    ) -> T {
        let mut host = files.iter().fold(Sample::of(System::Linux), |host, (path, text)| host.file(path, text));
        host.processes = programs.iter().map(|name| Process { name: (*name).to_owned(), uid: 1000 }).collect();
        let (name, home) = ("pupil.one".to_owned(), "/home/pupil.one".into());
        let account = Account { name, uid: 1000, sid: String::new(), home, logged_in: true };
        decide(&Who { host: &host, account: Some(&account) })
    }

    /// The same, where no program runs.
    pub(in super::super) fn asked<T>(files: &[(&str, &str)], decide: impl Fn(&Who<'_>) -> T) -> T {
        with_programs(files, &[], decide)
    }
}
