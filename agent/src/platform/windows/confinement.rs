//! What the child that reads a document gives up on Windows: memory, time, further processes, the desktop, and writing
//! to what is not its own.
//!
//! What it keeps: it may still open files that its account may read, and connections. docs/security.md says so.

use std::io;
use std::mem::ManuallyDrop;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle, RawHandle};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::ConvertStringSidToSidW;
use windows_sys::Win32::Security::{
    SID_AND_ATTRIBUTES, SetTokenInformation, TOKEN_ADJUST_DEFAULT, TOKEN_MANDATORY_LABEL, TOKEN_QUERY,
    TokenIntegrityLevel,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
    JOB_OBJECT_LIMIT_PROCESS_TIME, JOB_OBJECT_UILIMIT_DESKTOP, JOB_OBJECT_UILIMIT_DISPLAYSETTINGS,
    JOB_OBJECT_UILIMIT_EXITWINDOWS, JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES,
    JOB_OBJECT_UILIMIT_READCLIPBOARD, JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
    JOBOBJECT_BASIC_LIMIT_INFORMATION, JOBOBJECT_BASIC_UI_RESTRICTIONS, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JOBOBJECTINFOCLASS, JobObjectBasicUIRestrictions, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

const MEMORY_BYTES: usize = 256 * 1024 * 1024;
/// Two seconds, in steps of 100 nanoseconds.
const PROCESSOR_TIME: i64 = 2 * 10_000_000;
const NO_DESKTOP: u32 = JOB_OBJECT_UILIMIT_DESKTOP
    | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
    | JOB_OBJECT_UILIMIT_EXITWINDOWS
    | JOB_OBJECT_UILIMIT_GLOBALATOMS
    | JOB_OBJECT_UILIMIT_HANDLES
    | JOB_OBJECT_UILIMIT_READCLIPBOARD
    | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
    | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;
/// "Low": below everything that a person or the system owns, so that nothing of theirs can be written.
const LOW: &str = "S-1-16-4096";
/// `SE_GROUP_INTEGRITY`: the identifier is a level, and not a group.
const IS_LEVEL: u32 = 0x20;

/// Confines this process for the rest of its life.
///
/// # Errors
/// When a limit could not be set: nothing may be read then.
pub fn confine_this_process() -> io::Result<()> {
    enter_job()?;
    lower_level()
}

/// The job ends with its last handle, and this process with the job. So the handle stays open until the process ends.
fn enter_job() -> io::Result<()> {
    let limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION {
        BasicLimitInformation: JOBOBJECT_BASIC_LIMIT_INFORMATION {
            PerProcessUserTimeLimit: PROCESSOR_TIME,
            LimitFlags: JOB_OBJECT_LIMIT_ACTIVE_PROCESS
                | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION
                | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                | JOB_OBJECT_LIMIT_PROCESS_MEMORY
                | JOB_OBJECT_LIMIT_PROCESS_TIME,
            ActiveProcessLimit: 1,
            ..JOBOBJECT_BASIC_LIMIT_INFORMATION::default()
        },
        ProcessMemoryLimit: MEMORY_BYTES,
        ..JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default()
    };
    let desktop = JOBOBJECT_BASIC_UI_RESTRICTIONS { UIRestrictionsClass: NO_DESKTOP };
    #[expect(unsafe_code, reason = "std knows no jobs")]
    // SAFETY: without a name and attributes the job is new; the handle of the process needs no closing.
    unsafe {
        let job = owned(CreateJobObjectW(null(), null()))?;
        limit(&job, JobObjectExtendedLimitInformation, &limits)?;
        limit(&job, JobObjectBasicUIRestrictions, &desktop)?;
        checked(AssignProcessToJobObject(raw(&job), GetCurrentProcess()))
    }
}

#[expect(unsafe_code, reason = "std knows no jobs")]
fn limit<T>(job: &ManuallyDrop<OwnedHandle>, class: JOBOBJECTINFOCLASS, limits: &T) -> io::Result<()> {
    let bytes = u32::try_from(size_of::<T>()).unwrap_or_default();
    // SAFETY: both callers hand in the structure of the class, which the call copies.
    checked(unsafe { SetInformationJobObject(raw(job), class, std::ptr::from_ref(limits).cast(), bytes) })
}

fn lower_level() -> io::Result<()> {
    let text: Vec<u16> = LOW.encode_utf16().chain([0]).collect();
    let (mut token, mut level): (HANDLE, _) = (null_mut(), null_mut());
    #[expect(unsafe_code, reason = "std knows no integrity levels")]
    // SAFETY: each pointer is to a local that outlives its call; the level is freed once, after its last use.
    unsafe {
        checked(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_DEFAULT | TOKEN_QUERY, &raw mut token))?;
        let token = owned(token).map(ManuallyDrop::into_inner)?;
        checked(ConvertStringSidToSidW(text.as_ptr(), &raw mut level))?;
        let label = TOKEN_MANDATORY_LABEL { Label: SID_AND_ATTRIBUTES { Sid: level, Attributes: IS_LEVEL } };
        let bytes = u32::try_from(size_of::<TOKEN_MANDATORY_LABEL>()).unwrap_or_default();
        let lowered = SetTokenInformation(
            std::os::windows::io::AsRawHandle::as_raw_handle(&token),
            TokenIntegrityLevel,
            (&raw const label).cast(),
            bytes,
        );
        let lowered = checked(lowered);
        LocalFree(level);
        lowered
    }
}

/// A handle that a call has just made; it is closed only where it is taken out again.
#[expect(unsafe_code, reason = "a handle of the system becomes one of std")]
unsafe fn owned(handle: RawHandle) -> io::Result<ManuallyDrop<OwnedHandle>> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the caller hands in a handle that nobody else closes.
    Ok(ManuallyDrop::new(unsafe { OwnedHandle::from_raw_handle(handle) }))
}

fn raw(handle: &OwnedHandle) -> HANDLE {
    std::os::windows::io::AsRawHandle::as_raw_handle(handle)
}

fn checked(success: i32) -> io::Result<()> {
    if success == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
