//! Texts as Windows takes and gives them: UTF-16, with a NUL at the end.

use std::io;

/// No text that is asked for is longer.
const MOST_UNITS: usize = 32 * 1024;

/// The text for a call. One with a NUL inside would be cut there and mean something else.
///
/// # Errors
/// When there is a NUL in it.
pub(super) fn wide(text: &str) -> io::Result<Vec<u16>> {
    if text.contains('\0') {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name with a NUL in it"));
    }
    Ok(text.encode_utf16().chain([0]).collect())
}

/// The text of a buffer up to its NUL.
pub(super) fn of_buffer(buffer: &[u16]) -> String {
    let end = buffer.iter().position(|unit| *unit == 0).unwrap_or(buffer.len());
    String::from_utf16_lossy(&buffer[..end])
}

/// The text that a call points at; empty for a null pointer.
///
/// # Safety
/// The pointer is null or leads to a text that ends with a NUL.
#[expect(unsafe_code, reason = "texts that the system allocated are read where they lie")]
pub(super) unsafe fn of_pointer(pointer: *const u16) -> String {
    if pointer.is_null() {
        return String::new();
    }
    let mut units = Vec::new();
    for at in 0..MOST_UNITS {
        // SAFETY: every unit before this one was no NUL, so the text reaches this far.
        let unit = unsafe { *pointer.add(at) };
        if unit == 0 {
            break;
        }
        units.push(unit);
    }
    String::from_utf16_lossy(&units)
}
