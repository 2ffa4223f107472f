//! Texts of resources, as the system shows them.

use std::ptr;

use windows_sys::Win32::UI::Shell::SHLoadIndirectString;

use super::text::{of_buffer, wide};
use crate::platform::raw::resource;

const TEXT_UNITS: usize = 1024;

/// The text; `None` when it cannot be found, or does not lie on this machine.
#[expect(unsafe_code, reason = "only the system reads package resources")]
pub(super) fn text(reference: &str) -> Option<String> {
    let source = wide(reference).ok().filter(|_| resource::is_local(reference))?;
    let mut text = [0; TEXT_UNITS];
    let room = u32::try_from(TEXT_UNITS).ok()?;
    // SAFETY: the reference ends with a NUL, and the call writes no more units than it is told that there are.
    let result = unsafe { SHLoadIndirectString(source.as_ptr(), text.as_mut_ptr(), room, ptr::null()) };
    (result >= 0).then(|| of_buffer(&text)).filter(|text| !text.is_empty())
}
