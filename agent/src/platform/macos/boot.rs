//! The name of a boot. Setting the clock moves the time that the kernel remembers as that of its start, so the name is
//! asked for first.

use caretaker_shared::model::BootId;

use crate::host::Host;
use crate::host::program::Program;

/// The name of this boot.
pub(super) fn name(host: &dyn Host) -> BootId {
    let told = host.run(&Program::MAC_BOOT).ok().and_then(|written| written.out.trim().parse().ok());
    let started = || sysinfo::System::boot_time().ok().and_then(of_start);
    told.or_else(started).unwrap_or_else(BootId::random)
}

/// A name made of the time of the start, in seconds since 1970; 0 is no time.
fn of_start(seconds: u64) -> Option<BootId> {
    let bytes = [[0; 8], seconds.to_be_bytes()].concat();
    (seconds > 0).then(|| BootId::from_slice(&bytes)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::System;
    use crate::host::sample::Sample;

    #[test]
    fn the_system_names_its_boot() {
        let told = "6B1F2C3D-0000-4000-8000-00000000000A";
        let mac = Sample::of(System::MacOs).program(&Program::MAC_BOOT, &format!("{told}\n"));
        assert_eq!(name(&mac), told.parse().expect("a name"));
    }

    #[test]
    fn each_start_has_its_own_name() {
        let first = of_start(1_764_000_000).expect("a name");
        assert_eq!(Some(first), of_start(1_764_000_000));
        assert_ne!(Some(first), of_start(1_764_000_001));
        assert_eq!(of_start(0), None);
    }
}
