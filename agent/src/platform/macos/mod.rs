//! macOS. The whole file tree may be rooted at a folder, so that tests can lay out a machine of their own.
//!
//! Nothing here needs a Mac to be compiled: it reads files and what programs write. Tests run it on Linux.

mod accounts;
mod boot;
mod names;
mod power;
mod processes;

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{BootId, HostFacts};

use super::facts;
use super::unix::{self, Root};
use crate::host::program::{Program, Written};
use crate::host::{Account, FileStatus, Found, Host, OpenFile, Power, Process, System};

/// A Mac, by its file tree.
#[derive(Debug)]
pub struct Machine {
    root: Root,
}

/// Where the agent keeps its state unless it is told otherwise.
#[must_use]
pub fn state_dir() -> PathBuf {
    PathBuf::from("/Library/Application Support/Caretaker")
}

/// The system's name for this boot; where it does not tell, one made of the time of the start, else a new one.
#[must_use]
pub fn boot_id() -> BootId {
    boot::name(&Machine::at(PathBuf::from("/")))
}

impl Machine {
    /// The machine whose file tree begins at `root`; "/" for this one. Host facts are this machine's in either case, but
    /// for its name and that of its operating system.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root: Root(root) }
    }
}

impl Host for Machine {
    fn system(&self) -> System {
        System::MacOs
    }

    fn facts(&self) -> io::Result<HostFacts> {
        let mut facts = facts::facts()?;
        facts.os = names::of_system(self).unwrap_or(facts.os);
        facts.hostname = names::of_machine(self).unwrap_or(facts.hostname);
        Ok(facts)
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        accounts::of_people(self)
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        accounts::names(self)
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        processes::all()
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.root.read(file, limit)
    }

    fn open(&self, file: &Path) -> io::Result<OpenFile> {
        self.root.open(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.root.list(folder)
    }

    fn status(&self, path: &Path) -> io::Result<FileStatus> {
        self.root.status(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.root.resolve(path)
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        self.root.walk(folder, enter, visit);
    }

    fn power(&self) -> io::Result<Power> {
        power::power(self)
    }

    fn run(&self, program: &Program) -> io::Result<Written> {
        unix::run(&self.root.real(Path::new(program.path())), program)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::{Machine, boot_id, state_dir};
    use crate::host::{Found, Host, System};

    #[test]
    fn its_files_are_those_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let applications = folder.path().join("Applications");
        std::fs::create_dir(&applications).expect("a folder can be made");
        symlink("/etc", applications.join("elsewhere")).expect("a link can be made");
        std::fs::create_dir(applications.join("Slate.app")).expect("a folder can be made");
        std::fs::copy(std::env::current_exe().expect("this test was started"), applications.join("Slate.app/Slate"))
            .expect("a file can be made");
        let mac = Machine::at(folder.path().to_path_buf());
        assert_eq!(mac.system(), System::MacOs);
        assert_eq!(mac.list(Path::new("/Applications")).expect("it is there"), ["Slate.app", "elsewhere"]);
        let mut found = Vec::new();
        mac.walk(Path::new("/Applications"), &mut |one| {
            found.extend(if let Found::File(path, _) = one { Some(path) } else { None });
            ControlFlow::Continue(())
        });
        assert_eq!(found, [PathBuf::from("/Applications/Slate.app/Slate")]);
        assert!(mac.accounts().is_err(), "a Mac without homes tells of no accounts");
    }

    #[test]
    fn one_boot_has_one_name_and_the_state_one_place() {
        assert_eq!(boot_id(), boot_id());
        assert!(state_dir().is_absolute());
    }
}
