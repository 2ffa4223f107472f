//! Access lists of folders on Windows, through the four calls that read and write them as text (SDDL).

use std::fs::{self, Metadata};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::MetadataExt as _;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, ERROR_ALREADY_EXISTS, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW, ConvertSidToStringSidW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, GetTokenInformation, OWNER_SECURITY_INFORMATION,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{CreateDirectoryW, FILE_ATTRIBUTE_REPARSE_POINT};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::rights::{self, Wrong};

/// Nothing is inherited (P); the system (SY) and administrators (BA) have everything (FA), here and below (OICI).
const CLOSED: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
/// The same, and the owner (OW): for one who is no administrator and tries the agent out in a folder of their own.
const CLOSED_BUT_MINE: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)";
const NAME_BYTES: usize = 256;

/// Creates a folder, and those above it, with a closed access list from the first moment on.
pub(super) fn create(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create(parent)?;
    }
    let descriptor = Descriptor::parse(CLOSED)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let name = wide(folder);
    #[expect(unsafe_code, reason = "std makes no folder with an access list; both arguments outlive the call")]
    let made = unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) };
    match checked(made) {
        Err(error) if !is_already_there(&error) => Err(error),
        Err(_) if !folder.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        Err(_) => Ok(()),
        Ok(()) => let_me_in(folder),
    }
}

/// Gives a folder a closed access list.
pub(super) fn close(folder: &Path) -> io::Result<()> {
    set_list(folder, CLOSED)?;
    let_me_in(folder)
}

/// Refuses a link, a folder of somebody else, and one that others may change; the text names the remedy.
pub(super) fn check(folder: &Path, about: &Metadata) -> io::Result<()> {
    if about.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "leads elsewhere\n  name the folder itself"));
    }
    let text = Descriptor::of(folder)?.text()?;
    let remedy = match rights::wrong_with(&text, &own_names()?) {
        None => return Ok(()),
        Some(Wrong::Owner) => "belongs to another account\n  take it over:  takeown /a /f FOLDER",
        Some(Wrong::Open) => {
            "can be changed by others than the administrators\n  close it:  icacls FOLDER /inheritance:r \
             /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F"
        }
    };
    Err(io::Error::new(io::ErrorKind::PermissionDenied, remedy))
}

/// Whoever closes a folder must be able to use it: one who is no administrator stays in as its owner.
fn let_me_in(folder: &Path) -> io::Result<()> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => set_list(folder, CLOSED_BUT_MINE),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn set_list(folder: &Path, list: &str) -> io::Result<()> {
    let descriptor = Descriptor::parse(list)?;
    let acl = descriptor.list()?;
    let name = wide(folder);
    let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    #[expect(unsafe_code, reason = "std sets no access list; the list lives in `descriptor`, which outlives the call")]
    let code =
        unsafe { SetNamedSecurityInfoW(name.as_ptr(), SE_FILE_OBJECT, what, null_mut(), null_mut(), acl, null_mut()) };
    checked_code(code)
}

/// The account that this program runs as, in every way in which SDDL may write it.
fn own_names() -> io::Result<Vec<String>> {
    let sid = own_sid()?;
    // "O:S-1-5-21-...-500" comes back as "O:LA": known accounts have names of two letters.
    let named = Descriptor::parse(&format!("O:{sid}"))?.text()?;
    Ok(vec![named.trim_start_matches("O:").to_owned(), sid])
}

#[expect(unsafe_code, reason = "std does not say who runs this program; the buffer is larger than any account's name")]
fn own_sid() -> io::Result<String> {
    let mut token: HANDLE = null_mut();
    // Aligned for the structure that the system writes at its beginning.
    let mut buffer = [0_u64; NAME_BYTES / 8];
    let (room, mut used) = (u32::try_from(NAME_BYTES).unwrap_or_default(), 0);
    let mut text = null_mut();
    // SAFETY: each pointer is to a local that outlives its call, and is read only after the call succeeded.
    unsafe {
        checked(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token))?;
        let asked = checked(GetTokenInformation(token, TokenUser, buffer.as_mut_ptr().cast(), room, &raw mut used));
        CloseHandle(token);
        asked?;
        let user = buffer.as_ptr().cast::<TOKEN_USER>().read();
        checked(ConvertSidToStringSidW(user.User.Sid, &raw mut text))?;
        Ok(taken(text))
    }
}

/// A security descriptor that the system allocated.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    #[expect(unsafe_code, reason = "the system alone reads SDDL; the text ends with a zero and outlives the call")]
    fn parse(sddl: &str) -> io::Result<Self> {
        let text: Vec<u16> = sddl.encode_utf16().chain([0]).collect();
        let mut made = null_mut();
        // SAFETY: `made` is written only on success, and freed once, by `drop`.
        checked(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                null_mut(),
            )
        })?;
        Ok(Self(made))
    }

    /// Owner and access list of a folder.
    #[expect(unsafe_code, reason = "std reads no access list; the path ends with a zero and outlives the call")]
    fn of(folder: &Path) -> io::Result<Self> {
        let name = wide(folder);
        let mut found = null_mut();
        let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
        // SAFETY: the parts that are not asked for may be null; `found` is freed once, by `drop`.
        checked_code(unsafe {
            GetNamedSecurityInfoW(
                name.as_ptr(),
                SE_FILE_OBJECT,
                what,
                null_mut(),
                null_mut(),
                null_mut(),
                null_mut(),
                &raw mut found,
            )
        })?;
        Ok(Self(found))
    }

    #[expect(unsafe_code, reason = "the system alone writes SDDL, into memory that is freed by `taken`")]
    fn text(&self) -> io::Result<String> {
        let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
        let mut text = null_mut();
        // SAFETY: the descriptor is valid as long as `self`; `text` is written only on success.
        unsafe {
            checked(ConvertSecurityDescriptorToStringSecurityDescriptorW(
                self.0,
                SDDL_REVISION_1,
                what,
                &raw mut text,
                null_mut(),
            ))?;
            Ok(taken(text))
        }
    }

    /// The access list, which lives as long as the descriptor.
    #[expect(unsafe_code, reason = "the list lies within the descriptor, which only the system can take apart")]
    fn list(&self) -> io::Result<*mut ACL> {
        let (mut present, mut defaulted, mut list) = (0, 0, null_mut());
        // SAFETY: the descriptor is valid, and the three locals outlive the call.
        checked(unsafe { GetSecurityDescriptorDacl(self.0, &raw mut present, &raw mut list, &raw mut defaulted) })?;
        Ok(list)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "the system allocated it for this program to free")]
        // SAFETY: it is freed nowhere else.
        unsafe {
            LocalFree(self.0);
        }
    }
}

/// A text of the system's, which is freed.
#[expect(unsafe_code, reason = "the system hands out texts by their address alone")]
unsafe fn taken(text: *mut u16) -> String {
    // SAFETY: the caller got it from a call that succeeded: it ends with a zero and is freed once, here.
    unsafe {
        let length = (0..).take_while(|&at| *text.add(at) != 0).count();
        let copy = String::from_utf16_lossy(std::slice::from_raw_parts(text, length));
        LocalFree(text.cast());
        copy
    }
}

fn wide(path: &Path) -> Vec<u16> {
    path.as_os_str().encode_wide().chain([0]).collect()
}

fn checked(success: i32) -> io::Result<()> {
    if success == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn checked_code(code: u32) -> io::Result<()> {
    if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}

fn is_already_there(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_ALREADY_EXISTS.cast_signed())
}
