//! The registry, read only and in the native view.
//!
//! Accounts write what they like into their own hives: names of any length, types that nobody knows, values of many
//! megabytes. All of it is bounded here; a key that is beyond the bounds fails and is not taken for an empty one.

use std::io;
use std::ptr;

use jiff::Timestamp;
use windows_sys::Win32::Foundation::{
    ERROR_KEY_DELETED, ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_SUCCESS, FILETIME, WIN32_ERROR,
};
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, HKEY_USERS, KEY_READ, KEY_WOW64_64KEY, RegCloseKey, RegEnumKeyExW, RegEnumValueW,
    RegOpenKeyExW, RegQueryInfoKeyW,
};

use super::text::wide;
use crate::host::windows::{Key, Registry, RegistryValue, Root, Values};
use crate::platform::raw::file_time;

/// Keys below a key, values of a key.
const MOST_ENTRIES: u32 = 65_536;
/// All values of a key together.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Longest name of a key, with its NUL.
const KEY_NAME_UNITS: usize = 256;
/// Longest name of a value, with its NUL.
const VALUE_NAME_UNITS: usize = 16_384;

/// This machine's registry.
#[derive(Debug)]
pub(super) struct LiveRegistry;

impl Registry for LiveRegistry {
    fn keys(&self, key: &Key) -> io::Result<Vec<String>> {
        let open = Open::at(key)?;
        let mut names = Vec::new();
        for index in 0..=MOST_ENTRIES {
            match open.key_name(index)? {
                // Nobody can open a name with a NUL in it through the usual doors.
                Some(name) => names.extend(String::from_utf16(&name).ok().filter(|name| !name.contains('\0'))),
                None => {
                    names.sort_unstable();
                    return Ok(names);
                }
            }
        }
        Err(too_large("keys below it"))
    }

    fn values(&self, key: &Key) -> io::Result<Values> {
        let open = Open::at(key)?;
        let mut name = vec![0; VALUE_NAME_UNITS];
        let mut data = vec![0; 4096];
        let (mut found, mut bytes) = (Vec::new(), 0);
        for index in 0..=MOST_ENTRIES {
            let Some((name, value, size)) = open.value(index, &mut name, &mut data)? else {
                return Ok(Values::of(found));
            };
            bytes += size;
            if bytes > MOST_BYTES {
                return Err(too_large("bytes in its values"));
            }
            found.push((name, value));
        }
        Err(too_large("values"))
    }

    fn written_at(&self, key: &Key) -> io::Result<Timestamp> {
        Open::at(key)?.written_at()
    }
}

/// An open key.
struct Open(HKEY);

impl Open {
    #[expect(unsafe_code, reason = "the registry is reached through the system's own calls")]
    fn at(key: &Key) -> io::Result<Self> {
        let root = match key.root {
            Root::Machine => HKEY_LOCAL_MACHINE,
            Root::Users => HKEY_USERS,
        };
        let path = wide(&key.path)?;
        let mut open = ptr::null_mut();
        // SAFETY: the path ends with a NUL, and the call fills in one handle.
        done(unsafe { RegOpenKeyExW(root, path.as_ptr(), 0, KEY_READ | KEY_WOW64_64KEY, &raw mut open) })?;
        Ok(Self(open))
    }

    /// `None` behind the last one.
    #[expect(unsafe_code, reason = "the registry is reached through the system's own calls")]
    fn key_name(&self, index: u32) -> io::Result<Option<Vec<u16>>> {
        let mut name = [0; KEY_NAME_UNITS];
        let mut units = length(name.len())?;
        // SAFETY: the key is open, and the call writes at most as many units as it is told that there are.
        let code = unsafe {
            let (none, class) = (ptr::null_mut(), ptr::null_mut());
            RegEnumKeyExW(self.0, index, name.as_mut_ptr(), &raw mut units, ptr::null(), class, none, ptr::null_mut())
        };
        if code == ERROR_NO_MORE_ITEMS {
            return Ok(None);
        }
        done(code)?;
        Ok(Some(name.iter().copied().take(usize::try_from(units).unwrap_or_default()).collect()))
    }

    /// Name, value and size of one value; `None` behind the last one.
    #[expect(unsafe_code, reason = "the registry is reached through the system's own calls")]
    fn value(
        &self,
        index: u32,
        name: &mut [u16],
        data: &mut Vec<u8>,
    ) -> io::Result<Option<(String, RegistryValue, usize)>> {
        loop {
            let (mut units, mut kind, mut bytes) = (length(name.len())?, 0, length(data.len())?);
            let name_at = name.as_mut_ptr();
            // SAFETY: the key is open, and the call writes at most as much as it is told that there is room for.
            let code = unsafe {
                let none = ptr::null();
                RegEnumValueW(
                    self.0,
                    index,
                    name_at,
                    &raw mut units,
                    none,
                    &raw mut kind,
                    data.as_mut_ptr(),
                    &raw mut bytes,
                )
            };
            let size = usize::try_from(bytes).unwrap_or(usize::MAX);
            match code {
                ERROR_NO_MORE_ITEMS => return Ok(None),
                // The value may grow again before the next try, so there is room for more than it has now.
                ERROR_MORE_DATA if data.len() < MOST_BYTES => {
                    let room = size.saturating_add(1).max(data.len() * 2).min(MOST_BYTES);
                    data.resize(room, 0);
                }
                ERROR_MORE_DATA => return Err(too_large("bytes in its values")),
                code => {
                    done(code)?;
                    let name: Vec<u16> =
                        name.iter().copied().take(usize::try_from(units).unwrap_or_default()).collect();
                    let value = RegistryValue::of_raw(kind, data.get(..size).unwrap_or_default());
                    return Ok(Some((String::from_utf16_lossy(&name), value, size)));
                }
            }
        }
    }

    #[expect(unsafe_code, reason = "the registry is reached through the system's own calls")]
    fn written_at(&self) -> io::Result<Timestamp> {
        let mut time = FILETIME::default();
        // SAFETY: the key is open, everything but the time may be left out.
        done(unsafe {
            let none: *mut u32 = ptr::null_mut();
            let text = ptr::null_mut();
            RegQueryInfoKeyW(self.0, text, none, none, none, none, none, none, none, none, none, &raw mut time)
        })?;
        let steps = i64::from(time.dwHighDateTime) << 32 | i64::from(time.dwLowDateTime);
        file_time::timestamp(steps).ok_or_else(|| io::ErrorKind::Unsupported.into())
    }
}

impl Drop for Open {
    #[expect(unsafe_code, reason = "the registry is reached through the system's own calls")]
    fn drop(&mut self) {
        // SAFETY: the key was opened here and is closed once.
        unsafe { RegCloseKey(self.0) };
    }
}

fn length(units: usize) -> io::Result<u32> {
    u32::try_from(units).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn done(code: WIN32_ERROR) -> io::Result<()> {
    match code {
        ERROR_SUCCESS => Ok(()),
        ERROR_KEY_DELETED => Err(io::ErrorKind::NotFound.into()),
        code => Err(io::Error::from_raw_os_error(i32::try_from(code).unwrap_or(i32::MAX))),
    }
}

fn too_large(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("too many {what}"))
}
