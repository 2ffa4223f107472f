//! A machine that a test makes up: files, a registry in the form that Windows exports, answers of WMI and of programs.

use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use caretaker_shared::model::HostFacts;
use caretaker_shared::order;
use jiff::Timestamp;

use super::program::{Program, Written};
use super::windows::{
    Drive, Key, LocalUser, Member, Registry, RegistryValue, Root, ServiceState, Session, Values, Windows, WmiObject,
};
use super::{Account, FileStatus, Found, Host, Kind, OpenFile, Power, Process, System};

/// A made-up machine. What a test does not put in is not there.
pub(crate) struct Sample {
    system: System,
    files: BTreeMap<String, (Vec<u8>, Timestamp)>,
    denied: Vec<String>,
    elsewhere: Vec<String>,
    registry: SampleRegistry,
    wmi: BTreeMap<(String, String), Vec<WmiObject>>,
    wmi_broken: BTreeMap<String, ErrorKind>,
    programs: BTreeMap<String, Written>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) processes: Vec<Process>,
    pub(crate) services: BTreeMap<String, ServiceState>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) users: Vec<LocalUser>,
    pub(crate) administrators: Vec<Member>,
    pub(crate) password_max_age: Option<Duration>,
    pub(crate) drives: Vec<Drive>,
    /// Neither drives nor accounts can be listed.
    pub(crate) refuses_lists: bool,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) resources: BTreeMap<String, String>,
    pub(crate) owners: BTreeMap<String, String>,
    pub(crate) power: Option<Power>,
}

impl Sample {
    /// An empty machine of that system.
    pub(crate) fn of(system: System) -> Self {
        Self {
            system,
            files: BTreeMap::new(),
            denied: Vec::new(),
            elsewhere: Vec::new(),
            registry: SampleRegistry::default(),
            wmi: BTreeMap::new(),
            wmi_broken: BTreeMap::new(),
            programs: BTreeMap::new(),
            accounts: Vec::new(),
            processes: Vec::new(),
            services: BTreeMap::new(),
            sessions: Vec::new(),
            users: Vec::new(),
            administrators: Vec::new(),
            password_max_age: None,
            drives: Vec::new(),
            refuses_lists: false,
            names: BTreeMap::new(),
            resources: BTreeMap::new(),
            owners: BTreeMap::new(),
            power: None,
        }
    }

    fn listed<T: Clone>(&self, list: &[T]) -> io::Result<Vec<T>> {
        if self.refuses_lists { Err(ErrorKind::PermissionDenied.into()) } else { Ok(list.to_vec()) }
    }

    /// With the keys of a registry export (`.reg`, version 5.00, as UTF-8).
    pub(crate) fn registry(mut self, export: &str) -> Self {
        self.registry.add(export);
        self
    }

    /// With a file that was changed at the beginning of 1970.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.file_of(path, content, Timestamp::UNIX_EPOCH)
    }

    /// With a file that was changed then.
    pub(crate) fn file_of(mut self, path: &str, content: impl AsRef<[u8]>, changed: Timestamp) -> Self {
        self.files.insert(path.to_owned(), (content.as_ref().to_vec(), changed));
        self
    }

    /// With a file or folder that may not be read.
    pub(crate) fn denied(mut self, path: &str) -> Self {
        self.denied.push(path.to_owned());
        self
    }

    /// With a file whose content lies elsewhere and that nobody may open.
    pub(crate) fn placeholder(mut self, path: &str, bytes: usize) -> Self {
        self.elsewhere.push(path.to_owned());
        self.file(path, vec![0; bytes])
    }

    /// With the answer to a WMI query.
    pub(crate) fn wmi(mut self, namespace: &str, query: &str, objects: Vec<WmiObject>) -> Self {
        self.wmi.insert((namespace.to_owned(), query.to_owned()), objects);
        self
    }

    /// With a WMI namespace that fails in this way.
    pub(crate) fn wmi_broken(mut self, namespace: &str, how: ErrorKind) -> Self {
        self.wmi_broken.insert(namespace.to_owned(), how);
        self
    }

    /// With what a program writes before it ends with this code.
    pub(crate) fn failing(mut self, program: &Program, code: i32, out: &str) -> Self {
        self.programs.insert(line(program), Written { code: Some(code), out: out.to_owned() });
        self
    }

    /// With what a program writes before it ends well.
    pub(crate) fn program(mut self, program: &Program, out: &str) -> Self {
        self.programs.insert(line(program), Written { code: Some(0), out: out.to_owned() });
        self
    }

    fn check(&self, path: &str) -> io::Result<()> {
        let denied = self.denied.iter().any(|denied| path.starts_with(denied.as_str()));
        if denied { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    }

    /// Names directly below a folder, by either separator.
    fn names_below(&self, folder: &str) -> Vec<String> {
        let folder = folder.trim_end_matches(['/', '\\']);
        let below = self.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix(['/', '\\']));
        let mut names: Vec<String> =
            below.filter_map(|rest| rest.split(['/', '\\']).next().map(str::to_owned)).collect();
        order::sort(&mut names);
        names.dedup();
        names
    }
}

