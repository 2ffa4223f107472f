//! Running programs.

use std::io;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System, UpdateKind};

use crate::host::Process;
use crate::host::profiles::last_part;

/// All running programs; of one whose account is hidden the number is 0.
pub(super) fn all() -> io::Result<Vec<Process>> {
    let failed = |_| io::Error::other("running programs cannot be listed");
    let mut system = System::new_with_specifics(RefreshKind::nothing()).map_err(failed)?;
    let wanted = ProcessRefreshKind::nothing().with_user(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, wanted);
    let processes = system.processes().values().map(|process| Process {
        name: process.name().to_string_lossy().into_owned(),
        uid: process.user_id().map_or(0, |sid| last_part(&sid.to_string())),
    });
    Ok(processes.collect())
}
