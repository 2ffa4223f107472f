//! What this program itself costs the machine.

use std::time::Duration;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

/// Resident memory in bytes, and processor time since the start. `None` where the system does not tell.
#[must_use]
pub fn own_cost() -> Option<(u64, Duration)> {
    let pid = sysinfo::get_current_pid().ok()?;
    let mut system = System::new_with_specifics(RefreshKind::nothing()).ok()?;
    let wanted = ProcessRefreshKind::nothing().with_memory().with_cpu().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, wanted);
    let own = system.process(pid)?;
    Some((own.memory(), Duration::from_millis(own.accumulated_cpu_time())))
}

/// Processor time of this program since its start, to the microsecond. `None` where the system does not tell.
#[cfg(target_os = "linux")]
#[must_use]
pub fn own_processor_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

/// Processor time of this program since its start. `None` where the system does not tell.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn own_processor_time() -> Option<Duration> {
    own_cost().map(|(_, time)| time)
}

#[cfg(test)]
mod tests {
    use super::own_cost;

    #[test]
    fn knows_its_own_memory() {
        let (resident, _) = own_cost().expect("this system tells");
        assert!(resident > 1024 * 1024, "a running test needs more than {resident} bytes");
    }
}
