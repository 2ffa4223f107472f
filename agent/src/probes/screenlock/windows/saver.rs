//! The screen saver of one user: four values, each the policy's where it has one, else the user's own.

use std::io::ErrorKind;
use std::path::Path;

use super::value::{Asked, Place, Stated, first, shape};
use crate::host::Host;
use crate::host::windows::{Key, Registry, RegistryValue};

/// Where policy writes the values.
pub(super) const POLICY: &str = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop";
/// Where the user's own stand.
pub(super) const OWN: &str = r"Control Panel\Desktop";
const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const MOST_SECONDS: u32 = i32::MAX.cast_unsigned();

/// The values as they are set.
#[derive(Debug, Clone)]
pub(super) struct Saver {
    pub(super) active: Asked<u32>,
    pub(super) secure: Asked<u32>,
    pub(super) timeout: Asked<u32>,
    /// The program's path, when its file exists.
    pub(super) program: Asked<Option<String>>,
    /// Where a user would set what is not set.
    pub(super) own_place: String,
}

/// Whether the saver starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Runs {
    /// After so many seconds. The setting is the timeout; the user may change it when any of the values is the user's.
    After(Stated<u32>),
    /// It does not, by this setting.
    No(Stated<()>),
    /// It cannot be told.
    Unknown(String),
}

impl Saver {
    /// Reads the values of one account from `registry`; `machine` says where Windows lies.
    pub(super) fn read(host: &dyn Host, machine: &dyn Registry, registry: &dyn Registry, sid: &str) -> Self {
        let place = |path: &str, owner, users_own| Place { key: Key::user(sid, path), owner, users_own };
        let own = place(OWN, "user's own", true);
        let places = [place(POLICY, "user policy", false), own.clone()];
        let number = |name: &str, most: u32| first(&places, |place| place.number(registry, name, 0..=most));
        Self {
            active: number("ScreenSaveActive", 1),
            secure: number("ScreenSaverIsSecure", 1),
            timeout: number("ScreenSaveTimeOut", MOST_SECONDS),
            program: first(&places, |place| program(host, machine, registry, place)),
            own_place: own.shown(),
        }
    }

    /// What holds for an account without settings: no saver.
    pub(super) fn none() -> Self {
        Self { active: Ok(None), secure: Ok(None), timeout: Ok(None), program: Ok(None), own_place: String::new() }
    }

    /// A saver starts when it is switched on, has a time and has a program that exists. One certain no is enough.
    pub(super) fn runs(&self) -> Runs {
        let no = |stated: Stated<()>| Runs::No(stated);
        let program = match &self.program {
            Ok(Some(Stated { value: Some(_), users_own, .. })) => Ok(*users_own),
            Ok(Some(missing)) => return no(missing.clone().without_value()),
            Ok(None) => return no(self.unset("SCRNSAVE.EXE is not set")),
            Err(reason) => Err(reason.clone()),
        };
        let active = match &self.active {
            Ok(Some(off)) if off.value == 0 => return no(off.clone().without_value()),
            Ok(Some(on)) => Ok(on.users_own),
            Ok(None) => Err("ScreenSaveActive is not set, and what then holds is not documented".to_owned()),
            Err(reason) => Err(reason.clone()),
        };
        let timeout = match &self.timeout {
            Ok(Some(never)) if never.value == 0 => return no(never.clone().without_value()),
            Ok(Some(after)) => Ok(after.clone()),
            Ok(None) => Err("ScreenSaveTimeOut is not set, and what then holds is not documented".to_owned()),
            Err(reason) => Err(reason.clone()),
        };
        match (program, active, timeout) {
            (Ok(program), Ok(active), Ok(after)) => {
                Runs::After(Stated { users_own: program || active || after.users_own, ..after })
            }
            (Err(reason), _, _) | (_, Err(reason), _) | (_, _, Err(reason)) => Runs::Unknown(reason),
        }
    }

    /// Whether the password is asked for after it: what says so, or what says not.
    pub(super) fn secure(&self) -> Result<(bool, Stated<()>), String> {
        let stated = self.secure.clone()?;
        Ok(match stated {
            Some(stated) => (stated.value == 1, stated.without_value()),
            None => (false, self.unset("ScreenSaverIsSecure is not set")),
        })
    }

    fn unset(&self, setting: &str) -> Stated<()> {
        Stated { value: (), setting: setting.to_owned(), place: self.own_place.clone(), users_own: true }
    }
}

impl<T> Stated<T> {
    fn without_value(self) -> Stated<()> {
        Stated { value: (), setting: self.setting, place: self.place, users_own: self.users_own }
    }
}

/// The saver's program. It is stated without a path when the file is not there.
fn program(host: &dyn Host, machine: &dyn Registry, registry: &dyn Registry, place: &Place) -> Asked<Option<String>> {
    const NAME: &str = "SCRNSAVE.EXE";
    let text = match place.raw(registry, NAME)? {
        None => return Ok(None),
        Some(RegistryValue::Text(text)) => text,
        Some(other) => return Err(format!("{NAME} in {} is {}, not a path", place.key, shape(&other))),
    };
    let written = text.trim().trim_matches('"').trim();
    if written.is_empty() || written.eq_ignore_ascii_case("(none)") {
        return Ok(Some(place.stated(None, format!("{NAME} is empty"))));
    }
    for path in paths(machine, written)? {
        match host.status(Path::new(&path)) {
            Ok(_) => return Ok(Some(place.stated(Some(path), format!("{NAME} = {written}")))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(format!("whether the saver's program exists: {}", error.kind())),
        }
    }
    Ok(Some(place.stated(None, format!("{NAME} = {written}, which does not exist"))))
}

/// Where a saver's program may lie. A bare name is looked for in the system's folders.
fn paths(machine: &dyn Registry, written: &str) -> Result<Vec<String>, String> {
    if written.starts_with(r"\\") {
        return Err("the saver's program lies on another computer, which is not asked".to_owned());
    }
    let version = machine.values(&Key::machine(VERSION)).unwrap_or_default();
    let windows = Some(version.text("SystemRoot")).filter(|root| !root.is_empty());
    let windows = windows.unwrap_or_else(|| r"C:\Windows".to_owned());
    let lower = written.to_ascii_lowercase();
    let known = ["%systemroot%", "%windir%"].iter().find(|name| lower.starts_with(**name));
    let path = match known {
        Some(name) => format!("{windows}{}", &written[name.len()..]),
        None => written.to_owned(),
    };
    if path.contains('%') {
        return Err("the saver's program has a variable in its path that is not known here".to_owned());
    }
    if path.contains('\\') {
        return Ok(vec![path]);
    }
    Ok(vec![format!(r"{windows}\System32\{path}"), format!(r"{windows}\{path}")])
}
