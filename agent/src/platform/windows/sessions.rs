//! Sessions of people.

use std::io;
use std::mem;
use std::ptr;

use windows_sys::Win32::System::RemoteDesktop::{
    WTS_CURRENT_SERVER_HANDLE, WTS_INFO_CLASS, WTS_SESSION_INFOW, WTS_SESSIONSTATE_LOCK, WTS_SESSIONSTATE_UNLOCK,
    WTSActive, WTSClientProtocolType, WTSEnumerateSessionsW, WTSFreeMemory, WTSINFOEX_LEVEL1_W, WTSINFOEXW,
    WTSQuerySessionInformationW, WTSSessionInfoEx, WTSUserName,
};

use super::text::of_pointer;
use crate::host::windows::Session;
use crate::platform::raw::file_time;

/// The session of services.
const SERVICES: u32 = 0;
/// `WTSClientProtocolType` of somebody who sits at the machine.
const CONSOLE: u16 = 0;

/// All sessions in which somebody is logged in, disconnected ones too.
#[expect(unsafe_code, reason = "sessions are listed by the system's own calls")]
pub(super) fn all() -> io::Result<Vec<Session>> {
    let mut list: *mut WTS_SESSION_INFOW = ptr::null_mut();
    let mut count = 0;
    // SAFETY: the call allocates one list and says how long it is.
    let got = unsafe { WTSEnumerateSessionsW(WTS_CURRENT_SERVER_HANDLE, 0, 1, &raw mut list, &raw mut count) };
    if got == 0 {
        return Err(io::Error::last_os_error());
    }
    let list = Memory { at: list.cast(), bytes: 0 };
    let count = if list.at.is_null() { 0 } else { usize::try_from(count).unwrap_or_default() };
    let mut sessions = Vec::new();
    for at in 0..count {
        // SAFETY: the list has that many entries and is held until the end.
        let entry = unsafe { &*list.at.cast::<WTS_SESSION_INFOW>().add(at) };
        if entry.SessionId != SERVICES {
            sessions.extend(session(entry.SessionId, entry.State == WTSActive));
        }
    }
    Ok(sessions)
}

/// `None` when nobody is logged in there, or it ended since it was listed.
fn session(id: u32, active: bool) -> Option<Session> {
    let user = user(id).filter(|user| !user.is_empty())?;
    let more = more(id);
    let time = |of: fn(&WTSINFOEX_LEVEL1_W) -> i64| more.as_ref().and_then(|more| file_time::timestamp(of(more)));
    let locked = more.as_ref().and_then(|more| match more.SessionFlags.cast_unsigned() {
        WTS_SESSIONSTATE_LOCK => Some(true),
        WTS_SESSIONSTATE_UNLOCK => Some(false),
        _ => None,
    });
    let began_at = time(|more| more.LogonTime);
    let last_input_at = time(|more| more.LastInputTime);
    Some(Session { user, remote: is_remote(id), active, locked, began_at, last_input_at })
}

#[expect(unsafe_code, reason = "the system answers with a text in its own memory")]
fn user(id: u32) -> Option<String> {
    let answer = ask(id, WTSUserName)?;
    // SAFETY: this question is answered with a text that ends with a NUL.
    Some(unsafe { of_pointer(answer.at.cast()) })
}

#[expect(unsafe_code, reason = "the system answers with a number in its own memory")]
fn is_remote(id: u32) -> bool {
    let answer = ask(id, WTSClientProtocolType).filter(|answer| answer.bytes >= mem::size_of::<u16>());
    // SAFETY: the answer is that long.
    answer.is_some_and(|answer| unsafe { answer.at.cast::<u16>().read_unaligned() } != CONSOLE)
}

#[expect(unsafe_code, reason = "the system answers with a structure in its own memory")]
fn more(id: u32) -> Option<WTSINFOEX_LEVEL1_W> {
    let answer = ask(id, WTSSessionInfoEx).filter(|answer| answer.bytes >= mem::size_of::<WTSINFOEXW>())?;
    // SAFETY: the answer is that long, and its first level is the only one that there is.
    let told = unsafe { answer.at.cast::<WTSINFOEXW>().read_unaligned() };
    if told.Level != 1 {
        return None;
    }
    // SAFETY: as above.
    Some(unsafe { told.Data.WTSInfoExLevel1 })
}

#[expect(unsafe_code, reason = "sessions are asked by the system's own calls")]
fn ask(id: u32, question: WTS_INFO_CLASS) -> Option<Memory> {
    let (mut at, mut bytes) = (ptr::null_mut(), 0);
    // SAFETY: the call allocates one answer and says how long it is.
    let got =
        unsafe { WTSQuerySessionInformationW(WTS_CURRENT_SERVER_HANDLE, id, question, &raw mut at, &raw mut bytes) };
    let answer = Memory { at: at.cast(), bytes: usize::try_from(bytes).unwrap_or_default() };
    (got != 0 && !answer.at.is_null()).then_some(answer)
}

/// Memory that the system allocated for an answer.
struct Memory {
    at: *mut u8,
    bytes: usize,
}

impl Drop for Memory {
    #[expect(unsafe_code, reason = "what the system allocated is given back to it")]
    fn drop(&mut self) {
        if !self.at.is_null() {
            // SAFETY: it was allocated by a call that says to free it so, and is freed once.
            unsafe { WTSFreeMemory(self.at.cast()) };
        }
    }
}
