//! What the agent asks about its own run: where its state lies, which boot this is, and to give way to other programs.

use std::io;
use std::path::PathBuf;
use std::ptr;

use caretaker_shared::model::BootId;
use windows_sys::Wdk::System::SystemInformation::{NtQuerySystemInformation, SystemTimeOfDayInformation};

use super::registry::LiveRegistry;
use crate::host::windows::{Key, Registry};
use crate::platform::priority;
use crate::platform::raw::boot::{self, TIME_OF_DAY_BYTES};

const STARTS: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters";

/// Where the agent keeps its state unless it is told otherwise.
#[must_use]
pub fn state_dir() -> PathBuf {
    let data = std::env::var_os("ProgramData").map_or_else(|| PathBuf::from(r"C:\ProgramData"), PathBuf::from);
    data.join("Caretaker")
}

/// The name of this boot; a new one where the system does not tell when it was started.
#[must_use]
pub fn boot_id() -> BootId {
    let registry: &dyn Registry = &LiveRegistry;
    let count = registry.value(&Key::machine(STARTS), "BootId").ok().flatten().and_then(|value| value.number());
    let started = time_of_day().as_ref().and_then(boot::started);
    started.and_then(|started| boot::name(started, count.unwrap_or_default())).unwrap_or_else(BootId::random)
}

#[expect(unsafe_code, reason = "no other call tells the start and what setting the clock has added to it")]
fn time_of_day() -> Option<[u8; TIME_OF_DAY_BYTES]> {
    let mut answer = [0; TIME_OF_DAY_BYTES];
    let bytes = u32::try_from(TIME_OF_DAY_BYTES).ok()?;
    // SAFETY: the call writes no more bytes than it is told that there are.
    let status = unsafe {
        let at = answer.as_mut_ptr().cast();
        NtQuerySystemInformation(SystemTimeOfDayInformation, at, bytes, ptr::null_mut())
    };
    (status >= 0).then_some(answer)
}

/// Gives way to other programs, on the processor and on the disk: lessons come first.
///
/// # Errors
/// When the system refuses.
pub fn lower_priority() -> io::Result<()> {
    priority::give_way()
}
