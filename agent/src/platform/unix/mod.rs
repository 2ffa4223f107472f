//! What Linux and macOS have in common.

mod elsewhere;
pub(super) mod files;
mod programs;
mod root;

use std::io;

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
