//! Running programs.

use std::io;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System, UpdateKind};

use crate::host::Process;

/// The first program of a boot; who does not see it does not see those of others either.
const FIRST: u32 = 1;

/// All running programs.
///
/// # Errors
/// When they cannot be listed, or when those of other accounts are hidden from this program.
pub(super) fn all() -> io::Result<Vec<Process>> {
    let failed = |_| io::Error::other("running programs cannot be listed");
    let mut system = System::new_with_specifics(RefreshKind::nothing()).map_err(failed)?;
    let wanted = ProcessRefreshKind::nothing().with_user(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
    if !system.processes().keys().any(|pid| pid.as_u32() == FIRST) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "programs of other accounts are hidden"));
    }
    let process = |process: &sysinfo::Process| {
        let user = process.effective_user_id().or_else(|| process.user_id())?;
        Some(Process { name: process.name().to_string_lossy().into_owned(), uid: **user })
    };
    Ok(system.processes().values().filter_map(process).collect())
}
