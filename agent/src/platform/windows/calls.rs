//! Texts and answers as Windows calls take and give them.

use std::io;

/// A text in UTF-16 with a zero at its end.
pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// The error that a call left behind when it returned zero.
pub(super) fn checked(success: i32) -> io::Result<()> {
    if success == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The error that a call returned, when it was not zero.
pub(super) fn checked_code(code: u32) -> io::Result<()> {
    if code == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}