fn line(program: &Program) -> String {
    let words: Vec<&str> = std::iter::once(program.path()).chain(program.arguments()).collect();
    words.join(" ")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

impl Host for Sample {
    fn system(&self) -> System {
        self.system
    }

    fn facts(&self) -> io::Result<HostFacts> {
        Err(ErrorKind::Unsupported.into())
    }

    fn accounts(&self) -> io::Result<Vec<Account>> {
        Ok(self.accounts.clone())
    }

    fn account_names(&self) -> io::Result<BTreeMap<u32, String>> {
        Ok(self.accounts.iter().map(|account| (account.uid, account.name.clone())).collect())
    }

    fn processes(&self) -> io::Result<Vec<Process>> {
        Ok(self.processes.clone())
    }

    fn read(&self, file: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.check(&text(file))?;
        if self.elsewhere.contains(&text(file)) {
            return Err(io::Error::new(ErrorKind::Unsupported, "its content lies elsewhere"));
        }
        let (content, _) = self.files.get(&text(file)).ok_or(ErrorKind::NotFound)?;
        let fits = u64::try_from(content.len()).is_ok_and(|bytes| bytes <= limit);
        if fits { Ok(content.clone()) } else { Err(ErrorKind::FileTooLarge.into()) }
    }

    fn open(&self, file: &Path) -> io::Result<OpenFile> {
        let content = self.read(file, u64::MAX)?;
        Ok(OpenFile { status: self.status(file)?, content: Box::new(Cursor::new(content)) })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        self.check(&text(folder))?;
        let names = self.names_below(&text(folder));
        if names.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(names) }
    }

    fn status(&self, path: &Path) -> io::Result<FileStatus> {
        self.check(&text(path))?;
        let found = self.files.get(&text(path));
        if found.is_none() && self.names_below(&text(path)).is_empty() {
            return Err(ErrorKind::NotFound.into());
        }
        let modified_at = found.map_or(Timestamp::UNIX_EPOCH, |(_, changed)| *changed);
        Ok(FileStatus {
            kind: if found.is_some() { Kind::File } else { Kind::Folder },
            device: 1,
            inode: 1,
            size_bytes: found.map_or(0, |(content, _)| content.len() as u64),
            modified_at,
            changed_ns: modified_at.as_nanosecond(),
            uid: 0,
            runnable: false,
            elsewhere: self.elsewhere.contains(&text(path)),
        })
    }

    fn owner(&self, path: &Path, status: &FileStatus) -> io::Result<String> {
        let known = self.owners.get(&text(path)).cloned();
        Ok(known.or(self.account_names()?.remove(&status.uid)).unwrap_or_else(|| status.uid.to_string()))
    }

    fn power(&self) -> io::Result<Power> {
        self.power.ok_or_else(|| ErrorKind::Unsupported.into())
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.status(path).map(|_| path.to_path_buf())
    }

    fn walk_some(
        &self,
        folder: &Path,
        enter: &mut dyn FnMut(&Path) -> bool,
        visit: &mut dyn FnMut(Found) -> ControlFlow<()>,
    ) {
        let folder = text(folder);
        for path in self.files.keys().filter(|path| path.starts_with(&folder)) {
            let inside = path[folder.len()..].match_indices(['/', '\\']).map(|(at, _)| at).filter(|at| *at > 0);
            if !inside.into_iter().all(|at| enter(Path::new(&path[..folder.len() + at]))) {
                continue;
            }
            let found = match self.status(Path::new(path)) {
                Ok(status) => Found::File(PathBuf::from(path), status),
                Err(_) => Found::Unreadable(PathBuf::from(path)),
            };
            if visit(found).is_break() {
                return;
            }
        }
    }

    fn run(&self, program: &Program) -> io::Result<Written> {
        self.programs.get(&line(program)).cloned().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn windows(&self) -> io::Result<&dyn Windows> {
        if self.system == System::Windows { Ok(self) } else { Err(ErrorKind::Unsupported.into()) }
    }
}

impl Windows for Sample {
    fn registry(&self) -> &dyn Registry {
        &self.registry
    }

    fn wmi(&self, namespace: &str, query: &str) -> io::Result<Vec<WmiObject>> {
        if let Some(how) = self.wmi_broken.get(namespace) {
            return Err((*how).into());
        }
        let answer = self.wmi.get(&(namespace.to_owned(), query.to_owned())).cloned();
        answer.ok_or_else(|| io::Error::new(ErrorKind::Unsupported, "no such namespace (0x8004100E)"))
    }

    fn wmi_call(&self, namespace: &str, object: &str, method: &str) -> io::Result<WmiObject> {
        let answer = self.wmi(namespace, &format!("{object}.{method}"))?;
        answer.into_iter().next().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn service(&self, name: &str) -> io::Result<Option<ServiceState>> {
        Ok(self.services.get(name).copied())
    }

    fn sessions(&self) -> io::Result<Vec<Session>> {
        Ok(self.sessions.clone())
    }

    fn local_users(&self) -> io::Result<Vec<LocalUser>> {
        self.listed(&self.users)
    }

    fn administrators(&self) -> io::Result<Vec<Member>> {
        Ok(self.administrators.clone())
    }

    fn password_max_age(&self) -> io::Result<Option<Duration>> {
        Ok(self.password_max_age)
    }

    fn drives(&self) -> io::Result<Vec<Drive>> {
        self.listed(&self.drives)
    }

    fn account_of(&self, sid: &str) -> io::Result<Option<String>> {
        Ok(self.names.get(sid).cloned())
    }

    fn resource_text(&self, reference: &str) -> Option<String> {
        self.resources.get(reference).cloned()
    }
}

/// A registry as Windows exports it.
#[derive(Debug, Default)]
pub(crate) struct SampleRegistry {
    keys: BTreeMap<String, (String, Vec<(String, RegistryValue)>)>,
}

impl SampleRegistry {
    /// Reads an export: `[HKEY_LOCAL_MACHINE\...]`, `"Name"="text"`, `dword:`, `hex:`, `hex(2):`, `hex(7):`, `hex(b):`.
    fn add(&mut self, export: &str) {
        let joined = export.replace("\\\r\n", "").replace("\\\n", "");
        let mut current = String::new();
        for line in joined.lines().map(str::trim) {
            if let Some(path) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                current = path.replace("HKEY_LOCAL_MACHINE", "HKLM").replace("HKEY_USERS", "HKU");
                self.make(&current);
            } else if let Some((name, value)) = line.strip_prefix('"').and_then(|line| line.split_once("\"=")) {
                let key = self.keys.get_mut(&current.to_lowercase()).expect("a value stands below its key");
                key.1.push((name.replace("\\\\", "\\"), value_of(value)));
            }
        }
    }

    /// A key, and those above it.
    fn make(&mut self, path: &str) {
        let mut above = String::new();
        for name in path.split('\\') {
            if !above.is_empty() {
                above.push('\\');
            }
            above.push_str(name);
            self.keys.entry(above.to_lowercase()).or_insert_with(|| (name.to_owned(), Vec::new()));
        }
    }

    fn find(&self, key: &Key) -> io::Result<&(String, Vec<(String, RegistryValue)>)> {
        self.keys.get(&key.to_string().to_lowercase()).ok_or_else(|| ErrorKind::NotFound.into())
    }
}

fn value_of(written: &str) -> RegistryValue {
    if let Some(text) = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return RegistryValue::Text(text.replace("\\\"", "\"").replace("\\\\", "\\"));
    }
    if let Some(number) = written.strip_prefix("dword:") {
        return RegistryValue::Number(u64::from_str_radix(number, 16).expect("eight hex digits"));
    }
    let (kind, bytes) = written.split_once(':').expect("a kind of value");
    let bytes: Vec<u8> =
        bytes.split(',').map(|byte| u8::from_str_radix(byte.trim(), 16).expect("two hex digits")).collect();
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let wide = String::from_utf16_lossy(&units);
    match kind {
        "hex(1)" | "hex(2)" => RegistryValue::Text(wide.trim_end_matches('\0').to_owned()),
        "hex(7)" => RegistryValue::Texts(wide.split('\0').filter(|text| !text.is_empty()).map(str::to_owned).collect()),
        "hex(b)" => RegistryValue::Number(u64::from_le_bytes(bytes.try_into().expect("eight bytes"))),
        _ => RegistryValue::Bytes(bytes),
    }
}

