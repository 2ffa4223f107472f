//! Who may do what with the service: nobody but the system may stop, change or remove it.

use std::io;
use std::ptr::null_mut;

use windows_service::service::Service;
use windows_sys::Win32::Foundation::{ERROR_NOT_ALL_ASSIGNED, GetLastError, HANDLE, LUID, LocalFree, SetLastError};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, DACL_SECURITY_INFORMATION, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW,
    SACL_SECURITY_INFORMATION, SE_PRIVILEGE_ENABLED, TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
};
use windows_sys::Win32::System::Services::SetServiceObjectSecurity;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::calls::{checked, wide};

/// Rights: CC see its settings, DC change them, LC see its state, SW see what depends on it, RP start, WP stop, DT pause,
/// LO ask it for its state, CR send it a signal of its own, SD remove it, RC WD WO read, change, take over this list.
/// Who: SY the system, BA administrators, IU whoever sits at the machine, SU services, WD everyone.
const ALLOWED: &str = "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)(A;;CCLCSWLORC;;;BA)(A;;CCLCSWLO;;;IU)(A;;CCLCSWLO;;;SU)";
/// Each attempt to change, stop, pause or remove it, or to change this list, is recorded, whether it succeeds (SA) or
/// fails (FA).
const AUDITED: &str = "S:(AU;SAFA;DCWPDTSDWDWO;;;WD)";
/// The privilege without which no audit list may be set.
const SECURITY_PRIVILEGE: &str = "SeSecurityPrivilege";

/// Lets this program set audit lists. Call it before the service is opened with that right.
///
/// # Errors
/// When this account has no such privilege.
pub(super) fn may_audit() -> io::Result<()> {
    let name = wide(SECURITY_PRIVILEGE);
    let (mut token, mut luid): (HANDLE, _) = (null_mut(), LUID::default());
    #[expect(unsafe_code, reason = "std knows no privileges")]
    // SAFETY: each pointer is to a local that outlives its call; one privilege is announced and one is there.
    unsafe {
        checked(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &raw mut token))?;
        let found = checked(LookupPrivilegeValueW(null_mut(), name.as_ptr(), &raw mut luid));
        let wanted = TOKEN_PRIVILEGES {
            PrivilegeCount: 1,
            Privileges: [LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED }],
        };
        let enabled = found.and_then(|()| {
            // It succeeds also when it did nothing, and says so only here.
            SetLastError(0);
            checked(AdjustTokenPrivileges(token, 0, &raw const wanted, 0, null_mut(), null_mut()))?;
            if GetLastError() == ERROR_NOT_ALL_ASSIGNED { Err(io::Error::last_os_error()) } else { Ok(()) }
        });
        windows_sys::Win32::Foundation::CloseHandle(token);
        enabled
    }
}

/// Sets who may do what.
///
/// # Errors
/// When the service manager refuses.
pub(super) fn close(service: &Service) -> io::Result<()> {
    set(service, ALLOWED, DACL_SECURITY_INFORMATION)
}

/// Has attempts recorded.
///
/// # Errors
/// When the service manager refuses; [`may_audit`] must have succeeded before the service was opened.
pub(super) fn audit(service: &Service) -> io::Result<()> {
    set(service, AUDITED, SACL_SECURITY_INFORMATION)
}

fn set(service: &Service, sddl: &str, which: u32) -> io::Result<()> {
    let text = wide(sddl);
    let mut descriptor = null_mut();
    #[expect(unsafe_code, reason = "windows-service sets no access list")]
    // SAFETY: the text ends with a zero; the descriptor is written only on success and freed once, after its last use;
    // the handle is valid as long as `service`.
    unsafe {
        checked(ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        ))?;
        let done = checked(SetServiceObjectSecurity(service.raw_handle(), which, descriptor));
        LocalFree(descriptor);
        done
    }
}
