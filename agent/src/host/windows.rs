//! What only Windows can be asked: its registry, WMI, services, sessions, accounts and drives.
//!
//! Windows paths are text here ("C:\\Users\\pupil.one\\NTUSER.DAT"): the decisions that are built on them are compiled
//! and tested on every system, where a backslash separates nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::Duration;

use jiff::Timestamp;

/// A Windows machine.
pub trait Windows: Send + Sync {
    /// Its registry, in the native view: 32-bit programs' keys stand under `SOFTWARE\WOW6432Node`.
    fn registry(&self) -> &dyn Registry;

    /// Objects that a WMI query answers, each by its properties.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where the namespace or the class is not there (0x8004100E, 0x80041010),
    /// [`io::ErrorKind::TimedOut`] after ten seconds, [`io::ErrorKind::PermissionDenied`].
    fn wmi(&self, namespace: &str, query: &str) -> io::Result<Vec<WmiObject>>;

    /// Calls a method without arguments of one object, by its path (`__PATH`), and returns what it puts out.
    ///
    /// # Errors
    /// As [`Windows::wmi`].
    fn wmi_call(&self, namespace: &str, object: &str, method: &str) -> io::Result<WmiObject>;

    /// The state of a service; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the service manager cannot be asked.
    fn service(&self, name: &str) -> io::Result<Option<ServiceState>>;

    /// Sessions of people, disconnected ones too; not those of services.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn sessions(&self) -> io::Result<Vec<Session>>;

    /// Accounts that the device itself keeps.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn local_users(&self) -> io::Result<Vec<LocalUser>>;

    /// Members of the local group of administrators (`S-1-5-32-544`), also those whose name cannot be found.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn administrators(&self) -> io::Result<Vec<Member>>;

    /// After how long the device's own accounts must change their password; `None` for never.
    ///
    /// # Errors
    /// When the policy cannot be read.
    fn password_max_age(&self) -> io::Result<Option<Duration>>;

    /// Drives with a letter, and what they are made of.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn drives(&self) -> io::Result<Vec<Drive>>;

    /// The account of a security identifier, without its domain; `None` when nobody knows it.
    ///
    /// # Errors
    /// When the system cannot be asked.
    fn account_of(&self, sid: &str) -> io::Result<Option<String>>;

    /// Text of a resource reference (`@{...}`, `@file,-id`) as the system shows it; `None` when it cannot be found.
    fn resource_text(&self, reference: &str) -> Option<String>;
}

/// Properties of one WMI object, by name.
pub type WmiObject = BTreeMap<String, WmiValue>;

/// One property of a WMI object.
#[derive(Debug, Clone, PartialEq)]
pub enum WmiValue {
    /// It has no value.
    Null,
    /// A flag.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text; dates too, as `20261121101500.000000+000`.
    Text(String),
    /// Several values.
    List(Vec<WmiValue>),
}

impl WmiValue {
    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number; of a text too, since WMI gives 64-bit numbers as text.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Null | Self::Flag(_) | Self::List(_) => None,
        }
    }

    /// The flag, when it is one.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }
}

/// Whether a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// It does.
    Running,
    /// It starts, stops or waits.
    Changing,
    /// It does not.
    Stopped,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Account name without its domain.
    pub user: String,
    /// Whether the person sits at another computer.
    pub remote: bool,
    /// Whether it is connected; one that was switched away is not, and its user is still logged in.
    pub active: bool,
    /// Whether it is locked; `None` when the system does not tell.
    pub locked: Option<bool>,
    /// When the person logged in.
    pub began_at: Option<Timestamp>,
    /// When the person last touched it.
    pub last_input_at: Option<Timestamp>,
}

/// One account that the device itself keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUser {
    /// Its name.
    pub name: String,
    /// Its security identifier.
    pub sid: String,
    /// `UF_*` flags: 0x2 disabled, 0x10 locked out, 0x20 password not required, 0x10000 password never expires.
    pub flags: u32,
    /// How long ago the password was set; `None` when none ever was, or when it must be changed at the next login.
    pub password_age: Option<Duration>,
    /// When somebody last logged in; `None` for never.
    pub last_logon: Option<Timestamp>,
}

