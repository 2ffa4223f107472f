//! The Windows event log: where an administrator looks for the moments in the life of a service.

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND;
use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE, RegisterEventSourceW,
    ReportEventW,
};
use windows_sys::Win32::System::Registry::{
    HKEY_LOCAL_MACHINE, REG_DWORD, REG_EXPAND_SZ, REG_VALUE_TYPE, RegDeleteTreeW, RegSetKeyValueW,
};

use super::calls::{checked, checked_code, wide};
use super::service_control::NAME;
use crate::platform::service::{Gravity, Note};

const SOURCES: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application";
/// A program of Windows that holds the message "%1" for every id up to 1000: so our texts are shown as they are.
const MESSAGES: &str = r"%SystemRoot%\System32\EventCreate.exe";
/// Errors, warnings and information.
const TYPES: u32 = 7;

/// Makes Windows show our texts whole.
///
/// # Errors
/// When the registry refuses.
pub(super) fn register() -> io::Result<()> {
    let messages: Vec<u8> = wide(MESSAGES).iter().flat_map(|unit| unit.to_le_bytes()).collect();
    set("EventMessageFile", REG_EXPAND_SZ, &messages)?;
    set("TypesSupported", REG_DWORD, &TYPES.to_le_bytes())
}

/// Takes back what [`register`] did.
///
/// # Errors
/// When the registry refuses.
pub(super) fn unregister() -> io::Result<()> {
    let key = wide(&format!(r"{SOURCES}\{NAME}"));
    #[expect(unsafe_code, reason = "std knows no registry; the key's name ends with a zero and outlives the call")]
    let code = unsafe { RegDeleteTreeW(HKEY_LOCAL_MACHINE, key.as_ptr()) };
    if code == ERROR_FILE_NOT_FOUND { Ok(()) } else { checked_code(code) }
}

/// Writes a note. A log that takes none is no failure of the agent.
pub fn report(note: &Note) {
    let gravity = match note.gravity() {
        Gravity::Information => EVENTLOG_INFORMATION_TYPE,
        Gravity::Warning => EVENTLOG_WARNING_TYPE,
        Gravity::Error => EVENTLOG_ERROR_TYPE,
    };
    let (source, text) = (wide(NAME), wide(&note.text()));
    let texts = [text.as_ptr()];
    #[expect(unsafe_code, reason = "std knows no event log")]
    // SAFETY: one text is announced and one is there; all texts end with a zero and outlive the calls.
    let written = unsafe {
        let log = RegisterEventSourceW(null(), source.as_ptr());
        if log.is_null() {
            Err(io::Error::last_os_error())
        } else {
            let done = ReportEventW(log, gravity, 0, note.id(), null_mut(), 1, 0, texts.as_ptr(), null());
            let done = checked(done);
            DeregisterEventSource(log);
            done
        }
    };
    if let Err(error) = written {
        tracing::debug!(reason = %error, "the event log took no note");
    }
}

fn set(value: &str, kind: REG_VALUE_TYPE, content: &[u8]) -> io::Result<()> {
    let (key, value) = (wide(&format!(r"{SOURCES}\{NAME}")), wide(value));
    let bytes = u32::try_from(content.len()).unwrap_or_default();
    #[expect(unsafe_code, reason = "std knows no registry")]
    // SAFETY: both names end with a zero; as many bytes are announced as are there; all outlive the call.
    let code = unsafe {
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.as_ptr(), value.as_ptr(), kind, content.as_ptr().cast(), bytes)
    };
    checked_code(code)
}
