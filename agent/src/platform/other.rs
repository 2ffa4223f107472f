//! A system that this version builds on but does not know how to ask: every answer is an honest "unsupported".

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caretaker_shared::model::{BootId, HostFacts};

use super::facts;
use crate::host::{Account, FileStatus, Found, Host, OpenFile, Process, System};

/// This machine.
#[derive(Debug)]
pub struct Machine;

impl Machine {
    /// This machine; there is no other root here.
    #[must_use]
    pub fn at(_root: PathBuf) -> Self {
        Self
    }
}

/// Where the agent keeps its state unless it is told otherwise.
#[must_use]
pub fn state_dir() -> PathBuf {
    PathBuf::from("/var/lib/caretaker-agent")
}

/// Names this run of the program: the boot itself has no name here.
#[must_use]
pub fn boot_id() -> BootId {
    BootId::random()
}

/// Would give way to other programs; there is no way to ask for that here.
///
/// # Errors
/// Always.
pub fn lower_priority() -> io::Result<()> {
    unsupported()
}

fn unsupported<T>() -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this version cannot ask this system"))
}

impl Host for Machine {
    fn system(&self) -> System {
        System::Other
    }

    fn facts(&self) -> io::Result<HostFacts> {
        facts::facts()
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        unsupported()
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        unsupported()
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        unsupported()
    }

    fn read(&self, _file: &Path, _limit: u64) -> io::Result<Vec<u8>> {
        unsupported()
    }

    fn open(&self, _file: &Path) -> io::Result<OpenFile> {
        unsupported()
    }

    fn list(&self, _folder: &Path) -> io::Result<Vec<String>> {
        unsupported()
    }

    fn status(&self, _path: &Path) -> io::Result<FileStatus> {
        unsupported()
    }

    fn resolve(&self, _path: &Path) -> io::Result<PathBuf> {
        unsupported()
    }

    fn walk_some(
        &self,
        folder: &Path,
        _enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        // The visitor's answer does not matter: there is nothing more to visit.
        let _ = visit(Found::Unreadable(folder.to_path_buf()));
    }
}