/// A member of a local group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// "SCHOOL\\it.admins"; the security identifier where no name is found.
    pub name: String,
    /// Its security identifier.
    pub sid: String,
    /// Whether it is a group.
    pub group: bool,
    /// Whether it belongs to a domain, not to this device.
    pub domain: bool,
}

/// A drive with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drive {
    /// "C:".
    pub letter: String,
    /// What people call it; may be empty.
    pub label: String,
    /// "NTFS"; empty when it cannot be read, as of a locked volume.
    pub file_system: String,
    /// Its size.
    pub size_bytes: u64,
    /// How it is connected.
    pub bus: Bus,
    /// Maker and model as the device tells them.
    pub model: String,
    /// Serial number as the device tells it.
    pub serial: String,
    /// Whether it is a share of another computer.
    pub network: bool,
}

/// How a drive is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// Inside: SATA, NVMe, RAID, SAS.
    Internal,
    /// USB (7).
    Usb,
    /// A memory card (12, 13).
    Card,
    /// An image file or virtual disk (14, 15).
    Virtual,
    /// The system does not tell.
    Unknown,
}

/// Reads a registry. Names are compared without regard to case.
pub trait Registry: Send + Sync {
    /// Names of the keys below a key, sorted.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such key.
    fn keys(&self, key: &Key) -> io::Result<Vec<String>>;

    /// All values of a key.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such key.
    fn values(&self, key: &Key) -> io::Result<Values>;

    /// When a key was last written.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such key, [`io::ErrorKind::Unsupported`] where nobody knows.
    fn written_at(&self, key: &Key) -> io::Result<Timestamp>;
}

impl dyn Registry + '_ {
    /// One value; `None` when the key or the value is not there.
    ///
    /// # Errors
    /// When the key is there but cannot be read.
    pub fn value(&self, key: &Key, name: &str) -> io::Result<Option<RegistryValue>> {
        Ok(super::if_there(self.values(key))?.and_then(|mut values| values.take(name)))
    }
}

/// A key of the registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Under which root.
    pub root: Root,
    /// Names with backslashes between them, none at either end.
    pub path: String,
}

impl Key {
    /// Under `HKEY_LOCAL_MACHINE`.
    #[must_use]
    pub fn machine(path: &str) -> Self {
        Self { root: Root::Machine, path: path.to_owned() }
    }

    /// Under `HKEY_USERS\SID`.
    #[must_use]
    pub fn user(sid: &str, path: &str) -> Self {
        Self { root: Root::Users, path: format!("{sid}\\{path}") }
    }

    /// The key of that name or path below this one.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        Self { root: self.root, path: format!("{}\\{name}", self.path) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = match self.root {
            Root::Machine => "HKLM",
            Root::Users => "HKU",
        };
        write!(out, "{root}\\{}", self.path)
    }
}

/// Where keys begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// `HKEY_LOCAL_MACHINE`.
    Machine,
    /// `HKEY_USERS`.
    Users,
}

/// The values of a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values(BTreeMap<String, RegistryValue>);

impl Values {
    /// Values by their names.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = (String, RegistryValue)>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RegistryValue> {
        self.0.get(&name.to_lowercase())
    }

    /// One of them, taken out.
    pub fn take(&mut self, name: &str) -> Option<RegistryValue> {
        self.0.remove(&name.to_lowercase())
    }

    /// Text of one of them up to its first control character, since real data holds embedded NULs; empty when it is not
    /// there or no text.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let text = self.get(name).and_then(RegistryValue::text).unwrap_or_default();
        text.split(char::is_control).next().unwrap_or_default().trim().to_owned()
    }

    /// Number of one of them, of a text too: the same value occurs as `REG_SZ` and as `REG_DWORD`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(RegistryValue::number)
    }

    /// All of them, names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RegistryValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// One value of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryValue {
    /// `REG_SZ`, `REG_EXPAND_SZ` as it is written.
    Text(String),
    /// `REG_DWORD`, `REG_QWORD`.
    Number(u64),
    /// `REG_MULTI_SZ`.
    Texts(Vec<String>),
    /// `REG_BINARY` and all others.
    Bytes(Vec<u8>),
}

impl RegistryValue {
    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number; that of a text which is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Texts(_) | Self::Bytes(_) => None,
        }
    }
}
