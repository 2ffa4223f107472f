//! A machine laid out in a folder.

#![expect(clippy::disallowed_methods, reason = "a test's files need no protection")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io};

use caretaker_agent::host::{Account, FileStatus, Found, Host, OpenFile, Power, Process, System};
use caretaker_agent::platform::Machine;
use caretaker_agent::probes::{Probe, ProbeSettings};
use caretaker_shared::model::{HostFacts, Outcome};

pub(crate) struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let tree = Self { folder: tempfile::tempdir().expect("a folder can be made") };
        tree.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
        tree
    }

    /// With a person who has this name, the number 1000 and a home.
    pub(crate) fn with_person(self, name: &str) -> Self {
        self.file(
            "/etc/passwd",
            format!("root:x:0:0:root:/root:/bin/bash\n{name}:x:1000:1000::/home/{name}:/bin/bash\n"),
        );
        self.folder(&format!("/home/{name}"));
        self
    }

    pub(crate) fn real(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join(path.trim_start_matches('/'))
    }

    pub(crate) fn folder(&self, path: &str) {
        fs::create_dir_all(self.real(path)).expect("a folder can be made");
    }

    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let real = self.real(path);
        fs::create_dir_all(real.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::write(real, content).expect("a file can be written");
    }

    pub(crate) fn program(&self, path: &str, content: impl AsRef<[u8]>) {
        self.file(path, content);
        fs::set_permissions(self.real(path), fs::Permissions::from_mode(0o755)).expect("its rights can be set");
    }

    pub(crate) fn link(&self, path: &str, target: &str) {
        let real = self.real(path);
        fs::create_dir_all(real.parent().expect("it lies in a folder")).expect("a folder can be made");
        symlink(target, real).expect("a link can be made");
    }

    /// Gives a folder to an account; only the administrator can.
    pub(crate) fn own(&self, path: &str, uid: u32) {
        self.folder(path);
        std::os::unix::fs::chown(self.real(path), Some(uid), None).expect("the administrator runs this test");
    }

    /// A running program of the account with this number.
    pub(crate) fn runs(&self, pid: u32, name: &str, uid: u32) {
        let status = format!("Name:\t{name}\nState:\tS (sleeping)\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n");
        self.file(&format!("/proc/{pid}/status"), status);
    }

    pub(crate) fn host(&self) -> impl Host {
        Machine::at(self.real("/"))
    }

    pub(crate) fn ask(&self, probe: &dyn Probe) -> Outcome {
        self.ask_about(probe, &[])
    }

    pub(crate) fn ask_about(&self, probe: &dyn Probe, folders: &[&str]) -> Outcome {
        let executable_folders = folders.iter().map(|folder| (*folder).to_owned()).collect();
        probe.ask(&self.host(), &ProbeSettings { executable_folders, ..ProbeSettings::default() })
    }
}

/// A machine that counts how many files are opened and folders walked.
pub(crate) struct Counting<H> {
    host: H,
    files: AtomicUsize,
    walks: AtomicUsize,
    entered: AtomicUsize,
}

impl<H: Host> Counting<H> {
    pub(crate) fn new(host: H) -> Self {
        Self { host, files: AtomicUsize::new(0), walks: AtomicUsize::new(0), entered: AtomicUsize::new(0) }
    }

    pub(crate) fn files(&self) -> usize {
        self.files.load(Ordering::SeqCst)
    }

    /// Folders below those that were walked.
    pub(crate) fn entered(&self) -> usize {
        self.entered.load(Ordering::SeqCst)
    }

    pub(crate) fn walks(&self) -> usize {
        self.walks.load(Ordering::SeqCst)
    }
}

impl<H: Host> Host for Counting<H> {
    fn system(&self) -> System {
        self.host.system()
    }

    fn facts(&self) -> io::Result<HostFacts> {
        self.host.facts()
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        self.host.accounts()
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        self.host.account_names()
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        self.host.processes()
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.host.read(file, limit)
    }

    fn open(&self, file: &Path) -> io::Result<OpenFile> {
        self.files.fetch_add(1, Ordering::SeqCst);
        self.host.open(file)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.host.list(folder)
    }

    fn status(&self, path: &Path) -> io::Result<FileStatus> {
        self.host.status(path)
    }

    fn owner(&self, path: &Path, status: &FileStatus) -> io::Result<String> {
        self.host.owner(path, status)
    }

    fn power(&self) -> io::Result<Power> {
        self.host.power()
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.host.resolve(path)
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        self.walks.fetch_add(1, Ordering::SeqCst);
        let mut enter = |folder: &Path| {
            let enters = enter(folder);
            self.entered.fetch_add(usize::from(enters), Ordering::SeqCst);
            enters
        };
        self.host.walk_some(folder, &mut enter, visit);
    }
}
