//! Security identifiers: as text, by the name of their account, and of who owns a file.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INVALID_SID, ERROR_NONE_MAPPED, ERROR_SUCCESS, LocalFree, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSidToSidW, GetSecurityInfo, SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    LookupAccountSidW, OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SID_NAME_USE,
};
use windows_sys::Win32::Storage::FileSystem::READ_CONTROL;

use super::files::{self, Links};
use super::text::{of_buffer, of_pointer, wide};

/// Longest name of an account or a domain, with its NUL.
const NAME_UNITS: usize = 512;

/// The account of a security identifier, without its domain; `None` when nobody knows it.
pub(super) fn account_of(sid: &str) -> io::Result<Option<String>> {
    match Sid::of(sid) {
        Ok(sid) => sid.account(),
        Err(error) if code_of(&error) == Some(ERROR_INVALID_SID) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Security identifier of the account that owns a path.
#[expect(unsafe_code, reason = "the standard library does not tell who owns a file")]
pub(super) fn owner(path: &Path) -> io::Result<String> {
    let file = files::look(path, READ_CONTROL, Links::Stay)?;
    let mut owner: PSID = ptr::null_mut();
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    let none = ptr::null_mut();
    // SAFETY: the handle is open; the call allocates one descriptor, in which the owner lies.
    let code = unsafe {
        let handle = file.as_raw_handle();
        let wanted = OWNER_SECURITY_INFORMATION;
        let none_acl = ptr::null_mut();
        GetSecurityInfo(handle, SE_FILE_OBJECT, wanted, &raw mut owner, none, none_acl, none_acl, &raw mut descriptor)
    };
    if code != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(i32::try_from(code).unwrap_or(i32::MAX)));
    }
    let _descriptor = Local(descriptor);
    // SAFETY: the descriptor is held until the end of this function.
    unsafe { text_of(owner) }
}

/// A security identifier that the system allocated.
pub(super) struct Sid(Local);

impl Sid {
    /// The identifier that is written so.
    #[expect(unsafe_code, reason = "only the system takes identifiers apart")]
    pub(super) fn of(text: &str) -> io::Result<Self> {
        let text = wide(text)?;
        let mut sid: PSID = ptr::null_mut();
        // SAFETY: the text ends with a NUL, and the call allocates one identifier.
        let got = unsafe { ConvertStringSidToSidW(text.as_ptr(), &raw mut sid) };
        if got == 0 { Err(io::Error::last_os_error()) } else { Ok(Self(Local(sid))) }
    }

    /// Name of its account; `None` when nobody knows it.
    #[expect(unsafe_code, reason = "only the system knows the names")]
    pub(super) fn account(&self) -> io::Result<Option<String>> {
        let (mut name, mut domain) = ([0; NAME_UNITS], [0; NAME_UNITS]);
        let (mut name_units, mut domain_units) = (NAME_UNITS as u32, NAME_UNITS as u32);
        let mut usage: SID_NAME_USE = 0;
        // SAFETY: the identifier is held, and the call writes at most as much as it is told that there is room for.
        let got = unsafe {
            LookupAccountSidW(
                ptr::null(),
                self.0.0,
                name.as_mut_ptr(),
                &raw mut name_units,
                domain.as_mut_ptr(),
                &raw mut domain_units,
                &raw mut usage,
            )
        };
        if got != 0 {
            return Ok(Some(of_buffer(&name)).filter(|name| !name.is_empty()));
        }
        let error = io::Error::last_os_error();
        if code_of(&error) == Some(ERROR_NONE_MAPPED) { Ok(None) } else { Err(error) }
    }
}

/// A security identifier as text.
///
/// # Safety
/// The pointer is null or leads to a valid identifier.
#[expect(unsafe_code, reason = "only the system takes identifiers apart")]
pub(super) unsafe fn text_of(sid: PSID) -> io::Result<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller vouches for the identifier, and the call allocates one text.
    if unsafe { ConvertSidToStringSidW(sid, &raw mut text) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let text = Local(text.cast());
    // SAFETY: the call succeeded, so that this is a text with its NUL.
    Ok(unsafe { of_pointer(text.0.cast()) })
}

/// Memory that the system allocated for an answer.
struct Local(PSID);

impl Drop for Local {
    #[expect(unsafe_code, reason = "what the system allocated is given back to it")]
    fn drop(&mut self) {
        // SAFETY: it was allocated by a call that says to free it so, and is freed once.
        unsafe { LocalFree(self.0) };
    }
}

fn code_of(error: &io::Error) -> Option<WIN32_ERROR> {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok())
}
