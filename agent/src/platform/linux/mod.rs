//! Linux. The whole file tree may be rooted at a folder, so that tests can lay out a machine of their own.

mod accounts;
mod directory;
mod power;
mod processes;
mod walk;

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{BootId, HostFacts};

use super::facts;
use super::unix::{self, Root};
use crate::host::program::{Program, Written};
use crate::host::{Account, FileStatus, Found, Host, OpenFile, Power, Process, System};

const OS_RELEASE: &str = "/etc/os-release";
const OS_RELEASE_BYTES: u64 = 64 * 1024;

/// A Linux machine, by its file tree.
#[derive(Debug)]
pub struct Machine {
    root: Root,
}

/// Where the agent keeps its state unless it is told otherwise.
#[must_use]
pub fn state_dir() -> PathBuf {
    PathBuf::from("/var/lib/caretaker-agent")
}

/// The kernel's name for this boot; a new one where the kernel does not tell.
#[must_use]
pub fn boot_id() -> BootId {
    let told = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    told.and_then(|text| text.trim().parse().ok()).unwrap_or_else(BootId::random)
}

impl Machine {
    /// The machine whose file tree begins at `root`; "/" for this one. Host facts are this machine's in either case, but
    /// for the name of the operating system.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root: Root(root) }
    }

    /// The distribution's name for people: "Debian GNU/Linux 12 (bookworm)".
    fn os_name(&self) -> Option<String> {
        let text = self.read(Path::new(OS_RELEASE), OS_RELEASE_BYTES).ok()?;
        let text = String::from_utf8_lossy(&text);
        let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?.trim().trim_matches(['"', '\'']);
        (!name.is_empty()).then(|| name.to_owned())
    }
}

impl Host for Machine {
    fn system(&self) -> System {
        System::Linux
    }

    fn facts(&self) -> io::Result<HostFacts> {
        let mut facts = facts::facts()?;
        if let Some(name) = self.os_name() {
            facts.os = name;
        }
        Ok(facts)
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        accounts::of_people(self)
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        accounts::names(self)
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        processes::all(self)
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

    fn power(&self) -> io::Result<Power> {
        power::power(self)
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        walk::walk(&self.root.real(folder), folder, enter, visit);
    }

    fn run(&self, program: &Program) -> io::Result<Written> {
        unix::run(&self.root.real(Path::new(program.path())), program)
    }
}
