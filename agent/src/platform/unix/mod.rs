//! What Linux and macOS have in common.

mod elsewhere;
mod files;
mod programs;
mod root;
// Linux has a way of its own, which holds no folder's names in memory.
#[cfg(any(test, not(target_os = "linux")))]
mod walk;

use std::io;

#[cfg(target_os = "linux")]
pub(super) use self::files::moment;
pub(super) use self::programs::run;
pub(super) use self::root::Root;

/// Gives way to other programs: lessons come first.
///
/// # Errors
/// When the system refuses.
pub fn lower_priority() -> io::Result<()> {
    rustix::process::setpriority_process(None, 10)?;
    Ok(())
}
