//! What the account database of the device tells (`netapi32`): its calls answer with a buffer of structures.

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_MORE_DATA;
use windows_sys::Win32::NetworkManagement::NetManagement::{MAX_PREFERRED_LENGTH, NERR_Success, NetApiBufferFree};

/// Calls that follow one another until all is told; more are a call that does not end.
const MOST_CALLS: usize = 1_000;

/// An answer.
pub(super) struct Answer {
    buffer: *mut u8,
    entries: usize,
}

/// How far a list has been told: the buffer, entries in it, entries in all, where to go on.
pub(super) type Page<'a> = (&'a mut *mut u8, &'a mut u32, &'a mut u32, &'a mut usize);

impl Answer {
    /// The answer of a call that fills in one structure.
    ///
    /// # Errors
    /// When the call fails.
    pub(super) fn one(ask: impl FnOnce(&mut *mut u8) -> u32) -> io::Result<Self> {
        let mut buffer = ptr::null_mut();
        let code = ask(&mut buffer);
        let answer = Self { buffer, entries: 1 };
        if code == NERR_Success && !buffer.is_null() { Ok(answer) } else { Err(failure(code)) }
    }

    /// The answers of a call that has to be repeated until it has told everything.
    ///
    /// # Errors
    /// When a call fails, or does not come to an end.
    pub(super) fn all(mut ask: impl FnMut(Page<'_>) -> u32) -> io::Result<Vec<Self>> {
        let (mut answers, mut resume) = (Vec::new(), 0);
        for _ in 0..MOST_CALLS {
            let (mut buffer, mut entries, mut in_all) = (ptr::null_mut(), 0, 0);
            let code = ask((&mut buffer, &mut entries, &mut in_all, &mut resume));
            let entries = if buffer.is_null() { 0 } else { usize::try_from(entries).unwrap_or_default() };
            answers.push(Self { buffer, entries });
            if code == NERR_Success {
                return Ok(answers);
            }
            if code != ERROR_MORE_DATA {
                return Err(failure(code));
            }
        }
        Err(io::Error::other("the list of accounts does not end"))
    }

    /// Its structures.
    ///
    /// # Safety
    /// The call that was made answers with structures of this type.
    #[expect(unsafe_code, reason = "the system answers with structures in its own memory")]
    pub(super) unsafe fn structures<T>(&self) -> &[T] {
        if self.entries == 0 {
            return &[];
        }
        // SAFETY: the buffer holds that many of them, as the caller vouches, and is freed with the answer.
        unsafe { std::slice::from_raw_parts(self.buffer.cast(), self.entries) }
    }
}

/// As much as there is.
pub(super) const ALL: u32 = MAX_PREFERRED_LENGTH;

impl Drop for Answer {
    #[expect(unsafe_code, reason = "what the system allocated is given back to it")]
    fn drop(&mut self) {
        if !self.buffer.is_null() {
            // SAFETY: the buffer was allocated by the call and is freed once.
            unsafe { NetApiBufferFree(self.buffer.cast()) };
        }
    }
}

/// Numbers from 2100 to 2999 are these calls' own.
fn failure(code: u32) -> io::Error {
    match code {
        2100..=2999 => io::Error::other(format!("the account database answers with error {code}")),
        code => io::Error::from_raw_os_error(i32::try_from(code).unwrap_or(i32::MAX)),
    }
}