impl Registry for SampleRegistry {
    fn keys(&self, key: &Key) -> io::Result<Vec<String>> {
        let root_itself = matches!(key.root, Root::Users) && key.path.is_empty();
        let above = if root_itself { "hku".to_owned() } else { key.to_string().to_lowercase() };
        if !root_itself {
            self.find(key)?;
        }
        let depth = above.split('\\').count();
        let below = self.keys.iter().filter(|(path, _)| {
            path.strip_prefix(&above).is_some_and(|rest| rest.starts_with('\\'))
                && path.split('\\').count() == depth + 1
        });
        Ok(below.map(|(_, (name, _))| name.clone()).collect())
    }

    fn values(&self, key: &Key) -> io::Result<Values> {
        self.find(key).map(|(_, values)| Values::of(values.clone()))
    }

    fn written_at(&self, key: &Key) -> io::Result<Timestamp> {
        self.find(key).map(|_| Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_seen_but_not_read() {
        let sample = Sample::of(System::Windows).placeholder(r"C:\Users\pupil.one\OneDrive\tool.exe", 4096);
        let path = Path::new(r"C:\Users\pupil.one\OneDrive\tool.exe");
        let status = sample.status(path).expect("it is there");
        assert!(status.elsewhere && status.size_bytes == 4096);
        assert_eq!(sample.open(path).err().map(|error| error.kind()), Some(ErrorKind::Unsupported));
    }

    #[test]
    fn what_may_not_be_read_is_told_from_what_is_not_there() {
        let sample = Sample::of(System::Linux).file("/etc/shadow", "").denied("/etc/shadow");
        let kind = |path: &str| sample.read(Path::new(path), 10).map_err(|error| error.kind());
        assert_eq!(kind("/etc/shadow"), Err(ErrorKind::PermissionDenied));
        assert_eq!(kind("/etc/none"), Err(ErrorKind::NotFound));
    }

    #[test]
    fn only_the_programs_that_were_put_in_answer() {
        let sample = Sample::of(System::Linux).program(&Program::NFTABLES, "{}");
        assert_eq!(sample.run(&Program::NFTABLES).map(|written| written.out).ok().as_deref(), Some("{}"));
        assert_eq!(sample.run(&Program::IPTABLES).map_err(|error| error.kind()), Err(ErrorKind::NotFound));
    }
}
