//! Host facts, for every system alike.

use std::io;

use caretaker_shared::model::HostFacts;
use jiff::Timestamp;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The machine and its operating system.
///
/// # Errors
/// When the system tells neither its name nor when it was started. A kernel or system that has no name is called
/// "unknown": it is the name that is missing, not the machine.
pub(super) fn facts() -> io::Result<HostFacts> {
    let wanted =
        RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()).with_cpu(CpuRefreshKind::nothing());
    let system = System::new_with_specifics(wanted).map_err(|_| io::Error::other("the system answers no questions"))?;
    let booted = System::boot_time().map_err(|_| io::Error::other("the system does not say when it was started"))?;
    let booted_at = i64::try_from(booted).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    Ok(HostFacts {
        hostname: System::host_name().map_err(|_| io::Error::other("the system does not tell its host name"))?,
        os: System::long_os_version().unwrap_or_else(|_| "unknown".into()),
        platform: std::env::consts::OS.into(),
        kernel: System::kernel_version().unwrap_or_else(|_| "unknown".into()),
        architecture: System::cpu_arch(),
        processors: u32::try_from(system.cpus().len()).unwrap_or(u32::MAX),
        memory_bytes: system.total_memory(),
        booted_at: booted_at.ok_or_else(|| io::Error::other("the time of the last start is out of range"))?,
    })
}
